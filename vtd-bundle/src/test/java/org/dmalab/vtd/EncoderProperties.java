package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.port.DmaMaster.Outcome;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Pages;
import org.dmalab.vtd.kernel.QueuedFlush;
import org.dmalab.vtd.kernel.RegisterFlush;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.Iva;

/** What the kernel writes for the unit, field by field against the layouts, and what the unit makes of it. */
class EncoderProperties {
    private static final long SOMEWHERE = 0x5000000;
    private static final Bench QUEUED = booted(1);
    private static final Bench BY_REGISTER = booted(0);

    private static Bench booted(long invalidation) {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of("invalidation", invalidation));
        bench.run("kernel.boot");
        return bench;
    }

    private static Cpu cpu() {
        return QUEUED.machine.cpu(0, Level.USER);
    }

    private static long iommu() {
        return iommu(QUEUED);
    }

    private static long iommu(Bench bench) {
        return bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
    }

    /** The first of a kind of event since a place. */
    private static Event first(int from, int kind) {
        return first(QUEUED, from, event -> event.kind() == kind);
    }

    private static Event first(Bench bench, int from, Predicate<Event> wanted) {
        return bench.events.subList(from, bench.events.size()).stream().filter(wanted).findFirst().orElseThrow();
    }

    /** The first register write of 8 bytes at an offset of the unit since a place. */
    private static long written(int from, int offset) {
        long address = BY_REGISTER.machine.model(VtdModel.class).unitBase() + offset;
        return first(BY_REGISTER, from, event -> event.kind() == Op.REG_WRITE && event.a() == address
                && event.b() == 8).c();
    }

    @Property(tries = 200)
    void contextCacheDescriptors(@ForAll @IntRange(max = 0xffff) int did, @ForAll @IntRange(max = 0xffff) int sid,
            @ForAll @IntRange(max = 3) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = QUEUED.events.size();
        new QueuedFlush().context(cpu(), iommu(), did, sid, mask, Scope.values()[scope]);
        Event descriptor = first(from, HardwareEvent.DESCRIPTOR);
        assertEquals(1, field(descriptor.b(), 0, 4));
        assertEquals(scope, field(descriptor.b(), 4, 2));
        assertEquals(did, field(descriptor.b(), 16, 16));
        assertEquals(sid, field(descriptor.b(), 32, 16));
        assertEquals(mask, field(descriptor.b(), 48, 2));
        assertEquals(0, descriptor.b() & 0xfffc00000000ffc0L);
        assertEquals(0, descriptor.c());
        Event done = first(from, HardwareEvent.CONTEXT_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 1 ? 0 : did, done.b());
        assertEquals(scope == 3 ? sid : 0, done.c());
        assertEquals(0, QUEUED.machine.model(VtdModel.class).unit().peek(Reg.FSTS, 4));
    }

    @Property(tries = 200)
    void iotlbDescriptors(@ForAll @IntRange(max = 0xffff) int did,
            @ForAll @LongRange(max = (1L << 48) - 1) long address,
            @ForAll @IntRange(max = 18) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = QUEUED.events.size();
        new QueuedFlush().iotlb(cpu(), iommu(), did, address, mask, Scope.values()[scope]);
        Event descriptor = first(from, HardwareEvent.DESCRIPTOR);
        assertEquals(2, field(descriptor.b(), 0, 4));
        assertEquals(scope, field(descriptor.b(), 4, 2));
        assertEquals(3, field(descriptor.b(), 6, 2)); // DW and DR, as CAP has them
        assertEquals(did, field(descriptor.b(), 16, 16));
        assertEquals(0, descriptor.b() & 0xffffffff0000ff00L);
        assertEquals(mask, field(descriptor.c(), 0, 6));
        assertEquals(address >>> 12, field(descriptor.c(), 12, 52));
        assertEquals(0, descriptor.c() & 0xfc0);
        Event done = first(from, HardwareEvent.IOTLB_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 3 ? address & -(0x1000L << mask) | mask : 0, done.c());
        assertEquals(0, QUEUED.machine.model(VtdModel.class).unit().peek(Reg.FSTS, 4));
    }

    @Property(tries = 200)
    void contextCommands(@ForAll @IntRange(max = 0xffff) int did, @ForAll @IntRange(max = 0xffff) int sid,
            @ForAll @IntRange(max = 3) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = BY_REGISTER.events.size();
        new RegisterFlush().context(BY_REGISTER.machine.cpu(0, Level.USER), iommu(BY_REGISTER), did, sid, mask,
                Scope.values()[scope]);
        long command = written(from, Reg.CCMD);
        assertEquals(Ccmd.ICC.mask() | (long) scope << 61 | (scope == 1 ? 0 : did)
                | (scope == 3 ? (long) mask << 32 | (long) sid << 16 : 0), command);
        Event done = first(BY_REGISTER, from, event -> event.kind() == HardwareEvent.CONTEXT_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 1 ? 0 : did, done.b());
        assertEquals(scope == 3 ? sid : 0, done.c());
    }

    @Property(tries = 200)
    void iotlbCommands(@ForAll @IntRange(max = 0xffff) int did, @ForAll @LongRange(max = (1L << 48) - 1) long address,
            @ForAll @IntRange(max = 18) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        int from = BY_REGISTER.events.size();
        new RegisterFlush().iotlb(BY_REGISTER.machine.cpu(0, Level.USER), iommu(BY_REGISTER), did, address & ~0xfffL,
                mask, Scope.values()[scope]);
        int offset = BY_REGISTER.machine.model(VtdModel.class).unit().capabilities().iotlbOffset();
        assertEquals(Iva.IVT.mask() | (long) scope << 60 | 1L << 48 | (scope == 1 ? 0 : (long) did << 32),
                written(from, offset + 8)); // with DW, as CAP has it
        if (scope == 3) {
            assertEquals(address & ~0xfffL | mask, written(from, offset));
        }
        Event done = first(BY_REGISTER, from, event -> event.kind() == HardwareEvent.IOTLB_FLUSHED);
        assertEquals(scope, done.a());
        assertEquals(scope == 1 ? 0 : did, done.b());
        assertEquals(scope == 3 ? address & -(0x1000L << mask) | mask : 0, done.c());
    }

    /** Entries of the tables: the unit reads each page where the kernel has put it, with the permissions it gave. */
    @Property(tries = 100)
    void pageTableEntries(@ForAll @LongRange(min = 1 << 20, max = 1L << 35) long page,
            @ForAll @IntRange(min = 1, max = 20) int pages, @ForAll Direction direction, @ForAll boolean large) {
        long address = (large ? page & -512 : page) << 12;
        long size = large ? 2L << 20 : pages * 0x1000L;
        String device = "02:00.0";
        assertEquals(address, BY_REGISTER.run("iommu.map", "device", device, "address", "0x"
                + Long.toHexString(address),
                "size", Long.toString(size), "direction", direction.name().toLowerCase(Locale.ROOT).replace('_', '-')));
        DmaMaster dma = BY_REGISTER.machine.ports().dma();
        boolean readable = direction != Direction.FROM_DEVICE;
        boolean writable = direction != Direction.TO_DEVICE;
        long before = 0;
        for (long at = address; at < address + size; at += 0x1000) {
            DmaMaster.Access read = dma.read(0x200, at + 8, 8);
            DmaMaster.Access write = dma.write(0x200, at + 16, 8, at);
            assertEquals(readable ? Outcome.OK : Outcome.FAULT, read.outcome());
            assertEquals(writable ? Outcome.OK : Outcome.FAULT, write.outcome());
            long physical = (readable ? read : write).physicalAddress() & ~0xfffL;
            assertTrue(before == 0 || physical == before + 0x1000);
            before = physical;
        }
        assertEquals(Outcome.FAULT, dma.read(0x200, address - 8, 8).outcome());
        assertEquals(Outcome.FAULT, dma.read(0x200, address + size, 8).outcome());
        assertEquals(0, BY_REGISTER.run("dma.unmap", "device", device, "address", "0x" + Long.toHexString(address)));
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
