package org.dmalab.pseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.api.Failure;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.service.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each way of failing does to a kernel that looks for a window, puts memory on line, and gives both back. */
class EachFailureTest {
    private static final List<Failure> FAILURES = new PseriesArchitecture().failures();
    private static final String CARD = "00:00.0";

    private final Rig rig = Rig.qemu(Rig.variant("direct-only"));
    private int fitted;

    /** Lets the first call that a failure fits fail in this way, and counts the calls that it fits. */
    private void failFirst(String name) {
        Failure failure = FAILURES.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        Hook usual = rig.machine.hook();
        rig.machine.hook((cpu, kind, a, b, c, d, e) -> failure.fits(rig.machine, kind, a) && fitted++ == 0
                ? failure.fail(rig.machine, a) : usual.call(cpu, kind, a, b, c, d, e));
    }

    private void says(String words) {
        assertTrue(rig.dmesg().stream().anyMatch(line -> line.contains(words)), () -> rig.dmesg().toString());
    }

    EachFailureTest() {
        rig.run("kernel.boot");
    }

    /** A probe never fails for want of a window; it makes one, or gives back what it has of one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ibm,query-pe-dma-window = hardware error | 1 | ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned -1",
        "ibm,create-pe-dma-window = hardware error | 1 | 0 8000000 20000000 18 21 returned -1",
        "ibm,create-pe-dma-window = busy | 2 | 0 8000000 20000000 18 21 returned 0 (liobn = 0x80000001",
        "no page | 1 | failed to map DMA window for /pci@800000020000000: -12",
        "H_PUT_TCE_INDIRECT = H_HARDWARE | 1 | failed to map DMA window for /pci@800000020000000: -1",
        "H_PUT_TCE_INDIRECT = H_NOT_ENOUGH_RESOURCES | 1 | failed to map DMA window for /pci@800000020000000: -44"})
    void aProbe(String failure, long windows, String words) {
        failFirst(failure);
        assertEquals(0, rig.run("device.probe", "device", CARD));
        assertTrue(fitted > 0);
        says(words);
        assertEquals(windows, rig.run("window.show"));
        assertEquals(windows, rig.partition().tables().entries(1) == 0 ? 1 : 2, "what the hypervisor has");
    }

    /** The block stays off line, nothing of it stays in the window, and the next try is not spoiled. */
    @ParameterizedTest
    @ValueSource(strings = {"H_PUT_TCE_INDIRECT = H_HARDWARE", "H_PUT_TCE_INDIRECT = H_NOT_ENOUGH_RESOURCES"})
    void memoryThatComes(String failure) {
        rig.run("device.probe", "device", CARD);
        failFirst(failure);
        assertEquals(Errno.EPERM, rig.run("memory.online", "start", "1G", "size", "256M"));
        assertEquals(1, fitted);
        says("Memory indexed-count-add failed, removing any added LMBs");
        assertEquals(List.of(), rig.end());
        assertEquals(0, rig.run("memory.online", "start", "1G", "size", "256M"));
    }

    /** The kernel goes on off line when TCEs cannot be cleared: its notifier is told, and not asked. */
    @ParameterizedTest
    @ValueSource(strings = {"H_STUFF_TCE = H_HARDWARE", "H_STUFF_TCE = H_NOT_ENOUGH_RESOURCES"})
    void memoryThatGoes(String failure) {
        rig.run("device.probe", "device", CARD);
        rig.run("memory.online", "start", "1G", "size", "256M");
        failFirst(failure);
        assertEquals(0, rig.run("memory.offline", "start", "1G", "size", "256M"));
        assertEquals(1, fitted);
        assertTrue(rig.end().get(0).startsWith("no-stale-tce: "), rig.violations::toString);
    }

    /** The kernel forgets a window that the firmware does not remove; the hypervisor keeps it. */
    @Test
    void aWindowThatStays() {
        rig.run("device.probe", "device", CARD);
        long entries = rig.partition().tables().entries(1);
        failFirst("ibm,remove-pe-dma-window = hardware error");
        assertEquals(0, rig.run("device.remove", "device", CARD));
        assertEquals(1, fitted);
        says("/pci@800000020000000: failed to remove DMA window: rtas returned -1 to ibm,remove-pe-dma-window(2028)");
        assertEquals(entries, rig.partition().tables().entries(1));
        assertTrue(entries > 0);
    }

    @Test
    void everyWayHasANameOfItsOwn() {
        assertEquals(11, FAILURES.stream().map(Failure::name).distinct().count());
    }
}
