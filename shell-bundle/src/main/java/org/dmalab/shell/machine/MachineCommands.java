package org.dmalab.shell.machine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.event.Actor;
import org.dmalab.lab.InputException;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.live.Found;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.lab.Changed;
import org.dmalab.lab.report.Json;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.lab.run.Timeline;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.InputFiles;
import org.dmalab.shell.command.Output;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands {@code machine:*}. */
@Component(service = {CommandSet.class, MachineCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=" + MachineCommands.SCOPE,
    CommandProcessor.COMMAND_FUNCTION + "=create", CommandProcessor.COMMAND_FUNCTION + "=list",
    CommandProcessor.COMMAND_FUNCTION + "=show", CommandProcessor.COMMAND_FUNCTION + "=boot",
    CommandProcessor.COMMAND_FUNCTION + "=step", CommandProcessor.COMMAND_FUNCTION + "=back",
    CommandProcessor.COMMAND_FUNCTION + "=mark", CommandProcessor.COMMAND_FUNCTION + "=diff",
    CommandProcessor.COMMAND_FUNCTION + "=save", CommandProcessor.COMMAND_FUNCTION + "=load",
    CommandProcessor.COMMAND_FUNCTION + "=dmesg", CommandProcessor.COMMAND_FUNCTION + "=timeline",
    CommandProcessor.COMMAND_FUNCTION + "=destroy"})
public final class MachineCommands implements CommandSet {
    static final String SCOPE = "machine";
    /** In place of the names of oracles. */
    static final String NOBODY = "none";
    private static final String MACHINE = "the machine's name";
    private static final List<String> FILES = List.of("dmar", "caps", "devices");
    private static final CommandSpec CREATE = command("create", "Makes a named machine and boots its kernel.")
            .required("NAME", "a new name: a letter, then letters, digits, - or _")
            .required("PRESET", "the equipment; pseries, vtd or mips is each architecture's usual one")
            .option("--profile", "PROFILE", "how its hardware behaves where that differs")
            .option("--patch", "ID", "the variant, or SERVICE=ID,SERVICE=ID; default: the newest without known defects")
            .option("--oracles", "ORACLES", "who watches, by name with commas, or none; default: all that fit")
            .option("--dmar", "FILE", "vtd: the machine's ACPI table, as dmar:show takes it")
            .option("--caps", "FILE", "vtd: CAP and ECAP of its units, from a boot log")
            .option("--devices", "FILE", "vtd: its devices, a line each: device=02:00.0 behind=00:1c.0 kind=endpoint")
            .flag("--cold", "do not boot the kernel").build();
    private static final CommandSpec LIST = command("list", "Lists the named machines.").build();
    private static final CommandSpec SHOW = command("show", "Shows what a machine is made of and what it remembers.")
            .required("NAME", MACHINE).build();
    private static final CommandSpec BOOT = command("boot", "Boots the kernel of a machine made with --cold.")
            .required("NAME", MACHINE).build();
    private static final CommandSpec STEP = command("step",
            "Lets hardware or a pending interrupt make steps by itself.").required("NAME", MACHINE)
            .optional("COUNT", "how many; default 1").build();
    private static final CommandSpec BACK = command("back", "Steps back by actions.").required("NAME", MACHINE)
            .optional("COUNT", "how many actions; default 1").build();
    private static final CommandSpec MARK = command("mark", "Gives this moment of a machine a name.")
            .required("NAME", MACHINE).required("MARK", "the name of the moment").build();
    private static final CommandSpec DIFF = command("diff", "Shows every cell that differs from a mark.")
            .required("NAME", MACHINE).required("MARK", "the name of the moment").build();
    private static final CommandSpec SAVE = command("save", "Writes a machine's state to a file.")
            .required("NAME", MACHINE).required("FILE", "the file, replaced when all is written").build();
    private static final CommandSpec LOAD = command("load", "Replaces a machine's state by a saved one.")
            .required("NAME", "a machine of the same preset and profile").required("FILE", "the file").build();
    private static final CommandSpec DMESG = command("dmesg", "Prints a machine's kernel log.")
            .required("NAME", MACHINE).build();
    private static final CommandSpec TIMELINE = command("timeline", "Prints what happened last on a machine.")
            .required("NAME", MACHINE).option("--last", "N", "how many entries; default 50").build();
    private static final CommandSpec DESTROY = command("destroy", "Removes a machine.").required("NAME", MACHINE)
            .build();

    private final MachineRegistry registry;

    /** Wired by Declarative Services. */
    @Activate
    public MachineCommands(@Reference MachineRegistry registry) {
        this.registry = registry;
    }

    private static CommandSpec.Builder command(String function, String summary) {
        return CommandSpec.command(SCOPE, function, summary);
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(CREATE, LIST, SHOW, BOOT, STEP, BACK, MARK, DIFF, SAVE, LOAD, DMESG, TIMELINE, DESTROY);
    }

    /** The command {@code machine:create}. */
    public Object create(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(CREATE, words);
        Output.check(args);
        return Input.checked(() -> {
            NamedMachine machine = registered(args);
            List<ActionOutcome> outcomes = args.has("--cold") ? List.of() : boot(machine);
            try (Output output = Output.open(session, args)) {
                if (output.text()) {
                    output.stream().println("machine " + machine.name() + ": " + machine.spec().preset() + ", profile "
                            + machine.spec().profile() + ", patch " + machine.patchNames());
                    outcomes.stream().flatMap(outcome -> ActionCommand.lines(outcome).stream())
                            .forEach(line -> output.stream().println("  " + line));
                } else {
                    Map<String, Object> facts = describe(machine);
                    facts.put("boot", outcomes.stream().map(ActionCommand::describe).toList());
                    output.stream().println(Json.write(facts));
                }
            }
            return ActionCommand.exitCode(outcomes);
        });
    }

    /** A new machine; what is wrong with a file is said with the option and the file. */
    private NamedMachine registered(Arguments args) throws InterruptedException {
        try {
            return registry.create(args.get("NAME"), args.get("PRESET"), args.option("--profile", null),
                    args.option("--patch", null), oracles(args), files(args));
        } catch (InputException e) {
            for (String name : FILES) {
                if (args.option("--" + name, null) != null && e.problem().startsWith(name + ": ")) {
                    throw args.wrong("option --" + name + ": " + args.option("--" + name, null)
                            + e.problem().substring(name.length()));
                }
            }
            throw e;
        }
    }

    private static Map<String, byte[]> files(Arguments args) {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : FILES) {
            String path = args.option("--" + name, null);
            if (path != null) {
                files.put(name, InputFiles.read(args, "option --" + name, path));
            }
        }
        return files;
    }

    /** A machine whose first boot does not come to an end is taken away again. */
    private List<ActionOutcome> boot(NamedMachine machine) throws InterruptedException {
        try {
            return machine.boot();
        } catch (RuntimeException e) {
            Thread.interrupted(); // what has to be waited for on the way must not be cut short
            registry.destroy(machine.name());
            throw e instanceof RunInterrupted ? new CommandException(CommandException.INTERRUPTED,
                    "interrupted: machine " + machine.name() + " was not made") : e;
        }
    }

    /** Names of oracles; null for all. */
    private static List<String> oracles(Arguments args) {
        if (!args.has("--oracles")) {
            return null;
        }
        return args.list("--oracles").equals(List.of(NOBODY)) ? List.of() : args.list("--oracles");
    }

    /** The command {@code machine:list}. */
    public Object list(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(LIST, words);
        try (Output output = Output.open(session, args)) {
            List<Map<String, Object>> machines = registry.all().stream().map(MachineCommands::describe).toList();
            if (!output.text()) {
                output.stream().println(Json.write(machines));
            } else if (machines.isEmpty()) {
                output.stream().println("no machines; make one with machine:create NAME PRESET");
            } else {
                String row = "%-12s %-20s %-12s %-10s %s%n";
                output.stream().printf(row, "machine", "preset", "profile", "backend", "patches");
                registry.all().forEach(machine -> output.stream().printf(row, machine.name(),
                        machine.spec().preset(), machine.spec().profile(), machine.spec().backend(),
                        machine.patchNames()));
            }
        }
        return null;
    }

    private static Map<String, Object> describe(NamedMachine machine) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("machine", machine.name());
        facts.put("preset", machine.spec().preset());
        facts.put("profile", machine.spec().profile());
        facts.put("backend", machine.spec().backend());
        facts.put("patches", machine.patches());
        return facts;
    }

    private static Map<String, Object> describe(Found found) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("action", found.action());
        facts.putAll(ActionCommand.describe(found.violation()));
        return facts;
    }

    /** The command {@code machine:show}. */
    public Object show(CommandSession session, String... words) throws InterruptedException {
        return withMachine(SHOW, session, words, (args, machine, output) -> {
            Map<String, Object> facts = describe(machine);
            facts.put("parameters", machine.spec().parameters());
            facts.put("metrics", machine.live().metrics());
            facts.put("history", machine.live().history());
            facts.put("oracles", machine.live().oracles());
            facts.put("violations", machine.live().violations().stream().map(MachineCommands::describe).toList());
            List<String> lines = new ArrayList<>(machine.live().show(machine.patches()));
            if (machine.host().missing() != null) {
                lines.add(machine.host().missing());
            }
            machine.live().metrics().forEach((name, value) -> lines.add("metric " + name + " = " + value));
            machine.live().history().forEach(action -> lines.add("done " + action));
            print(output, facts, lines);
        });
    }

    /** The command {@code machine:boot}. */
    public Object boot(CommandSession session, String... words) throws InterruptedException {
        List<ActionOutcome> outcomes = new ArrayList<>();
        withMachine(BOOT, session, words, (args, machine, output) -> {
            outcomes.addAll(machine.boot());
            print(output, outcomes.stream().map(ActionCommand::describe).toList(),
                    outcomes.stream().flatMap(outcome -> ActionCommand.lines(outcome).stream()).toList());
        });
        return ActionCommand.exitCode(outcomes);
    }

    /** The command {@code machine:step}. */
    public Object step(CommandSession session, String... words) throws InterruptedException {
        List<ActionOutcome> outcomes = new ArrayList<>();
        withMachine(STEP, session, words, (args, machine, output) -> {
            long count = count(args);
            ActionOutcome outcome = machine.working("step", () -> machine.live().use("step " + count, live -> {
                long steps = 0;
                while (steps < count && live.progress()) {
                    steps++;
                }
                return steps;
            }));
            outcomes.add(outcome);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("machine", machine.name());
            facts.put("steps", outcome.result());
            facts.putAll(ActionCommand.describe(outcome));
            List<String> lines = ActionCommand.lines(outcome);
            if (outcome.problem() == null) {
                lines.set(0, outcome.result() + " steps" + (outcome.result() < count ? "; nothing is left to do" : ""));
            }
            print(output, facts, lines);
        });
        return ActionCommand.exitCode(outcomes);
    }

    /** The command {@code machine:back}. */
    public Object back(CommandSession session, String... words) throws InterruptedException {
        return withMachine(BACK, session, words, (args, machine, output) -> {
            List<String> undone = machine.live().stepBack((int) count(args));
            print(output, Map.of("machine", machine.name(), "undone", undone),
                    undone.stream().map(action -> "undone: " + action).toList());
        });
    }

    /** The command {@code machine:mark}. */
    public Object mark(CommandSession session, String... words) throws InterruptedException {
        return withMachine(MARK, session, words, (args, machine, output) -> {
            machine.live().mark(args.get("MARK"));
            print(output, Map.of("machine", machine.name(), "marks", machine.live().marks()),
                    List.of("marked: " + args.get("MARK")));
        });
    }

    /** The command {@code machine:diff}. */
    public Object diff(CommandSession session, String... words) throws InterruptedException {
        return withMachine(DIFF, session, words, (args, machine, output) -> {
            List<Changed> changes = machine.live().diff(args.get("MARK"));
            List<Object> document = new ArrayList<>();
            for (Changed change : changes) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("region", change.region());
                one.put("cell", change.cell());
                one.put("before", "0x" + Long.toHexString(change.before()));
                one.put("after", "0x" + Long.toHexString(change.after()));
                document.add(one);
            }
            print(output, document, changes.isEmpty() ? List.of("nothing has changed")
                    : changes.stream().map(Changed::toString).toList());
        });
    }

    /** The command {@code machine:save}. */
    public Object save(CommandSession session, String... words) throws InterruptedException {
        return withMachine(SAVE, session, words, (args, machine, output) -> {
            Path file = file(args).toAbsolutePath();
            if (Files.isDirectory(file) || file.getParent() == null || !Files.isDirectory(file.getParent())) {
                throw args.wrong("can't write " + args.get("FILE") + ": " + (Files.isDirectory(file)
                        ? "it is a folder" : "there is no folder " + file.getParent()));
            }
            try {
                save(machine.live(), file);
                print(output, Map.of("machine", machine.name(), "bytes", Files.size(file)),
                        List.of("saved " + Files.size(file) + " bytes"));
            } catch (IOException e) {
                throw args.wrong("can't write " + args.get("FILE") + ": " + why(file.getParent(), e));
            }
        });
    }

    /** Writes a file beside it first, with the rights that any new file gets; a temporary file of Java's has fewer. */
    private static void save(LiveMachine machine, Path file) throws IOException {
        Path part = file.resolveSibling(".dmalab" + Long.toHexString(new SecureRandom().nextLong()) + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW)) {
                machine.save(out);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The command {@code machine:load}. */
    public Object load(CommandSession session, String... words) throws InterruptedException {
        return withMachine(LOAD, session, words, (args, machine, output) -> {
            Path file = file(args);
            if (!Files.isRegularFile(file)) {
                String kind = Files.isDirectory(file) ? "folder" : "device or pipe";
                throw args.wrong(Files.exists(file) ? file + " is a " + kind + ", expected a file"
                        : "there is no file " + file);
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                machine.live().load(in);
            } catch (InputException e) {
                throw args.wrong(file + ": " + e.problem());
            } catch (IOException e) {
                throw args.wrong("can't read " + file + ": " + why(file, e));
            }
            print(output, describe(machine), List.of("loaded"));
        });
    }

    private static Path file(Arguments args) {
        try {
            return Path.of(args.get("FILE"));
        } catch (InvalidPathException e) {
            throw args.wrong("FILE is no path: " + e.getReason());
        }
    }

    /** The message of an exception about a file is often nothing but its name. */
    private static String why(Path needed, IOException e) {
        if (e instanceof AccessDeniedException || (Files.exists(needed) && !Files.isReadable(needed))) {
            return "permission denied";
        }
        return e instanceof FileSystemException io && io.getReason() != null ? io.getReason()
                : String.valueOf(e.getMessage());
    }

    /** The command {@code machine:dmesg}. */
    public Object dmesg(CommandSession session, String... words) throws InterruptedException {
        return withMachine(DMESG, session, words, (args, machine, output) ->
                print(output, machine.live().dmesg(), machine.live().dmesg()));
    }

    /** The command {@code machine:timeline}. */
    public Object timeline(CommandSession session, String... words) throws InterruptedException {
        return withMachine(TIMELINE, session, words, (args, machine, output) -> {
            List<Timeline.Entry> entries = machine.live().recent((int) args.number("--last", 50, 1, 2000));
            List<String> lines = entries.stream().map(entry -> String.format("%8d  %-12s %s", entry.step(),
                    Actor.name(entry.actor()), entry.words())).toList();
            print(output, entries.stream().map(entry -> {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("step", entry.step());
                one.put("actor", Actor.name(entry.actor()));
                one.put("what", entry.words());
                return one;
            }).toList(), lines);
        });
    }

    /** The command {@code machine:destroy}. */
    public Object destroy(CommandSession session, String... words) throws InterruptedException {
        return withMachine(DESTROY, session, words, (args, machine, output) -> {
            registry.destroy(machine.name());
            print(output, Map.of("machine", machine.name()), List.of("machine " + machine.name() + " is gone"));
        });
    }

    private interface Work {
        void on(Arguments args, NamedMachine machine, Output output) throws InterruptedException;
    }

    private Object withMachine(CommandSpec spec, CommandSession session, String[] words, Work work)
            throws InterruptedException {
        Arguments args = Arguments.parse(spec, words);
        return Input.checked(() -> {
            NamedMachine machine = registry.get(args.get("NAME"));
            try (Output output = Output.open(session, args)) {
                work.on(args, machine, output);
            }
            return null;
        });
    }

    private static long count(Arguments args) {
        String text = args.find("COUNT").orElse("1");
        try {
            long count = Long.parseLong(text);
            if (count >= 1 && count <= 1_000_000) {
                return count;
            }
        } catch (NumberFormatException e) {
            // the message below fits both
        }
        throw args.wrong("COUNT is a whole number from 1 to 1000000, not '" + text + "'");
    }

    private static void print(Output output, Object document, List<String> lines) {
        if (output.text()) {
            lines.forEach(output.stream()::println);
        } else {
            output.stream().println(Json.write(document));
        }
    }
}
