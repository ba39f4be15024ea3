package org.dmalab.pseries.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.pseries.PseriesModel;
import org.dmalab.pseries.hardware.FlatTree;
import org.dmalab.pseries.hardware.Partition;
import org.dmalab.pseries.kernel.DeviceTree;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.osgi.service.component.annotations.Component;

/**
 * The kernel crashes and starts its crash kernel (kexec): windows, TCEs and what devices do stay as they are, and the
 * tree that the next kernel.boot reads says what windows there are.
 */
@Component(service = Action.class, property = Action.ARCH + "=pseries")
public final class KernelCrash implements Action {
    private static final int PROPERTY_BYTES = 20;
    private static final List<String> WINDOWS = List.of("linux,direct64-ddr-window-info",
            "linux,dma64-ddr-window-info");

    @Override
    public String name() {
        return "kernel.crash";
    }

    @Override
    public String summary() {
        return "the kernel crashes into its crash kernel; kernel.boot comes next, windows stay";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        PseriesModel.requireRunning(cpu);
        Partition partition = machine.model(PseriesModel.class).partition();
        FlatTree.Node tree = partition.tree(machine.spec());
        for (long node = DeviceTree.firstTop(cpu); node != 0; node = cpu.load(node, DeviceNode.SIBLING)) {
            if (DeviceTree.isBridge(cpu, node)) {
                tree = withWindows(cpu, node, tree);
            }
        }
        PseriesModel.forgetKernel(machine);
        partition.start(machine.spec(), tree.with(new FlatTree.Node("chosen",
                List.of(FlatTree.Property.cells("linux,elfcorehdr", 0, 0)), List.of())));
        return 0;
    }

    /** The tree with the windows that a host bridge has now. */
    private static FlatTree.Node withWindows(Cpu cpu, long node, FlatTree.Node tree) {
        FlatTree.Node bridge = null;
        for (FlatTree.Node child : tree.children()) {
            bridge = Text.id(child.name()) == cpu.load(node, DeviceNode.NAME) ? child : bridge;
        }
        if (bridge == null) {
            return tree;
        }
        if (DeviceTree.property(cpu, node, DeviceTree.DMA_WINDOW) == 0) {
            bridge = bridge.without("ibm,dma-window");
        }
        for (String name : WINDOWS) {
            long value = DeviceTree.value(cpu, node, Text.id(name), PROPERTY_BYTES);
            bridge = value == 0 ? bridge : bridge.with(new FlatTree.Property(name, bytes(cpu, value)));
        }
        return tree.with(bridge);
    }

    private static byte[] bytes(Cpu cpu, long address) {
        byte[] bytes = new byte[PROPERTY_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) cpu.load(address + i, 1);
        }
        return bytes;
    }
}
