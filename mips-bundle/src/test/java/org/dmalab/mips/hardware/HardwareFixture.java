package org.dmalab.mips.hardware;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.Event;
import org.dmalab.api.store.Store;

/** Hardware without a kernel: the page table is a map. */
final class HardwareFixture {
    final Store store = new Store();
    final Emitter emitter = new Emitter();
    final List<Event> events = new ArrayList<>();
    final Map<Long, Long> table = new HashMap<>();
    final PhysicalMemory memory = new PhysicalMemory(store, List.of(new PhysicalMemory.Range(0, 1 << 20),
            new PhysicalMemory.Range(0x20000000L, 1 << 20), new PhysicalMemory.Range(0x30000000L, 0)));
    final Processors processors;
    final Caches caches;
    final Tlb tlb;
    final MachineMemory port;
    final BusMaster bus;

    HardwareFixture(Caches.Shape shape, int tlbPairs, boolean broadcast, boolean speculates) {
        processors = new Processors(store, shape.processors());
        caches = new Caches(store, emitter, shape, memory);
        tlb = new Tlb(store, emitter, shape.processors(), tlbPairs, broadcast,
                (processor, page) -> table.getOrDefault(page, 0L));
        port = new MachineMemory(emitter, memory, caches, tlb, processors, false);
        bus = new BusMaster(emitter, memory, caches, speculates, false);
        emitter.listen((kind, actor, a, b, c, d, e, result) ->
                events.add(new Event(events.size(), 0, kind, actor, a, b, c, d, e, result)));
    }

    HardwareFixture(Caches.Shape shape) {
        this(shape, 4, false, false);
    }

    /** Two processors, L1 of 2 sets, 2 ways, 32-byte lines; optionally an L2 of 2 sets, 4 ways, 64-byte lines. */
    static Caches.Shape small(boolean secondary, boolean inclusive, boolean global, int buffer) {
        return new Caches.Shape(2, new CacheGeometry(2, 2, 32), null,
                secondary ? new CacheGeometry(2, 4, 64) : null,
                new Caches.Options(inclusive, global, false, false, false, 0, buffer));
    }

    void map(long virtualPage, long physicalPage) {
        table.put(virtualPage, physicalPage | PageTable.VALID);
    }

    long count(int kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    Event last(int kind) {
        return events.stream().filter(event -> event.kind() == kind).reduce((first, second) -> second).orElseThrow();
    }
}
