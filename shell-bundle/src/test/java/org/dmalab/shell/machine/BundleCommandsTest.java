package org.dmalab.shell.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.Slot;
import org.dmalab.shell.drop.DroppedBundles;
import org.dmalab.shell.scenario.FakePlatform;
import org.dmalab.shell.swap.FakeConfigurations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** The commands of bundles over a framework of proxies: the shell is wired to {@code lib}, and {@code arch} to both. */
class BundleCommandsTest {
    @TempDir
    private Path folder;

    private final Map<String, Integer> states = new TreeMap<>();
    private final Bundle framework = bundle("framework", Bundle.ACTIVE);
    private final Bundle lib = bundle("lib", Bundle.ACTIVE);
    private final Bundle shell = bundle("shell", Bundle.ACTIVE, lib);
    private final Bundle arch = bundle("arch", Bundle.RESOLVED, lib, shell);
    private final Bundle late = bundle("late", Bundle.STARTING);
    private final Bundle gone = bundle("gone", Bundle.STOPPING);
    private final Bundle missing = bundle("missing", Bundle.INSTALLED);
    private final BundleContext context = proxy(BundleContext.class, (method, arguments) -> switch (method) {
        case "getBundle" -> arguments == null ? shell : framework;
        case "getBundles" -> new Bundle[] {framework, shell, lib, arch, late, gone, missing};
        case "getProperty" -> folder.toString();
        default -> throw new AssertionError(method);
    });
    private final PlainCatalog catalog = FakePlatform.catalog("fake");
    private final BundleCommands bundles = new BundleCommands(context, new MachineRegistry(catalog,
            new FakeConfigurations(catalog, "fake").patchSwitch()), new DroppedBundles(context, catalog, Map::of));

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> answer.to(method.getName(), arguments);
                }));
    }

    private Bundle bundle(String name, int state, Bundle... wiredTo) {
        states.put(name, state);
        List<BundleWire> wires = List.of(wiredTo).stream().map(one -> proxy(BundleWire.class, (method, arguments) ->
                proxy(BundleRevision.class, (inner, none) -> one))).toList();
        BundleWiring wiring = proxy(BundleWiring.class, (method, arguments) -> wires);
        return proxy(Bundle.class, (method, arguments) -> switch (method) {
            case "getSymbolicName" -> name;
            case "getLocation" -> "file:" + name;
            case "getVersion" -> new Version(1, 0, 0);
            case "getState" -> states.get(name);
            case "start" -> states.put(name, Bundle.ACTIVE);
            case "stop" -> states.put(name, Bundle.RESOLVED);
            case "adapt" -> state == Bundle.INSTALLED ? null : wiring;
            default -> throw new AssertionError(method);
        });
    }

    private static String refused(Typed.Command command, String... words) {
        CommandException refusal = assertThrows(CommandException.class, () -> Typed.run(command, words));
        assertEquals(CommandException.USAGE, refusal.exitCode());
        return refusal.getMessage();
    }

    @Test
    void bundlesAreListedWithTheirStates() throws Exception {
        assertEquals("arch 1.0.0 resolved\nframework 1.0.0 active\ngone 1.0.0 stopping\nlate 1.0.0 starting\n"
                + "lib 1.0.0 active\nmissing 1.0.0 installed\nshell 1.0.0 active\n",
                Typed.run(bundles::list).out().replaceAll(" +", " "));
        String json = Typed.run(bundles::list, "--format", "json").out();
        assertTrue(json.startsWith("[\n  {\n    \"bundle\": \"arch\",\n    \"version\": \"1.0.0\",\n    \"state\": "
                + "\"resolved\"\n  }"), json);
    }

    @Test
    void whatIsWrongInTheFolderIsARemark() throws Exception {
        Files.writeString(folder.resolve("notes.jar"), "no jar");
        Files.setLastModifiedTime(folder.resolve("notes.jar"), FileTime.fromMillis(0));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            Typed.run(bundles::list, "--format", "json");
        } finally {
            System.setErr(before);
        }
        assertTrue(bytes.toString(StandardCharsets.UTF_8).startsWith("warning: " + folder.getFileName()
                + "/notes.jar: not a jar that can be read"), bytes::toString);
    }

    @Test
    void aBundleIsStartedAndStopped() throws Exception {
        assertEquals("arch: active\n", Typed.run(bundles::start, "arch").out());
        assertEquals("{\n  \"bundle\": \"arch\",\n  \"state\": \"resolved\"\n}\n",
                Typed.run(bundles::stop, "arch", "--format", "json").out());
        assertEquals(Bundle.RESOLVED, states.get("arch"));
        Typed.run(bundles::stop, "missing");
    }

    @Test
    void theShellDoesNotSawOffItsOwnBranch() {
        for (String name : List.of("shell", "lib", "framework")) {
            assertTrue(refused(bundles::stop, name).contains("this shell and the named machines need " + name));
            assertEquals(Bundle.ACTIVE, states.get(name));
        }
    }

    @Test
    void unknownNamesAreAnsweredWithTheNearest() {
        assertTrue(refused(bundles::start, "arhc").contains("there is no bundle arhc; did you mean arch?"));
        assertTrue(refused(bundles::stop).contains("NAME"));
    }

    @Test
    void namesAreProposed() {
        List<String> names = List.of("arch", "framework", "gone", "late", "lib", "missing", "shell");
        assertEquals(names, bundles.candidates(Slot.of(bundles.commands().get(1), List.of("")).orElseThrow()));
        assertEquals(names, bundles.candidates(Slot.of(bundles.commands().get(2), List.of("a")).orElseThrow()));
        assertEquals(List.of(), bundles.candidates(Slot.of(bundles.commands().get(1), List.of("--output", ""))
                .orElseThrow()));
    }
}
