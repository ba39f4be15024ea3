package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.scenario.MachineSpecs;
import org.junit.jupiter.api.Test;

class TimelineRecorderTest {
    private final FakeArchitecture architecture = new FakeArchitecture();
    private final Machine machine = architecture.create(MachineSpecs.resolve(architecture, null, null, null, Map.of(),
            Map.of()), Services.fixed(new Binding(null, null, null, null)));

    @Test
    void keepsTheFirstThoseAroundPinsAndTheLast() {
        TimelineRecorder recorder = new TimelineRecorder(architecture, machine, new RunLimits(1000, 3, 2));
        for (int i = 1; i <= 200; i++) {
            recorder.event(Op.HCALL, 0, 1, i, 0, 0, 0, 0);
            if (i == 100) {
                recorder.pin();
            }
        }
        List<Timeline.Entry> entries = recorder.timeline().entries();
        assertEquals(3 + 2 + 50 + 2, entries.size());
        assertEquals(List.of(1L, 2L, 3L, 99L, 100L, 101L), entries.subList(0, 6).stream().map(Timeline.Entry::step)
                .toList());
        assertEquals(95, entries.get(3).skippedBefore());
        assertEquals(0, entries.get(4).skippedBefore());
        assertEquals(199, entries.get(55).step());
        assertEquals(48, entries.get(55).skippedBefore());
        assertEquals(200, recorder.timeline().events());
    }

    @Test
    void pinnedEventWithoutWordsGetsSome() {
        TimelineRecorder recorder = new TimelineRecorder(architecture, machine, RunLimits.DEFAULT);
        recorder.event(EventKind.CPU_READ, 0, 0x1000, 8, 5, 0, 0, 0);
        assertEquals(0, recorder.timeline().entries().size());
        recorder.pin();
        recorder.pin();
        recorder.event(Op.LOAD, 0, 0x10, 8, 0, 0, 0, 3);
        recorder.pin();
        assertEquals(List.of("reads 8 bytes at 0x1000 = 0x5", "reads 0x10 = 0x3"),
                recorder.timeline().entries().stream().map(Timeline.Entry::words).toList());
    }
}
