package org.dmalab.shell.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.HelpRequested;
import org.dmalab.shell.command.Slot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolCommandTest {
    @TempDir
    Path folder;
    private Path file;
    private Path result;

    @BeforeEach
    void files() throws IOException {
        file = Files.writeString(folder.resolve("log.txt"), "abc");
        result = folder.resolve("result");
    }

    /** Says how many bytes it got, times a factor. */
    private record Counting(Parameter.Type type) implements Tool {
        @Override
        public String name() {
            return "bytes.count";
        }

        @Override
        public String summary() {
            return "Counts bytes.";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Parameter.required("file", type, "what to count"),
                    Parameter.choice("unit", "how", "byte", "byte", "bit"),
                    Parameter.optional("times", Parameter.Type.NUMBER, "a factor", "1"),
                    Parameter.required("base", Parameter.Type.NUMBER, "added"));
        }

        @Override
        public Result run(Input input) {
            Document document = input.document("file");
            if (document.bytes().length == 0) {
                throw new BadInput("nothing to count");
            }
            long count = document.bytes().length * (input.values().get("unit") == 1 ? 8 : 1)
                    * input.values().get("times") + input.values().get("base");
            return new Result(document.file() + " " + count + "\n", Map.of("count", count));
        }
    }

    private String run(Parameter.Type type, String... words) {
        CommandSession session = (CommandSession) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {CommandSession.class}, (proxy, method, arguments) -> null);
        List<Object> all = new java.util.ArrayList<>(List.of("--output", result.toString()));
        all.addAll(List.of(words));
        new ToolCommand(new Counting(type)).execute(session, all);
        try {
            return Files.readString(result);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String wrong(Parameter.Type type, String... words) {
        CommandException e = assertThrows(CommandException.class, () -> run(type, words));
        assertEquals(CommandException.USAGE, e.exitCode());
        assertTrue(Files.notExists(result));
        return e.getMessage().replace(folder.toString(), "DIR");
    }

    @Test
    void parametersBecomeArgumentsAndOptions() {
        CommandSpec spec = new ToolCommand(new Counting(Parameter.Type.FILE)).commands().get(0);
        assertEquals("bytes:count FILE [--unit CHOICE] [--times NUMBER] [--base NUMBER] [--format FORMAT]"
                + " [--output FILE]", spec.synopsis());
        assertTrue(spec.usage().contains("a factor; default 1"), spec.usage());
        assertTrue(spec.usage().contains("added; must be given"), spec.usage());
        assertThrows(HelpRequested.class, () -> run(Parameter.Type.FILE, "--help"));
    }

    @Test
    void contentAndValuesReachTheTool() {
        assertEquals(file + " 3\n", run(Parameter.Type.FILE, file.toString(), "--base", "0"));
        assertEquals(file + " 50\n", run(Parameter.Type.FILE_OR_LINE, "--unit=bit", "--times", "2", file.toString(),
                "--base", "2"));
        assertEquals("{\n  \"count\": 3\n}\n", run(Parameter.Type.FILE, file.toString(), "--base", "0", "--format",
                "json"));
        assertEquals("null 4\n", run(Parameter.Type.FILE_OR_LINE, "a ä", "--base", "0"),
                "a line is in UTF-8 and has no file");
    }

    @Test
    void whatIsNoReadableFileIsSaid() throws IOException {
        assertEquals("bytes:count: argument FILE: there is no file DIR/no (what to count). See: help bytes:count",
                wrong(Parameter.Type.FILE, folder.resolve("no").toString(), "--base", "0"));
        assertTrue(wrong(Parameter.Type.FILE_OR_LINE, "word", "--base", "0").contains("there is no file word"));
        assertTrue(wrong(Parameter.Type.FILE, "a line", "--base", "0").contains("there is no file a line"));
        assertTrue(wrong(Parameter.Type.FILE, "\0", "--base", "0").contains("there is no file"));
        assertEquals("bytes:count: argument FILE: DIR is a directory, expected a regular file. See: help bytes:count",
                wrong(Parameter.Type.FILE, folder.toString(), "--base", "0"));
        assertTrue(wrong(Parameter.Type.FILE, "/dev/zero", "--base", "0").contains("is a device or pipe"));
        try (RandomAccessFile huge = new RandomAccessFile(folder.resolve("huge").toFile(), "rw")) {
            huge.setLength(Tool.MAXIMUM_BYTES + 1L);
        }
        assertTrue(wrong(Parameter.Type.FILE, folder.resolve("huge").toString(), "--base", "0")
                .contains("is larger than 16 MiB"));
    }

    @Test
    void wrongInputAndValuesEndWithTwo() throws IOException {
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertEquals("DIR/empty: nothing to count", wrong(Parameter.Type.FILE, empty.toString(), "--base", "0"));
        assertEquals("bytes:count: option --base must be given (added). See: help bytes:count",
                wrong(Parameter.Type.FILE, file.toString()));
        assertEquals("bytes:count: option --base: \"x\", expected a number such as 4096, 0x1000."
                + " See: help bytes:count", wrong(Parameter.Type.FILE, file.toString(), "--base", "x"));
        assertTrue(wrong(Parameter.Type.FILE, file.toString(), "--base", "0", "--unit", "bti")
                .contains("did you mean bit?"));
    }

    @Test
    void namesOfFilesAreCompleted() throws IOException {
        Files.createDirectory(folder.resolve("logs"));
        FileCompleter completer = new FileCompleter();
        completer.tools = List.of(new Counting(Parameter.Type.FILE));
        String typed = folder + "/lo";
        List<String> both = List.of(folder + "/log.txt", folder + "/logs/");
        CommandSpec tool = new ToolCommand(completer.tools.get(0)).commands().get(0);
        CommandSpec other = CommandSpec.command("machine", "save", "").required("NAME", "")
                .required("FILE", "").build();
        CommandSpec run = CommandSpec.command("scenario", "run", "").repeated("NAME-OR-FILE", "", true).build();
        assertEquals(both, complete(completer, tool, typed));
        assertEquals(both, complete(completer, other, "m0", typed));
        assertEquals(both, complete(completer, other, "--output", typed));
        assertEquals(both, complete(completer, other, "--output=" + typed));
        assertEquals(List.of(), complete(completer, other, typed));
        assertEquals(List.of(), complete(completer, tool, "--unit", ""));
        assertEquals(List.of(), complete(completer, tool, "/no/such/folder/"));
        assertTrue(complete(completer, tool, "").contains("pom.xml"), "the working directory");
        Files.createFile(folder.resolve("logs.yaml"));
        assertEquals(List.of(folder + "/logs.yaml", folder + "/logs/"), complete(completer, run, typed));
        assertEquals(List.of(), complete(completer, run, ""), "names of scenarios come first");
    }

    private static List<String> complete(FileCompleter completer, CommandSpec spec, String... words) {
        return Slot.of(spec, List.of(words)).map(completer::candidates).orElse(List.of()).stream().sorted().toList();
    }
}
