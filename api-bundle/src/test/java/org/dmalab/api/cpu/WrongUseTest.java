package org.dmalab.api.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.junit.jupiter.api.Test;

/** What is wrong is said at the call, whoever made the Cpu, and is a call itself. */
class WrongUseTest {
    private static final class Recording extends Cpu {
        private final List<Integer> calls = new ArrayList<>();

        Recording() {
            super(Level.USER, Services.fixed(new Binding(null, null, null, null)));
        }

        @Override
        protected long op(int kind, long a, long b, long c, long d, long e) {
            calls.add(kind);
            return 0;
        }
    }

    private static void wrong(String message, Consumer<Cpu> use) {
        Recording cpu = new Recording();
        assertEquals(message, assertThrows(WrongUse.class, () -> use.accept(cpu)).getMessage());
        assertEquals(List.of(Op.WRONG_USE), cpu.calls);
    }

    @Test
    void widthsAreThoseOfAProcessor() {
        for (int width : new int[] {3, 0, -1, 16, Integer.MIN_VALUE}) {
            String bytes = " of " + width + " bytes, expected 1, 2, 4 or 8";
            wrong("load" + bytes, cpu -> cpu.load(0x1000, width));
            wrong("store" + bytes, cpu -> cpu.store(0x1000, width, 1));
            wrong("read" + bytes, cpu -> cpu.read(0x1000, width, Endian.BIG));
            wrong("write" + bytes, cpu -> cpu.write(0x1000, width, Endian.BIG, 1));
            wrong("compareExchange" + bytes, cpu -> cpu.compareExchange(0x1000, width, Endian.BIG, 1, 2));
            wrong("readRegister" + bytes, cpu -> cpu.readRegister(0x1000, width));
            wrong("writeRegister" + bytes, cpu -> cpu.writeRegister(0x1000, width, 1));
            wrong("readConfig" + bytes, cpu -> cpu.readConfig(1, 0, width));
            wrong("writeConfig" + bytes, cpu -> cpu.writeConfig(1, 0, width, 1));
            wrong("await" + bytes, cpu -> cpu.await(0x1000, width, 1));
        }
        Recording cpu = new Recording();
        for (int width : new int[] {1, 2, 4, 8}) {
            cpu.load(0x1000, width);
        }
        assertEquals(List.of(Op.LOAD, Op.LOAD, Op.LOAD, Op.LOAD), cpu.calls);
    }

    @Test
    void timesChoicesAndFlagsMakeSense() {
        wrong("delay of -1 ns, expected 0 or more", cpu -> cpu.delay(-1));
        wrong("await with a timeout of -5 ns, expected 0 (none) or more", cpu -> cpu.await(0x1000, 4, 1, -5));
        wrong("choose of 2147483647 alternatives, expected 1 to 4096", cpu -> cpu.choose(Integer.MAX_VALUE));
        wrong("choose of 0 alternatives, expected 1 to 4096", cpu -> cpu.choose(0));
        wrong("irqRestore of flags 0x7, expected what irqSave returned", cpu -> cpu.irqRestore(7));
        wrong("note of event kind 1, expected one from 256 on", cpu -> cpu.note(Op.STORE, 0, 0, 0, 0));
    }

    @Test
    void formatsArePrintable() {
        wrong("printk: \"%q\" is no conversion, expected %d %u %x %s or %%, l and a width before it",
                cpu -> cpu.printk(Text.id("what %q is"), 1));
        wrong("printk: \"%\" is no conversion, expected %d %u %x %s or %%, l and a width before it",
                cpu -> cpu.printk(Text.id("100%")));
        wrong("printk: \"%99999999999d\": expected # or -, then a width of up to three digits, then l or ll",
                cpu -> cpu.printk(Text.id("%99999999999d"), 1));
        wrong("printk of 17 values, expected at most 16", cpu -> cpu.printk(Text.id("x"), new long[17]));
        for (String good : List.of("%d %u %x %s %%", "%016llx", "%#lx %5d", "100%%", "%-8s")) {
            assertNull(Text.brokenFormat(Text.id(good)), good);
        }
        assertEquals("100%", Text.format(Text.id("100%")));
        assertEquals("7", Text.format(Text.id("%99999999999d"), 7));
    }

    /** A number that is no text is no format, whatever text gets this number later. */
    @Test
    void nothingIsKeptOfAFormatThatIsNoText() {
        String late = "%q comes late";
        long id = 0xcbf29ce484222325L;
        for (int i = 0; i < late.length(); i++) {
            id = (id ^ late.charAt(i)) * 0x100000001b3L;
        }
        assertNull(Text.brokenFormat(id));
        assertEquals(id, Text.id(late));
        assertTrue(Text.brokenFormat(id).startsWith("\"%q\" is no conversion"));
    }

    /** Nobody can tell from the object who runs the code. */
    @Test
    void everyCpuLooksAlike() {
        assertEquals("cpu", new Recording().toString());
        assertEquals(0, new Recording().hashCode());
    }
}
