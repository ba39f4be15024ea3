package org.dmalab.vtd.action;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.event.Actor;
import org.dmalab.vtd.ReferenceWalk;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.osgi.service.component.annotations.Component;

/** What the tables say about a device. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class IommuShow implements Action {
    private static final long SCALABLE = 1 << 10;

    @Override
    public String name() {
        return "iommu.show";
    }

    @Override
    public String summary() {
        return "show the context entry of a device in memory, as the processors have it, and whether it is cached";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required("device", Parameter.Type.DEVICE, "bus:device.function, such as 02:00.0"));
    }

    @Override
    public long run(Machine machine, Cpu cpu, Values values) {
        return 0;
    }

    @Override
    public String describe(Machine machine, Values values, long result) {
        VtdModel model = machine.model(VtdModel.class);
        int sourceId = (int) values.get("device");
        RemappingUnit unit = model.units().of(sourceId);
        if (unit == null) {
            return Actor.bdf(sourceId) + ": no remapping unit serves it";
        }
        long root = unit.rootTable();
        String inMemory = entry(model.memory(), model.memory()::fetch, root, sourceId & 0xffff);
        String written = entry(model.memory(), model.memory()::snoop, root, sourceId & 0xffff);
        ReferenceWalk tables = new ReferenceWalk(model, unit);
        ReferenceWalk.Owner owner = tables.owner(sourceId & 0xffff);
        return String.format("%s: root table 0x%x, context entry %s%s%s%s", Actor.bdf(sourceId), root & ~0xfffL,
                inMemory, written.equals(inMemory) ? "" : " in memory, " + written + " not yet written back",
                tables.scalable() ? pasid(owner) : "", unit.caches(sourceId & 0xffff) ? ", cached" : "");
    }

    private static String pasid(ReferenceWalk.Owner owner) {
        if (!owner.present()) {
            return ", no PASID table entry";
        }
        return ", PASID table entry did=" + owner.domain()
                + (owner.passThrough() ? " pass-through" : " tables 0x" + Long.toHexString(owner.table()));
    }

    /** Reads 8 bytes: past the processors' caches, as a unit does that does not snoop, or as the processors do. */
    private interface View {
        long read(long physicalAddress, int widthBytes);
    }

    private static String entry(MachineMemory memory, View view, long rootTable, int sourceId) {
        boolean scalable = (rootTable & SCALABLE) != 0;
        boolean upper = scalable && (sourceId & 0x80) != 0;
        long index = scalable ? (sourceId & 0x7f) * 32L : (sourceId & 0xff) * 16L;
        long rootEntry = word(memory, view, (rootTable & ~0xfffL) + (sourceId >>> 8) * 16 + (upper ? 8 : 0));
        long entry = (rootEntry & 1) == 0 ? -16 : (rootEntry & ~0xfffL) + index;
        return String.format("hi 0x%016x, low 0x%016x", word(memory, view, entry + 8), word(memory, view, entry));
    }

    private static long word(MachineMemory memory, View view, long address) {
        return memory.isRam(address, 8) ? view.read(address, 8) : 0;
    }
}
