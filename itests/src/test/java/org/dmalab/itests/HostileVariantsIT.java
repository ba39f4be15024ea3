package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Variants that do what no patch may do, dropped into the platform as shipped: each costs its own cell, with the
 * reason; the others are run, the output is written, and nothing else is on standard output.
 */
public class HostileVariantsIT {
    private static final String SCENARIO = "vtd/kdump-stale-context";
    private static final String GOOD = "flush-old-did";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path bundles() {
        return folder.getRoot().toPath().resolve("bundles");
    }

    /** Runs the scenario with each variant of a bundle and one that is good; checks the reasons of the former. */
    private void broken(Map<String, String> reasons, List<String> jvm) throws Exception {
        Path file = folder.getRoot().toPath().resolve("result.json");
        List<String> ids = reasons.keySet().stream().map(type -> type.toLowerCase(Locale.ROOT)).toList();
        RunnableJar.Result result = RunnableJar.run(folder, jvm, "scenario:compare", SCENARIO, "--patch",
            String.join(",", ids) + "," + GOOD, "--format", "json", "--output", file.toString());
        assertEquals(result.err(), "", result.out());
        assertEquals(result.err(), 3, result.code());
        String json = Files.readString(file);
        reasons.forEach((type, reason) -> {
            String cell = cell(json, type.toLowerCase(Locale.ROOT));
            assertTrue(type + " is not broken: " + cell, cell.contains("\"verdict\": \"broken\""));
            assertTrue(type + ": " + cell, cell.contains(reason));
        });
        assertTrue(json, cell(json, GOOD).contains("\"verdict\": \"pass\""));
        assertFalse(result.err(), result.err().contains("\tat "));
    }

    /** The part of a document about one patch. */
    private static String cell(String json, String patch) {
        int begin = json.indexOf("\"patch\": \"" + patch + "\"");
        assertTrue("no cell of " + patch + " in " + json, begin >= 0);
        int end = json.indexOf("\"patch\": ", begin + 1);
        return json.substring(begin, end < 0 ? json.length() : end);
    }

    @Test
    public void whatNoPatchMayReferToIsRefusedWhenItIsLoaded() throws Exception {
        Map<String, String> code = new TreeMap<>(Map.ofEntries(
            Map.entry("Exits", "System.exit(0); return 0;"),
            Map.entry("Halts", "Runtime.getRuntime().halt(0); return 0;"),
            Map.entry("Threads", "new Thread(() -> cpu.delay(1)).start(); return 0;"),
            Map.entry("Interrupts", "Thread.currentThread().interrupt(); return 0;"),
            Map.entry("Reflects", "return cpu.getClass().getName().length() & 0;"),
            Map.entry("Asks", "return cpu instanceof org.dmalab.api.cpu.LiveCpu ? 0 : 1;"),
            Map.entry("Streams", "return java.util.stream.LongStream.of(1).sum() - 1;"),
            Map.entry("Files", "return new java.io.File(\"x\").length() & 0;"),
            Map.entry("Clocks", "return System.nanoTime() & 0;"),
            Map.entry("Chance", "return (long) Math.random();"),
            Map.entry("Properties", "return Long.getLong(\"x\", 0);"),
            Map.entry("Locks", "synchronized (this) { return 0; }"),
            Map.entry("Lambdas", "java.util.function.LongSupplier now = System::currentTimeMillis;"
                + " return now.getAsLong() & 0;"),
            Map.entry("Loads", "return Class.forName(\"x\") == null ? 0 : 1;")));
        VariantBundle bundle = new VariantBundle("hostile").variant("Helped", "return Helper.now() & 0;")
            .source("Helper", "package example.hostile; final class Helper { static long now() {"
                + " return System.currentTimeMillis(); } }");
        code.forEach((type, attach) -> bundle.variant(type, type.equals("Loads")
            ? "try { " + attach + " } catch (ClassNotFoundException e) { return 0; }" : attach));
        bundle.write(bundles());
        Map<String, String> reasons = new TreeMap<>();
        for (String refused : List.of("Exits java.lang.System.exit", "Halts java.lang.Runtime.getRuntime",
            "Threads java.lang.Thread", "Interrupts java.lang.Thread.currentThread",
            "Reflects java.lang.Object.getClass", "Asks org.dmalab.api.cpu.LiveCpu",
            "Streams java.util.stream.LongStream.of", "Files java.io.File", "Clocks java.lang.System.nanoTime",
            "Chance java.lang.Math.random", "Properties java.lang.Long.getLong",
            "Lambdas java.lang.System.currentTimeMillis", "Loads java.lang.Class.forName")) {
            String[] parts = refused.split(" ");
            reasons.put(parts[0], "class example.hostile." + parts[0] + " refers to " + parts[1]
                + ", which no patch may use (" + parts[0] + ".java:11)");
        }
        reasons.put("Locks", "class example.hostile.Locks is synchronized, and nothing of a patch is shared "
            + "(Locks.java:11)");
        reasons.put("Helped", "class example.hostile.Helper refers to java.lang.System.currentTimeMillis, which no "
            + "patch may use (Helper.java:1)");
        broken(reasons, List.of());
    }

    @Test
    public void whateverItThrowsCostsItsOwnCell() throws Exception {
        new VariantBundle("hostile")
            .variant("Fails", "throw new Error(\"no more\");")
            .variant("Asserts", "throw new AssertionError(1);")
            .variant("Sneaks", "static <E extends Throwable> void sneak(Throwable e) throws E { throw (E) e; }",
                "Sneaks.<RuntimeException>sneak(new CloneNotSupportedException(\"checked\")); return 0;")
            .variant("Talks", "static final class Rude extends RuntimeException {"
                + " @Override public String getMessage() { throw new IllegalStateException(); } }",
                "throw new Rude();")
            .variant("Hides", "static final class Rude extends RuntimeException {"
                + " @Override public StackTraceElement[] getStackTrace() { return null; } }", "throw new Rude();")
            .variant("Shouts", "static final class Rude extends RuntimeException {"
                + " @Override public String toString() { throw new Error(); } }", "throw new Rude();")
            .variant("Blames", "static final class Rude extends Error {"
                + " @Override public Throwable getCause() { throw new Error(); } }", "throw new Rude();")
            .variant("Circles", "static final class Rude extends RuntimeException {"
                + " @Override public synchronized Throwable getCause() { return this; } }", "throw new Rude();")
            .variant("Recurses", "return attach(cpu, device, domain);")
            .variant("Hogs", "long[][] all = new long[1000000][]; for (int i = 0; i < all.length; i++) {"
                + " all[i] = new long[1 << 20]; } return all.length & 0;")
            .variant("Constructs", "public Constructs() { throw new IllegalStateException(\"not today\"); }",
                "return 0;")
            .variant("Initializes", "static final long X = Long.parseLong(\"x\");", "return 0;")
            .write(bundles());
        broken(new TreeMap<>(Map.ofEntries(
            Map.entry("Fails", "java.lang.Error: no more (example.hostile.Fails:11)"),
            Map.entry("Asserts", "java.lang.AssertionError: 1 (example.hostile.Asserts:11)"),
            Map.entry("Sneaks", "java.lang.CloneNotSupportedException: checked (example.hostile.Sneaks:11)"),
            Map.entry("Talks", "example.hostile.Talks$Rude: (its getMessage throws java.lang.IllegalStateException)"
                + " (example.hostile.Talks:11)"),
            Map.entry("Hides", "example.hostile.Hides$Rude"),
            Map.entry("Shouts", "example.hostile.Shouts$Rude (example.hostile.Shouts:11)"),
            Map.entry("Blames", "example.hostile.Blames$Rude (example.hostile.Blames:11)"),
            Map.entry("Circles", "has a synchronized method getCause"),
            Map.entry("Recurses", "java.lang.StackOverflowError"),
            Map.entry("Hogs", "java.lang.OutOfMemoryError: Java heap space (example.hostile.Hogs:11), again when it"
                + " was run alone"),
            Map.entry("Constructs", "its constructor threw java.lang.IllegalStateException: not today"),
            Map.entry("Initializes", "java.lang.NumberFormatException"))), List.of("-Xmx256m"));
    }

    @Test
    public void loopsWithoutACallEnd() throws Exception {
        new VariantBundle("hostile")
            .variant("Spins", "while (domain != -1) { device++; } return device;")
            .variant("Doubles", "static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }",
                "return fib(90) & 0;")
            .variant("Catches", "while (true) { try { while (domain != -1) { device++; } }"
                + " catch (Throwable e) { cpu.delay(1); } }")
            .variant("Swallows", "try { while (domain != -1) { device++; } } catch (Throwable e) { cpu.delay(1); }"
                + " return 0;")
            .variant("Lambda", "java.util.function.LongUnaryOperator f = x -> { while (x != -1) { x++; } return x; };"
                + " return f.applyAsLong(0);")
            .variant("Calls", "interface Next { void go(Next next); } static void no(Next n) { }",
                "Next next = n -> { for (;;) { no(n); } }; next.go(next); return 0;")
            .variant("Begins", "public Begins() { for (long i = 0; i != -1; i++) { } }", "return 0;")
            .variant("Sets", "static final long X = x(); static long x() { long i = 0; while (i != -1) { i++; }"
                + " return i; }", "return X;")
            .write(bundles());
        String reason = "no call on the Cpu in 100000000 turns of loops and calls of methods";
        broken(new TreeMap<>(Map.of("Spins", reason + " (example.hostile.Spins:11)",
            "Doubles", reason + " (example.hostile.Doubles:7)", "Catches", reason,
            "Swallows", reason + " (example.hostile.Swallows:11)", "Begins", reason, "Sets", reason,
            "Lambda", reason + " (example.hostile.Lambda:11)", "Calls", reason + " (example.hostile.Calls:")),
            List.of());
    }

    @Test
    public void stateInFieldsAndWrongCallsAreBroken() throws Exception {
        new VariantBundle("hostile").imports("org.dmalab.api.store")
            .variant("Constant", "enum Kind { ONE; long seen; }", "return Kind.ONE.seen++ & 0;")
            .variant("Lists", "private final java.util.List<Long> list = java.util.List.of();", "return 0;")
            .variant("Grows", "static final org.dmalab.api.kernel.Struct S = new org.dmalab.api.kernel.Struct(\"s\");",
                "return S.field(\"x\", 8).offset() & 0;")
            .variant("Stores", "static final org.dmalab.api.store.Store S = new org.dmalab.api.store.Store();",
                "return 0;")
            .variant("Holds", "static final class Holder { static long seen; }", "return Holder.seen++ & 0;")
            .variant("Records", "record Seen(long[] at) { } private final Seen seen = new Seen(new long[1]);",
                "return seen.at()[0]++ & 0;")
            .variant("Locals", "static final ThreadLocal<Long> SEEN = new ThreadLocal<>();", "return 0;")
            .variant("Captures", "private final java.util.function.LongSupplier next = count(new long[1]);"
                + " static java.util.function.LongSupplier count(long[] at) { return () -> at[0]++; }",
                "return next.getAsLong() & 0;")
            .variant("Lines", "cpu.printk(org.dmalab.api.cpu.Text.id(\"%n\")); return 0;")
            .variant("Three", "return cpu.load(0x1000, 3) & 0;")
            .variant("Back", "cpu.delay(-1); return 0;")
            .variant("Late", "cpu.delay(Long.MAX_VALUE); cpu.delay(Long.MAX_VALUE); return 0;")
            .variant("Leaves", "cpu.services().leave(); cpu.services().leave(); return 0;")
            .variant("Chooses", "return cpu.choose(Integer.MAX_VALUE) & 0;")
            .variant("Prints", "cpu.printk(org.dmalab.api.cpu.Text.id(\"%q\"), 1); return 0;")
            .write(bundles());
        broken(new TreeMap<>(Map.ofEntries(
            Map.entry("Constant", "class example.hostile.Constant$Kind can keep state in field ONE, because a "
                + "example.hostile.Constant$Kind can change"),
            Map.entry("Lists", "can keep state in field list, because a java.util.List can change"),
            Map.entry("Grows", "class example.hostile.Grows declares a field of a struct where it may be done again"
                + " and again"),
            Map.entry("Stores", "class example.hostile.Stores refers to org.dmalab.api.store.Store, which no patch may"
                + " use"),
            Map.entry("Holds", "class example.hostile.Holds$Holder can keep state in field seen"),
            Map.entry("Records", "can keep state in field seen"),
            Map.entry("Locals", "class example.hostile.Locals refers to java.lang.ThreadLocal, which no patch may use"),
            Map.entry("Captures", "can keep state in field next"),
            Map.entry("Lines", "is no conversion, expected %d %u %x %s or %%"),
            Map.entry("Three", "load of 3 bytes, expected 1, 2, 4 or 8 (example.hostile.Three:11)"),
            Map.entry("Back", "delay of -1 ns, expected 0 or more (example.hostile.Back:11)"),
            Map.entry("Late", "simulated time ends at 2^63 ns (example.hostile.Late:11)"),
            Map.entry("Leaves", "the services are left and were not entered (example.hostile.Leaves:11)"),
            Map.entry("Chooses", "choose of 2147483647 alternatives, expected 1 to 4096 (example.hostile.Chooses:11)"),
            Map.entry("Prints", "is no conversion, expected %d %u %x %s or %%"))), List.of());
    }

    /** Values that a format lacks are zero, further ones are not printed, and a text that nobody made is its number. */
    @Test
    public void valuesThatDoNotFitTheFormatHurtNobody() throws Exception {
        new VariantBundle("hostile")
            .variant("Lacks", "cpu.printk(org.dmalab.api.cpu.Text.id(\"%d and %s\"), 1); return -1;")
            .variant("Exceeds", "cpu.printk(org.dmalab.api.cpu.Text.id(\"%d\"), 1, 2, 3, 4, 5, 6); return -1;")
            .variant("Strings", "cpu.printk(org.dmalab.api.cpu.Text.id(\"%s\"), Long.MAX_VALUE); return -1;")
            .write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:compare", SCENARIO, "--patch",
            "lacks,exceeds,strings", "--format", "json");
        assertEquals(result.err(), 0, result.code());
        assertFalse(result.out(), result.out().contains("broken"));
    }

    @Test
    public void whatAPatchPrintsIsNoResult() throws Exception {
        new VariantBundle("hostile").variant("Chats", "System.out.println(\"hello\" + (char) 27 + \"[31m from \" +"
            + " cpu); return 0;").write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:compare", SCENARIO, "--patch", "chats",
            "--format", "json");
        assertTrue(result.out(), result.out().startsWith("[\n  {\n    \"scenario\": \"" + SCENARIO));
        assertFalse(result.out(), result.out().contains("hello"));
        assertTrue(result.err(), result.err().contains("hello\\u001b[31m from cpu\n"));
    }

    @Test
    public void aNamedMachineSaysWhatIsBroken() throws Exception {
        new VariantBundle("hostile")
            .variant("Exits", "System.exit(0); return 0;")
            .variant("Hogs", "long[][] all = new long[1000000][]; for (int i = 0; i < all.length; i++) {"
                + " all[i] = new long[1 << 20]; } return all.length & 0;")
            .write(bundles());
        RunnableJar.Result hogs = RunnableJar.run(folder, List.of("-Xmx256m"), "-c", "machine:create a vtd --patch"
            + " clear-then-flush; patch:use a hogs; device:attach a --device 00:05.0");
        assertEquals(hogs.out(), 3, hogs.code());
        assertTrue(hogs.out(), hogs.out().contains("broken: java.lang.OutOfMemoryError: Java heap space"
            + " (example.hostile.Hogs:11)"));
        RunnableJar.Result exits = RunnableJar.run(folder, "-c",
            "machine:create a vtd --patch clear-then-flush; patch:use a exits");
        assertEquals(exits.out(), 3, exits.code());
        assertTrue(exits.err(), exits.err().contains("error: broken: class example.hostile.Exits refers to "
            + "java.lang.System.exit, which no patch may use (Exits.java:11)"));
    }

    /** What is no patch is not looked at; it does not end the process unseen either. */
    @Test
    public void anExitThatGetsThroughEndsWithThreeAndAMessage() throws Exception {
        new VariantBundle("other").imports("org.osgi.framework").header("Bundle-Activator", "example.hostile.Start")
            .source("Start", "package example.hostile; public class Start implements"
                + " org.osgi.framework.BundleActivator {"
                + " public void start(org.osgi.framework.BundleContext context) { new Thread(() -> System.exit(0))"
                + ".start(); } public void stop(org.osgi.framework.BundleContext context) { } }").write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:compare", "*", "--all", "--mutants");
        assertEquals(result.err(), 3, result.code());
        assertTrue(result.err(), result.err().contains("error: example.hostile.Start (Start.java:1) ended the process "
            + "from inside; the results are lost"));
    }

    /** An end without a word: no hook of a shutdown sees it. */
    @Test
    public void aHaltOfABundleWithoutVariantsIsRefused() throws Exception {
        new VariantBundle("other").imports("org.osgi.framework").header("Bundle-Activator", "example.hostile.Start")
            .source("Start", "package example.hostile; public class Start implements"
                + " org.osgi.framework.BundleActivator {"
                + " public void start(org.osgi.framework.BundleContext context) { Runtime.getRuntime().halt(0); }"
                + " public void stop(org.osgi.framework.BundleContext context) { } }").write(bundles());
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:run", SCENARIO, "--patch", GOOD);
        assertEquals(result.err(), 0, result.code());
        assertTrue(result.out(), result.out().contains(": pass"));
        assertTrue(result.err(), result.err().contains("class example.hostile.Start calls java.lang.Runtime.halt, which"
            + " ends the process without a word (Start.java:1)"));
    }

    /** A variant that no component declares was not looked at, and is not used. */
    @Test
    public void aVariantRegisteredByCodeIsBroken() throws Exception {
        VariantBundle bundle = new VariantBundle("hostile").imports("org.osgi.framework")
            .header("Bundle-Activator", "example.hostile.Start").variant("Secret", "return 0;")
            .source("Start", "package example.hostile; public class Start implements"
                + " org.osgi.framework.BundleActivator {"
                + " public void start(org.osgi.framework.BundleContext context) { context.registerService("
                + "\"org.dmalab.api.service.Iommu\", new Secret(), new java.util.Hashtable<>(java.util.Map.of("
                + "\"dmalab.arch\", \"vtd\", \"dmalab.id\", \"secret\"))); }"
                + " public void stop(org.osgi.framework.BundleContext context) { } }");
        bundle.undeclared().write(bundles());
        broken(new TreeMap<>(Map.of("Secret", "bundle hostile registers it by code of its own, so its classes were not "
            + "looked at; declare a component")), List.of());
    }
}
