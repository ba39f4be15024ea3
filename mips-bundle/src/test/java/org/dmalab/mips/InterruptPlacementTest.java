package org.dmalab.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.mips.oracle.SlotsBalanced;
import org.dmalab.mips.patch.KmapHighGetFallback;
import org.dmalab.mips.patch.mutant.ArmNoMasking;
import org.dmalab.mips.patch.mutant.ArmNoPreemptGuard;
import org.dmalab.mips.patch.mutant.ArmNoRestore;
import org.dmalab.mips.patch.mutant.ArmNoTlbFlush;
import org.dmalab.mips.patch.mutant.FixedSlotIrqsOn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * S3: a hard interrupt maintains a page while a softirq maintains another that interrupted process context at a third:
 * every placement of both, by nested calls on a live machine that is rolled back after each.
 */
class InterruptPlacementTest {
    private record Outcome(int schedules, int violated, Set<String> oracles) { }

    /**
     * Who nests.
     *
     * @param before page that the slot maps at the start
     * @param middle level of the first interrupt, which maintains page 1
     * @param inner page that the second interrupt maintains
     * @param innerOffset from there
     * @param set parameters of the machine
     */
    private record Situation(int before, Level middle, int inner, int innerOffset, Map<String, Long> set) { }

    /** The slot still maps the page that process context is going to maintain. */
    private static final Situation THREE_PAGES = new Situation(0, Level.SOFTIRQ, 2, 0, Map.of());
    private static final Situation SHARED = new Situation(2, Level.SOFTIRQ, 0, 2048, Map.of());
    private static final Situation NESTED = new Situation(0, Level.HARDIRQ, 2, 0, Map.of("nestedHardirqs", 1L));

    @ParameterizedTest
    @ValueSource(strings = {"arm-l1-vipt", "ppc-irq-off", "per-page-irq-off", "stack-kmap", "three-slots"})
    void correctVariantsHoldInEveryPlacement(String variant) {
        Outcome outcome = search(TestLab.variant(variant));
        assertEquals(0, outcome.violated(), () -> variant + " " + outcome);
        assertTrue(outcome.schedules() > 100, () -> variant + " " + outcome);
    }

    @Test
    void slotThatIsNotRestoredIsFound() {
        Outcome outcome = search(new ArmNoRestore());
        assertTrue(outcome.oracles().contains("op-on-intended-page"), outcome::toString);
        assertTrue(outcome.oracles().contains("bug"), outcome::toString);
    }

    @Test
    void slotThatIsRestoredWithoutTlbFlushIsFound() {
        assertEquals(Set.of("op-on-intended-page"), search(new ArmNoTlbFlush()).oracles());
    }

    @Test
    void fixedSlotWithInterruptsOnIsFound() {
        assertEquals(Set.of("op-on-intended-page"), search(new FixedSlotIrqsOn()).oracles());
    }

    @Test
    void fallbackInAFixedSlotIsFound() {
        assertEquals(Set.of("op-on-intended-page"), search(new KmapHighGetFallback()).oracles());
    }

    /**
     * Interrupts nest, so each one undoes its changes of depth and entry before the code that it interrupted goes on,
     * wherever between two steps that is.
     */
    @Test
    void withoutMaskingInterruptsOnOtherPagesDoNoHarm() {
        Outcome outcome = search(new ArmNoMasking());
        assertEquals(0, outcome.violated(), outcome::toString);
    }

    /** Who finds its page in the slot does not flush the TLB, which may still hold the page before. */
    @Test
    void withoutMaskingAnInterruptOnTheSamePageIsFound() {
        assertEquals(Set.of("op-on-intended-page"), search(SHARED, new ArmNoMasking()).oracles());
    }

    @ParameterizedTest
    @ValueSource(strings = {"arm-l1-vipt", "ppc-irq-off", "per-page-irq-off", "stack-kmap", "three-slots"})
    void correctVariantsHoldWhereAnInterruptSharesThePage(String variant) {
        Outcome outcome = search(SHARED, TestLab.variant(variant));
        assertEquals(0, outcome.violated(), () -> variant + " " + outcome);
        assertTrue(outcome.schedules() > 100, () -> variant + " " + outcome);
    }

    /** Nested interrupts can't tell: that takes two tasks, of which the first goes on while the second is inside. */
    @Test
    void preemptionGuardIsNotSeenByInterrupts() {
        assertEquals(0, search(new ArmNoPreemptGuard()).violated());
    }

    @ParameterizedTest
    @CsvSource({"three-slots, true", "kmap-high-get-fallback, true", "arm-l1-vipt, false", "per-page-irq-off, false"})
    void interruptsThatNestNeedMoreThanASlotForEachLevel(String variant, boolean fails) {
        Outcome outcome = search(NESTED, TestLab.variant(variant));
        assertEquals(fails ? Set.of("op-on-intended-page") : Set.of(), outcome.oracles(), outcome::toString);
        assertTrue(outcome.schedules() > 30, () -> variant + " " + outcome);
    }

    private static Outcome search(Object variant) {
        return search(THREE_PAGES, variant);
    }

    private static Outcome search(Situation situation, Object variant) {
        TestLab lab = new TestLab("tiny", "strict", variant, situation.set());
        for (int page = 0; page < 3; page++) {
            lab.act("page.alloc", "page", page, "zone", "high");
        }
        lab.act("dma.maintain", "page", situation.before(), "length", 2048);
        assertTrue(lab.violations.isEmpty());
        int schedules = 0;
        int violated = 0;
        Set<String> oracles = new TreeSet<>();
        for (int soft = 0; soft >= 0; soft++) {
            for (int hard = 0; hard >= 0; hard++) {
                Placement placement = new Placement(lab, situation, soft, hard);
                placement.run();
                if (!placement.hardCounted) {
                    break;
                }
                schedules++;
                violated += lab.violations.isEmpty() ? 0 : 1;
                lab.violations.forEach(violation -> oracles.add(violation.split(":")[0]));
                if (hard > 2000) {
                    throw new IllegalStateException("the code does not end");
                }
            }
            if (new Placement(lab, situation, soft, -1).run() <= soft) {
                break;
            }
        }
        return new Outcome(schedules, violated, oracles);
    }

    /** One placement: the softirq before a call of the program, the hardirq before a call of either. */
    private static final class Placement implements Hook {
        private final TestLab lab;
        private final Situation situation;
        private final int soft;
        private final int hard;
        private int userCalls;
        private int lowerCalls;
        private boolean softDone;
        private boolean hardDone;
        private boolean hardCounted;
        private Hook below;

        Placement(TestLab lab, Situation situation, int soft, int hard) {
            this.lab = lab;
            this.situation = situation;
            this.soft = soft;
            this.hard = hard;
        }

        /** Runs it and leaves the machine as it was; returns the program's number of calls. */
        int run() {
            Machine machine = lab.machine;
            lab.violations.clear();
            lab.events.clear();
            long mark = machine.store().mark();
            below = machine.hook();
            machine.hook(this);
            try {
                lab.act("dma.maintain", "page", 0, "length", 2048);
                lab.passes();
            } finally {
                machine.hook(below);
                machine.store().rollback(mark);
                machine.store().release();
            }
            return userCalls;
        }

        @Override
        public long call(LiveCpu cpu, int kind, long a, long b, long c, long d, long e) {
            boolean masked = lab.machine.processors().irqsOff(0);
            if (cpu.level() == Level.USER && userCalls++ == soft && !masked && !softDone) {
                softDone = true;
                lab.act(lab.machine.cpu(0, situation.middle()), "dma.maintain", "page", 1, "length", 2048);
            }
            if (!hardDone && lowerCalls++ == hard) {
                hardCounted = true;
                hardDone = true;
                if (!lab.machine.processors().irqsOff(0)) {
                    lab.act(lab.machine.cpu(0, Level.HARDIRQ), "dma.maintain", "page", situation.inner(), "offset",
                            situation.innerOffset(), "length", 2048);
                }
            }
            return below.call(cpu, kind, a, b, c, d, e);
        }
    }

    /** A slot that is not given back at the end is a violation of its own. */
    @Test
    void unbalancedSlotIsFound() {
        TestLab lab = new TestLab("tiny", "strict", TestLab.variant("stack-kmap"), Map.of());
        Oracle oracle = new SlotsBalanced();
        assertEquals("mips", oracle.arch());
        lab.user().preemptDisable();
        lab.user().store(org.dmalab.mips.kernel.KernelLayout.KMAP_ATOMIC_IDX, 1, 2);
        lab.user().irqSave();
        lab.user().lock(org.dmalab.mips.kernel.KernelLayout.KMAP_LOCK);
        assertTrue(!lab.passes());
        assertEquals(4, lab.violations.size(), lab.violations::toString);
    }
}
