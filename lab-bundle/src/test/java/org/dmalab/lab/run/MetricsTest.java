package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.scenario.MachineSpecs;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void countsAndRollsBack() {
        FakeArchitecture architecture = new FakeArchitecture();
        Machine machine = architecture.create(MachineSpecs.resolve(architecture, null, null, null, Map.of(),
                Map.of()), Services.fixed(new Binding(null, null, null, null)));
        Metrics metrics = new Metrics(architecture, machine);
        machine.observe(metrics);
        LiveCpu cpu = machine.cpu(1, Level.USER);
        cpu.load(FakeArchitecture.BOOTED, 8);
        long outer = cpu.irqSave();
        long inner = cpu.irqSave();
        cpu.hcall(1, 0, 0, 0, 0);
        cpu.irqRestore(inner);
        cpu.irqRestore(outer);
        cpu.load(FakeArchitecture.BOOTED, 8);
        assertEquals(Map.of("cpuCalls", 7L, "irqsOffMaxCpuCalls", 4L, "hypercalls", 1L), metrics.values());
        long mark = machine.store().mark();
        cpu.hcall(1, 0, 0, 0, 0);
        assertEquals(2, metrics.values().get("hypercalls"));
        machine.store().rollback(mark);
        assertEquals(1, metrics.values().get("hypercalls"));
    }
}
