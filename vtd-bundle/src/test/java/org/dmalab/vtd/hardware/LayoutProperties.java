package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.dmalab.vtd.spec.FaultRecord;

/** Layouts that the unit reads and writes, field by field: descriptors, fault records, capabilities, profiles. */
class LayoutProperties {
    private static final long QUEUE = 0x700000;
    private static final long STATUS = 0x800000;
    private static final long ECAP = 0x0000480080000f4aL | 1 << 2 | 1L << 41;
    /** By type: bits that are not reserved in the lower and the upper half; those of the type itself are left out. */
    private static final long[][] FREE = {{},
        {0x3ffffffff0030L, 0}, // context cache: G, DID, SID, FM
        {0xffff00f0L, 0xfffffffffffff07fL}, // IOTLB: G, DW, DR, DID; ADDR, IH, AM
        {0xfff0ffff001ff000L, 0xfffffffffffff001L}, // device-TLB: PFSID, QDEP, SID; ADDR, S
        {0xfffff8000010L, 0}, // interrupt entries: G, IM, IIDX
        {0xffffffff00000070L, 0xfffffffffffffffcL}, // wait: IF, SW, FN, data; address
        {0xfffffffff0030L, 0xfffffffffffff07fL}, // PASID-based IOTLB: G, DID, PASID; ADDR, IH, AM
        {0xfffffffff0030L, 0}}; // PASID cache: G, DID, PASID
    private static final long TYPE_BITS = 0xe0f;

    private final List<long[]> events = new ArrayList<>();

    private Rig queued() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, ECAP);
        events.clear();
        rig.emitter.listen((kind, actor, a, b, c, d, e, result) -> events.add(new long[] {kind, a, b, c, d}));
        rig.unit.write(Reg.IQA, 8, QUEUE);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        return rig;
    }

    private static void submit(Rig rig, long low, long high) {
        rig.memory.put(QUEUE, 8, low);
        rig.memory.put(QUEUE + 8, 8, high);
        rig.unit.write(Reg.IQT, 8, 16);
    }

    private void requireEvent(int kind, long... operands) {
        long[] found = events.stream().filter(event -> event[0] == kind).findFirst().orElseThrow();
        for (int i = 0; i < operands.length; i++) {
            assertEquals(operands[i], found[1 + i], "operand " + i);
        }
    }

    @Property(tries = 200)
    void contextCacheDescriptor(@ForAll @IntRange(max = 0xffff) int did, @ForAll @IntRange(max = 0xffff) int sid,
            @ForAll @IntRange(max = 3) int mask, @ForAll @IntRange(min = 1, max = 3) int scope) {
        submit(queued(), 1 | scope << 4 | (long) did << 16 | (long) sid << 32 | (long) mask << 48, 0);
        requireEvent(HardwareEvent.CONTEXT_FLUSHED, scope, scope == 1 ? 0 : did, scope == 3 ? sid : 0);
    }

    /** An address has 39 bits here; the bits that the mask says are left out. */
    @Property(tries = 200)
    void iotlbDescriptor(@ForAll @IntRange(max = 0xffff) int did, @ForAll long address,
            @ForAll @IntRange(max = 18) int mask, @ForAll @IntRange(min = 1, max = 3) int scope, @ForAll boolean hint) {
        submit(queued(), 2 | scope << 4 | 3 << 6 | (long) did << 16, address & ~0xfffL | (hint ? 0x40 : 0) | mask);
        requireEvent(HardwareEvent.IOTLB_FLUSHED, scope, scope == 1 ? 0 : did,
                scope == 3 ? address & (1L << 39) - 1 & -(0x1000L << mask) | mask : 0);
    }

    /** With S the lowest zero bit from 12 upwards tells the size; ones to the top are everything. */
    @Property(tries = 200)
    void deviceTlbDescriptor(@ForAll @IntRange(max = 0xffff) int sid,
            @ForAll @LongRange(max = (1L << 52) - 1) long page,
            @ForAll @IntRange(max = 51) int ones, @ForAll boolean large) {
        long address = large ? (page & ~(1L << ones) | (1L << ones) - 1) << 12 | 1 : page << 12;
        long size = large ? 0x2000L << ones : 0x1000;
        submit(queued(), 3 | (long) sid << 32, address);
        requireEvent(HardwareEvent.DEVICE_TLB_FLUSHED, sid, address & -size, size, -1);
    }

    @Property(tries = 200)
    void pasidCacheDescriptor(@ForAll @IntRange(max = 0xffff) int did, @ForAll @IntRange(max = 0xfffff) int pasid,
            @ForAll @IntRange(max = 3) int scope) {
        Rig rig = queued();
        submit(rig, 7 | scope << 4 | (long) did << 16 | (long) pasid << 32, 0);
        if (scope == 2) {
            assertEquals(InvalidationQueue.RESERVED_FIELD, rig.unit.read(Reg.IQERCD, 4));
        } else {
            requireEvent(HardwareEvent.PASIDS_FLUSHED, scope, did, pasid);
        }
    }

    @Property(tries = 200)
    void waitDescriptor(@ForAll @LongRange(max = 0xffffffffL) long data, @ForAll @IntRange(max = 0x3ff) int word,
            @ForAll boolean fence) {
        Rig rig = queued();
        rig.memory.put(STATUS + word * 4L, 4, ~data);
        submit(rig, 5 | 1 << 5 | (fence ? 1 << 6 : 0) | data << 32, STATUS + word * 4L);
        assertEquals(data, rig.memory.fetch(STATUS + word * 4L, 4));
        assertEquals(16, rig.unit.read(Reg.IQH, 8));
    }

    /** One bit that is not free is an error with code 4, in whatever descriptor and half; a free bit is none. */
    @Property(tries = 600)
    void reservedBits(@ForAll @IntRange(min = 1, max = 7) int type, @ForAll @IntRange(max = 127) int bit) {
        long low = type | switch (type) {
            case 3, 4, 5, 7 -> 0;
            case 6 -> 2 << 4;
            default -> 1 << 4;
        };
        long high = type == 5 ? STATUS : 0;
        long flipLow = bit < 64 ? 1L << bit : 0;
        long flipHigh = bit < 64 ? 0 : 1L << bit - 64;
        if ((flipLow & (TYPE_BITS | 0x30)) != 0) {
            return; // another type, another granularity
        }
        boolean free = (flipLow & ~FREE[type][0]) == 0 && (flipHigh & ~FREE[type][1]) == 0;
        Rig rig = queued();
        rig.unit.deviceTlbs().enable(0, true);
        submit(rig, low ^ flipLow, high ^ flipHigh);
        assertEquals(free ? 0 : InvalidationQueue.RESERVED_FIELD, rig.unit.read(Reg.IQERCD, 4),
                "type " + type + ", bit " + bit);
    }

    /** A fault record says which page, device, direction and reason; only F is cleared by writing. */
    @Property(tries = 200)
    void faultRecord(@ForAll @IntRange(max = 0xffff) int sid, @ForAll long address, @ForAll boolean write,
            @ForAll long written) {
        long bus = address & ~7L;
        if (bus >= 0xfee00000L && bus < 0xfef00000L) {
            return; // the range of interrupts
        }
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        rig.memory.put(Rig.ROOT + (Rig.SID >> 8) * 16, 8, 0); // no bus is there: reason 1
        rig.start();
        if (write) {
            rig.dma.write(sid, bus, 8, 1);
        } else {
            rig.dma.read(sid, bus, 8);
        }
        assertEquals(bus & -4096, rig.unit.read(0x100, 8));
        long high = FaultRecord.F.mask() | (write ? 0 : 1L << 62) | 1L << 32 | sid;
        assertEquals(high, rig.unit.read(0x108, 8));
        rig.unit.write(0x100, 8, written);
        rig.unit.write(0x108, 4, written);
        rig.unit.write(0x108, 8, written & Long.MAX_VALUE);
        assertEquals(high, rig.unit.read(0x108, 8));
        rig.unit.write(0x10c, 4, written | 1L << 31);
        assertEquals(high & ~FaultRecord.F.mask(), rig.unit.read(0x108, 8));
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
    }

    /** Each field of CAP and ECAP from its bits, whatever the others are. */
    @Property(tries = 200)
    void capabilities(@ForAll long cap, @ForAll long ecap) {
        long placedCap = cap & ~(0x3ffL << 24 | 0xffL << 40) | 0x20L << 24 | 7L << 40;
        long placedEcap = ecap & ~(0x3ffL << 8) | 0x10L << 8;
        Capabilities found = new Capabilities(placedCap, placedEcap);
        assertEquals(1L << 4 + 2 * (cap & 7), found.domainCount());
        assertEquals(Math.min(16, 4 + 2 * (cap & 7)), Integer.bitCount(found.domainMask()));
        assertEquals(cap >>> 8 & 0x1f, found.supportedWidths());
        assertEquals((cap >>> 16 & 0x3f) + 1, found.maximumWidthBits());
        assertEquals(0x200, found.faultOffset());
        assertEquals(8, found.faultCount());
        assertEquals(0x100, found.iotlbOffset());
        assertEquals(cap >>> 34 & 0xf, found.superpages());
        assertEquals(cap >>> 48 & 0x3f, found.maximumAddressMask());
        Map<Integer, Boolean> ofCap = Map.of(4, found.writeBufferFlush(), 5, found.protectedLowMemory(), 6,
                found.protectedHighMemory(), 7, found.cachingMode(), 39, found.pageSelective(), 63,
                found.enhancedSetRoot());
        ofCap.forEach((bit, value) -> assertEquals((cap >>> bit & 1) != 0, value, "CAP bit " + bit));
        Map<Integer, Boolean> first = Map.of(0, found.coherent(), 1, found.queuedInvalidation(), 2, found.deviceTlb(),
                3, found.interruptRemapping(), 4, found.extendedInterruptMode(), 6, found.passThrough(), 7,
                found.snoopControl(), 29, found.pageRequests());
        Map<Integer, Boolean> second = Map.of(40, found.pasids(), 41, found.deviceTlbThrottled(), 42,
                found.pageRequestDrain(), 43, found.scalableMode(), 46, found.secondLevel(), 49, found.ridPasid());
        first.forEach((bit, value) -> assertEquals((ecap >>> bit & 1) != 0, value, "ECAP bit " + bit));
        second.forEach((bit, value) -> assertEquals((ecap >>> bit & 1) != 0, value, "ECAP bit " + bit));
        assertEquals((ecap & (1L << 47 | 1L << 26)) != 0, found.firstLevel());
    }

    /** A profile is what its parameters say, each of them alone too. */
    @Property(tries = 100)
    void profiles(@ForAll @IntRange(max = 18) int parameter, @ForAll @IntRange(max = 1) int value) {
        for (UnitProfile profile : List.of(Rig.STRICT, Rig.SID_ONLY, Rig.QEMU)) {
            assertEquals(profile, UnitProfile.of(profile.parameters()));
            String name = profile.parameters().keySet().stream().sorted().skip(parameter).findFirst().orElseThrow();
            long changed = name.equals("contextEntries") || name.equals("iotlbEntries") ? value + 1 : value;
            Map<String, Long> after = profile.with(name, changed).parameters();
            profile.parameters().forEach((other, old) -> assertEquals(other.equals(name) ? changed : old,
                    after.get(other), other));
        }
    }
}
