package org.dmalab.lab.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchClassTest {
    @TempDir
    private Path folder;

    private Compiled compiled(String members) throws IOException {
        return Compiled.of(folder, "public class X {\n" + members + "\n}\n");
    }

    private String refusal(String members) throws IOException {
        Compiled compiled = compiled(members);
        return assertThrows(UnusableVariant.class, compiled::weave).getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "System.exit(1) | java.lang.System.exit",
        "Runtime.getRuntime() | java.lang.Runtime.getRuntime",
        "System.getProperty(\"x\") | java.lang.System.getProperty",
        "System.getenv() | java.lang.System.getenv",
        "System.setOut(null) | java.lang.System.setOut",
        "System.identityHashCode(null) | java.lang.System.identityHashCode",
        "Thread.onSpinWait() | java.lang.Thread.onSpinWait",
        "new X().getClass() | java.lang.Object.getClass",
        "new X().hashCode() | java.lang.Object.hashCode",
        "Integer.getInteger(\"x\") | java.lang.Integer.getInteger",
        "\"x\".matches(\"(a*)*\") | java.lang.String.matches",
        "\"x\".split(\"(a*)*\") | java.lang.String.split",
        "new java.util.Random() | java.util.Random",
        "new java.util.ArrayList<String>() | java.util.ArrayList",
        "java.util.Map.of() | java.util.Map.of",
        "java.time.Instant.now() | java.time.Instant.now",
        "java.nio.file.Path.of(\"x\") | java.nio.file.Path.of",
        "new java.util.concurrent.atomic.AtomicLong() | java.util.concurrent.atomic.AtomicLong",
        "new RuntimeException().getStackTrace() | java.lang.RuntimeException.getStackTrace",
        "StackWalker.getInstance() | java.lang.StackWalker.getInstance",
        "new ThreadLocal<String>() | java.lang.ThreadLocal",
        "new int[0].getClass() | java.lang.Object.getClass",
        "Thread.class.toString() | java.lang.Thread",
        "new Thread[3].clone() | java.lang.Thread",
        "((org.dmalab.api.cpu.LiveCpu) null).machine() | org.dmalab.api.cpu.LiveCpu",
        "new org.dmalab.api.store.Store() | org.dmalab.api.store.Store",
        "org.dmalab.lab.guard.Loops.begin() | org.dmalab.lab.guard.Loops.begin"})
    void whatNoPatchMayUseIsNamedWithItsLine(String expression, String name) throws IOException {
        assertEquals("class X refers to " + name + ", which no patch may use (X.java:4)", refusal(
                "public static void run() {\n\n" + expression + ";\n}"));
    }

    @Test
    void wayOutsideOfCallsAreSeen() throws IOException {
        assertEquals("class X refers to java.lang.System.nanoTime, which no patch may use (X.java:2)",
                refusal("java.util.function.LongSupplier now = System::nanoTime;"));
        assertEquals("class X$Y refers to java.lang.Thread.<init>, which no patch may use (X.java:2)",
                refusal("static class Y extends Thread { }"));
        assertEquals("class X$Y refers to java.util.RandomAccess, which no patch may use (X.java)",
                refusal("interface Y extends java.util.RandomAccess { }"));
        assertEquals("class X has a synchronized method run, and nothing of a patch is shared (X.java)",
                refusal("public static synchronized void run() { }"));
        assertEquals("class X is synchronized, and nothing of a patch is shared (X.java:2)",
                refusal("void run() { synchronized (this) { } }"));
        assertEquals("class X declares a field of a struct where it may be done again and again, expected in the"
                + " initializer of a constant (X.java:3)", refusal("static final org.dmalab.api.kernel.Struct S ="
                + " new org.dmalab.api.kernel.Struct(\"s\");\n"
                + "static int run() { return S.field(\"x\", 8).offset(); }"));
        assertEquals("class X has a native method run (X.java)", refusal("static native void run();"));
        assertEquals("class X has a method finalize, which another thread calls (X.java)",
                refusal("@Override protected void finalize() { }"));
        assertEquals("class X refers to java.lang.ThreadDeath, which no patch may use (X.java)".replace("(X.java)",
                "(X.java:2)"), refusal("void run() { throw new ThreadDeath(); }"));
        assertTrue(assertThrows(UnusableVariant.class, () -> PatchClass.weave(new byte[] {1, 2, 3}, type -> null))
                .getMessage().startsWith("a class cannot be read: "));
    }

    /** Everything that the compiler makes of ordinary code, and it still does what it did. */
    @Test
    void ordinaryCodeRuns() throws Throwable {
        assertEquals("[3, b, 6, Pair[a=1, b=z], TWO, 7, 0x10, 42, caught, 4]", compiled("""
            enum Level { ONE, TWO }
            record Pair(long a, String b) { }
            sealed interface Shape permits Dot, Line { }
            record Dot() implements Shape { }
            record Line(int length) implements Shape { }
            static final class Own extends IllegalStateException { Own(String text) { super(text); } }
            static final org.dmalab.api.kernel.Struct LAYOUT = new org.dmalab.api.kernel.Struct("s");
            static final org.dmalab.api.kernel.Field FIRST = LAYOUT.field("first", 8);
            static final java.util.List<String> WORDS = java.util.List.of("a", "b", "c");
            static long sum(java.util.function.LongUnaryOperator f) {
                long sum = 0;
                for (long i = 0; i < 4; i++) { sum += f.applyAsLong(i); }
                return sum;
            }
            static String level(Level level) {
                return switch (level) { case ONE -> "ONE"; case TWO -> "TWO"; };
            }
            static int text(String text) {
                switch (text) { case "x": return 1; case "y": return 7; default: return 0; }
            }
            static String caught() {
                try { throw new Own("caught"); } catch (Own e) { return e.getMessage(); } finally { sum(i -> i); }
            }
            public static String run() {
                assert WORDS.size() == 3 : "words";
                int outer = 0;
                int[] cells = {1, 2, 3};
                loop:
                while (true) {
                    for (int cell : cells) { outer += cell; if (outer > 40) { break loop; } }
                }
                Shape shape = new Line(4);
                int length = shape instanceof Line line ? line.length() : 0;
                StringBuilder text = new StringBuilder().append(WORDS.size()).append(", ").append(WORDS.get(1));
                text.append(", ").append(sum(i -> i)).append(", ").append(new Pair(1, "z")).append(", ");
                text.append(level(Level.valueOf("TWO"))).append(", ").append(text("y")).append(", ");
                return "[" + text + String.format("0x%x", 16) + ", " + outer + ", " + caught() + ", " + length + "]";
            }
            """).weave().run());
    }

    @Test
    void whatItPrintsGoesToStandardError() throws Throwable {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes));
        System.setErr(new PrintStream(errBytes));
        try {
            compiled("public static void run() { System.out.print(\"here\"); System.out.printf(\"%d\", 1); }")
                    .weave().run();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertEquals("", outBytes.toString());
        assertEquals("here1", errBytes.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "while (true) { } | X.java:3",
        "do { } while (true); | X.java:3",
        "for (long i = 0; ; i++) { switch ((int) i & 3) { case 0: continue; default: } } | X.java:3",
        "again(0); | X.java:6"})
    void loopsWithoutACallEnd(String loop, String place) throws Throwable {
        Compiled woven = compiled("public static void run() {\n" + loop + "\n}\n"
                + "static long again(int n) {\nreturn n > 60 ? n : again(n + 1) + again(n + 1); }").weave();
        Loops.begin();
        EndlessLoop end = assertThrows(EndlessLoop.class, woven::run);
        assertEquals("no call on the Cpu in 100000000 turns of loops and calls of methods", end.getMessage());
        StackTraceElement frame = end.getStackTrace()[3];
        assertEquals(place, frame.getFileName() + ":" + frame.getLineNumber());
        assertEquals(end, Loops.over());
        Loops.begin();
    }

    @Test
    void anInterruptEndsALoop() throws Throwable {
        Compiled woven = compiled("public static void run() { while (true) { } }").weave();
        Loops.begin();
        Thread.currentThread().interrupt();
        assertEquals("interrupted", assertThrows(EndlessLoop.class, woven::run).getMessage());
        assertTrue(Thread.interrupted());
        Loops.begin();
    }

    /** Calls on a Cpu between them begin the count anew. */
    @Test
    void loopsWithCallsGoOn() throws Throwable {
        Compiled woven = compiled("public static void run() { for (int i = 0; i < 150_000_000; i++) { } }").weave();
        long[] calls = {0};
        Loops.begin(() -> calls[0]++);
        woven.run();
        Loops.begin();
        assertThrows(EndlessLoop.class, woven::run);
        Loops.begin();
    }
}
