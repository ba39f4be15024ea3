package org.dmalab.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.scenario.MachineSpecs;
import org.junit.jupiter.api.Test;

class ChangesTest {
    @Test
    void aCellMadeOfFieldsIsToldFieldByFieldWithWhatIsLeft() {
        FakeArchitecture architecture = new FakeArchitecture();
        Machine machine = architecture.create(MachineSpecs.resolve(architecture, null, null, null, Map.of(), Map.of()),
                Services.fixed(new Binding(null, null, null, null)));
        Region register = machine.store().dense("unit", 1, Region.Kind.STATE, new Region.Namer() {
            @Override
            public String name(long cell) {
                return "GSTS";
            }

            @Override
            public List<BitField> fields(long cell) {
                return List.of(BitField.bit("TES", 31), BitField.bits("LEVEL", 11, 8));
            }
        });
        Store store = machine.store();
        long mark = store.mark();
        register.set(0, 0x80000305L);
        assertEquals(List.of("unit GSTS TES: 0x0 -> 0x1", "unit GSTS LEVEL: 0x0 -> 0x3", "unit GSTS: 0x0 -> 0x5"),
                Changes.of(machine, store.changesSince(mark)).stream().map(Changed::toString).toList());
    }
}
