package org.dmalab.pseries.oracle;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.WindowRules;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.FailedPdn;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.osgi.service.component.annotations.Component;

/**
 * A device with a mask of 64 bits has a dynamic window, if the hypervisor offers one into which all memory fits that is
 * there. A kernel that never asked for one, because it was told so, is left alone: what counts is that it gave up.
 */
@Component(service = Oracle.class)
public final class WindowWhereItFits implements Oracle {
    @Override
    public String name() {
        return "window-where-it-fits";
    }

    @Override
    public String summary() {
        return "no 64-bit device is without a dynamic window after the kernel gave up although memory fits into one";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    @Override
    public EventSink attach(Watch watch) {
        return KernelState.IGNORES;
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        Machine machine = watch.machine();
        if (!KernelState.runs(machine) || !fits(machine)) {
            return;
        }
        KernelMemory kernel = machine.kernel();
        KernelState.forEach(kernel, KernelLayout.PCI_DEVICES, PciDev.LIST, device -> {
            long node = KernelState.load(kernel, device, PciDev.PDN);
            boolean wide = KernelState.load(kernel, device, PciDev.DMA_MASK) == -1L;
            if (wide && isOn(kernel, node, true) && !isOn(kernel, node, false)) {
                watch.violation(Actor.bdf(KernelState.load(kernel, device, PciDev.SOURCE_ID)) + " has a mask of 64 bits"
                        + " and no dynamic window; the kernel gave up, although the hypervisor has one into which all"
                        + " memory fits");
            }
        });
    }

    private static boolean fits(Machine machine) {
        WindowRules rules = machine.model(PseriesModel.class).partition().rtas().rules();
        long end = 0;
        for (KernelState.Range range : KernelState.online(machine.kernel())) {
            end = Math.max(end, range.end());
        }
        int shift = rules.largestPageShift();
        // The only window of an endpoint is not offered: the default one has it.
        return rules.windowsPerPe() > 1 && shift != 0 && Long.compareUnsigned(rules.largestBlockTces(),
                (end - 1) >>> shift) > 0;
    }

    /** Tells whether a node is on the list of failures, or on that of windows. */
    private static boolean isOn(KernelMemory kernel, long node, boolean failures) {
        boolean[] found = new boolean[1];
        if (failures) {
            KernelState.forEach(kernel, KernelLayout.FAILED_DDW_PDN_LIST, FailedPdn.LIST,
                    entry -> found[0] |= KernelState.load(kernel, entry, FailedPdn.PDN) == node);
        } else {
            KernelState.forEach(kernel, KernelLayout.DMA_WIN_LIST, DmaWin.LIST,
                    entry -> found[0] |= KernelState.load(kernel, entry, DmaWin.DEVICE) == node);
        }
        return found[0];
    }
}
