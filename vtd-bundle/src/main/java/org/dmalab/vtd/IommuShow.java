package org.dmalab.vtd;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.event.Actor;
import org.osgi.service.component.annotations.Component;

/** What the tables say about a device. */
@Component(service = Action.class, property = Action.ARCH + "=vtd")
public final class IommuShow implements Action {
    @Override
    public String name() {
        return "iommu.show";
    }

    @Override
    public String summary() {
        return "show the context entry of a device in memory and in the context cache";
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
        long sourceId = values.get("device");
        long root = model.unit().rootTable() & ~0xfffL;
        long rootEntry = entry(model, root, sourceId >>> 8, 0);
        long table = (rootEntry & 1) == 0 ? -1 : rootEntry & ~0xfffL;
        return String.format("%s: root table 0x%x, context entry hi 0x%016x, low 0x%016x%s", Actor.bdf(sourceId), root,
                entry(model, table, sourceId & 0xff, 8), entry(model, table, sourceId & 0xff, 0),
                model.unit().caches(sourceId) ? ", cached" : "");
    }

    private static long entry(VtdModel model, long table, long index, int half) {
        long address = table + index * 16 + half;
        return model.memory().isRam(address, 8) ? model.memory().fetch(address, 8) : 0;
    }
}
