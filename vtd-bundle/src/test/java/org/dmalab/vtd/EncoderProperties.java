package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Event;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.VtdEvent;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Pages;
import org.dmalab.vtd.kernel.QueuedFlush;
import org.dmalab.vtd.patch.NoFlush;

/** What the kernel writes for the unit, field by field against the layouts, and what the unit makes of it. */
class EncoderProperties {
    private static final long SOMEWHERE = 0x5000000;
    private static final Bench QUEUED = booted();

    private static Bench booted() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of("invalidation", 1L));
        bench.run("kernel.boot");
        return bench;
    }

    private static Cpu cpu() {
        return QUEUED.machine.cpu(0, Level.USER);
    }

    private static long iommu() {
        return QUEUED.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
    }

    /** The first of a kind of event since a place. */
    private static Event first(int from, int kind) {
        return QUEUED.events.subList(from, QUEUED.events.size()).stream().filter(event -> event.kind() == kind)
                .findFirst().orElseThrow();
    }

    @Property(tries = 200)
    void contextCacheDescriptors(@ForAll @IntRange(max = 0xffff) int did, @ForAll @IntRange(max = 0xffff) int sid,
            @ForAll @IntRange(max = 3) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = QUEUED.events.size();
        new QueuedFlush().context(cpu(), iommu(), did, sid, mask, Scope.values()[scope]);
        Event descriptor = first(from, VtdEvent.DESCRIPTOR);
        assertEquals(1, field(descriptor.b(), 0, 4));
        assertEquals(scope, field(descriptor.b(), 4, 2));
        assertEquals(did, field(descriptor.b(), 16, 16));
        assertEquals(sid, field(descriptor.b(), 32, 16));
        assertEquals(mask, field(descriptor.b(), 48, 2));
        assertEquals(0, descriptor.b() & 0xfffc00000000ffc0L);
        assertEquals(0, descriptor.c());
        Event done = first(from, VtdEvent.CONTEXT_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 1 ? 0 : did, done.b());
        assertEquals(scope == 3 ? sid : 0, done.c());
        assertEquals(0, QUEUED.machine.model(VtdModel.class).unit().peek(Reg.FSTS, 4));
    }

    @Property(tries = 200)
    void iotlbDescriptors(@ForAll @IntRange(max = 0xffff) int did, @ForAll @LongRange(max = (1L << 48) - 1) long address,
            @ForAll @IntRange(max = 18) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = QUEUED.events.size();
        new QueuedFlush().iotlb(cpu(), iommu(), did, address, mask, Scope.values()[scope]);
        Event descriptor = first(from, VtdEvent.DESCRIPTOR);
        assertEquals(2, field(descriptor.b(), 0, 4));
        assertEquals(scope, field(descriptor.b(), 4, 2));
        assertEquals(3, field(descriptor.b(), 6, 2)); // DW and DR, as CAP has them
        assertEquals(did, field(descriptor.b(), 16, 16));
        assertEquals(0, descriptor.b() & 0xffffffff0000ff00L);
        assertEquals(mask, field(descriptor.c(), 0, 6));
        assertEquals(address >>> 12, field(descriptor.c(), 12, 52));
        assertEquals(0, descriptor.c() & 0xfc0);
        Event done = first(from, VtdEvent.IOTLB_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 3 ? address & -(0x1000L << mask) | mask : 0, done.c());
        assertEquals(0, QUEUED.machine.model(VtdModel.class).unit().peek(Reg.FSTS, 4));
    }

    /** Set in any state of the entry that was cleared before; fields do not touch each other. */
    @Property(tries = 200)
    void contextEntries(@ForAll @IntRange(max = 0xffff) int did, @ForAll @LongRange(max = (1L << 34) - 1) long page,
            @ForAll @IntRange(max = 7) int width, @ForAll @IntRange(max = 3) int type) {
        long entry = Pages.linear(SOMEWHERE);
        ContextEntry.clear(cpu(), entry);
        ContextEntry.setDomainId(cpu(), entry, did);
        ContextEntry.setAddressRoot(cpu(), entry, page << 12);
        ContextEntry.setAddressWidth(cpu(), entry, width);
        ContextEntry.setTranslationType(cpu(), entry, type);
        ContextEntry.setFaultEnable(cpu(), entry);
        ContextEntry.setPresent(cpu(), entry);
        long low = ContextEntry.low(cpu(), entry);
        long high = ContextEntry.high(cpu(), entry);
        assertEquals(page << 12 | type << 2 | 1, low);
        assertEquals((long) did << 8 | width, high);
        assertEquals(did, ContextEntry.domainId(cpu(), entry));
        ContextEntry.clearPresent(cpu(), entry);
        assertEquals(low & ~1L, ContextEntry.low(cpu(), entry));
        assertEquals(high, ContextEntry.high(cpu(), entry));
    }

    private static long field(long word, int shift, int bits) {
        return word >>> shift & (1L << bits) - 1;
    }
}
