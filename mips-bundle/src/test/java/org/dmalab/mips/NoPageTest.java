package org.dmalab.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.SataDriver;
import org.junit.jupiter.api.Test;

class NoPageTest {
    private final TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
    private final NoPage noPage = new NoPage();
    private int asked;
    private int failing;

    NoPageTest() {
        Hook usual = lab.machine.hook();
        lab.machine.hook((cpu, kind, a, b, c, d, e) -> noPage.fits(lab.machine, kind, a) && ++asked == failing
                ? noPage.fail(lab.machine, a) : usual.call(cpu, kind, a, b, c, d, e));
    }

    @Test
    void aPageIsAskedForWhereOneIsTakenAndNotWhereOneIsGivenBack() {
        assertEquals(0, lab.act("page.alloc", "page", 0, "zone", "high"));
        assertEquals(1, asked);
        assertEquals(0, lab.act("page.free", "page", 0));
        assertEquals(1, asked);
        failing = 2;
        assertEquals(Errno.ENOMEM, lab.act("page.alloc", "page", 0, "zone", "high"));
        assertEquals(0, lab.act("page.alloc", "page", 0, "zone", "high"), "only once");
        assertTrue(lab.passes(), lab.violations::toString);
    }

    @Test
    void readaheadTakesALowPageWhereThereIsNoHighOne() {
        Cpu cpu = lab.machine.cpu(0, Level.USER);
        failing = 2;
        assertEquals(0, SataDriver.readahead(cpu, 0, 2));
        assertEquals(3, asked);
        assertTrue(Pages.highmem(cpu, SataDriver.page(cpu, 0)));
        assertFalse(Pages.highmem(cpu, SataDriver.page(cpu, 1)));
    }
}
