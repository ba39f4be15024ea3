package org.dmalab.vtd.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.ReferenceWalk;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.CachedContext;
import org.dmalab.vtd.hardware.CachedPasid;
import org.dmalab.vtd.hardware.CachedTranslation;
import org.dmalab.vtd.hardware.Units;
import org.osgi.service.component.annotations.Component;

/**
 * When the kernel has done something, nothing that the unit caches and can still use differs from the tables: a cached
 * context or PASID table entry is the one in memory, and a cached translation is what its device's tables say, or those
 * of every device with its domain-id. The same goes for what devices keep in TLBs of their own. Where unmapping is
 * deferred, what was mapped at an address that leads nowhere now may stay until the address is mapped again. What no
 * device can hit (a domain-id that no entry carries) may stay.
 */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class StaleTranslationOracle implements Oracle {
    private static final long CONTEXT_LOW = 0xfffffffffffff00dL; // without fault processing and reserved bits
    private static final long CONTEXT_HIGH = 0x0000000000ffff07L; // without the available bits
    private static final long SCALABLE_LOW = 0xfffffffffffffe1dL; // without fault processing and reserved bits
    private static final long RID_PASID = 0xfffff;
    private static final int SOURCE_IDS = 1 << 16;

    @Override
    public String name() {
        return "no-stale-translation";
    }

    @Override
    public String summary() {
        return "after each action, no cached context or PASID entry or translation that can be hit differs from the "
                + "tables";
    }

    @Override
    public String arch() {
        return "vtd";
    }

    @Override
    public boolean judgesState() {
        return true;
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.ACTION_END) {
                check(watch);
            }
        };
    }

    private static void check(Watch watch) {
        VtdModel model = watch.machine().model(VtdModel.class);
        for (Units.Unit one : model.units().all()) {
            ReferenceWalk tables = new ReferenceWalk(model, one.unit());
            if (tables.judges()) {
                check(watch, tables);
            }
        }
    }

    private static void check(Watch watch, ReferenceWalk tables) {
        for (CachedContext cached : tables.unit().cachedContexts()) {
            if (cached.scalable()) {
                checkScalableContext(watch, tables, cached);
            } else {
                checkContext(watch, tables, cached);
            }
        }
        for (CachedPasid cached : tables.unit().cachedPasids()) {
            checkPasid(watch, tables, cached);
        }
        for (CachedTranslation cached : tables.unit().cachedTranslations()) {
            if (cached.sourceId() >= 0) {
                checkTranslation(watch, tables, cached, cached.sourceId());
            } else {
                checkOwners(watch, tables, cached);
            }
        }
        for (CachedTranslation cached : tables.unit().deviceTlbs().cached()) {
            checkTranslation(watch, tables, cached, cached.sourceId());
        }
    }

    private static void checkContext(Watch watch, ReferenceWalk tables, CachedContext cached) {
        long low = tables.context(cached.sourceId(), 0);
        long high = tables.context(cached.sourceId(), 1);
        if (((low ^ cached.low()) & CONTEXT_LOW) != 0 || ((high ^ cached.high()) & CONTEXT_HIGH) != 0) {
            watch.violation(String.format("the context cache has did=%d tables 0x%x of %s, memory has did=%d "
                    + "tables 0x%x%s", cached.high() >>> 8 & 0xffff, cached.low() & ~0xfffL,
                    Actor.bdf(cached.sourceId()), high >>> 8 & 0xffff, low & ~0xfffL,
                    (low & 1) == 0 ? ", not present" : ""));
        }
    }

    private static void checkScalableContext(Watch watch, ReferenceWalk tables, CachedContext cached) {
        long low = tables.context(cached.sourceId(), 0);
        long high = tables.context(cached.sourceId(), 1);
        if (((low ^ cached.low()) & SCALABLE_LOW) != 0 || ((high ^ cached.high()) & RID_PASID) != 0) {
            watch.violation(String.format("the context cache has PASID directory 0x%x, RID_PASID %d of %s, memory has "
                    + "directory 0x%x, RID_PASID %d%s", cached.low() & ~0xfffL, cached.high() & RID_PASID,
                    Actor.bdf(cached.sourceId()), low & ~0xfffL, high & RID_PASID,
                    (low & 1) == 0 ? ", not present" : ""));
        }
    }

    /** An entry of another PASID than the one that the device's context entry names can't be hit. */
    private static void checkPasid(Watch watch, ReferenceWalk tables, CachedPasid cached) {
        if (tables.ridPasid(tables.context(cached.sourceId(), 1)) != cached.pasid()) {
            return;
        }
        ReferenceWalk.Owner owner = tables.owner(cached.sourceId());
        boolean same = owner.present() && owner.domain() == cached.domain()
                && owner.passThrough() == cached.passThrough()
                && (owner.passThrough() || (owner.levels() == cached.levels() && owner.table() == cached.table()));
        if (!same) {
            watch.violation(String.format("the PASID cache has did=%d tables 0x%x of %s, memory has %s",
                    cached.domain(), cached.table(), Actor.bdf(cached.sourceId()), owner.present()
                    ? String.format("did=%d tables 0x%x", owner.domain(), owner.table()) : "none that is present"));
        }
    }

    /** Every device whose entry carries the domain-id can hit the translation. */
    private static void checkOwners(Watch watch, ReferenceWalk tables, CachedTranslation cached) {
        for (int bus = 0; bus < SOURCE_IDS; bus += 256) {
            if (!tables.hasBus(bus)) {
                continue;
            }
            for (int sourceId = bus; sourceId < bus + 256; sourceId++) {
                ReferenceWalk.Owner owner = tables.owner(sourceId);
                if (owner.present() && owner.domain() == cached.domain()) {
                    checkTranslation(watch, tables, cached, sourceId);
                }
            }
        }
    }

    private static void checkTranslation(Watch watch, ReferenceWalk tables, CachedTranslation cached, int sourceId) {
        ReferenceWalk.Leaf leaf = tables.translate(sourceId, cached.address());
        if (leaf.permissions() == 0 && tables.model().defersUnmap()) {
            return; // unmapped; it waits for its flush, and its address for its next owner
        }
        if (leaf.permissions() != cached.permissions()
                || (leaf.permissions() != 0 && leaf.physical() != cached.physical())) {
            watch.violation(String.format("the %s has 0x%x -> 0x%x%s%s, the tables of %s have %s",
                    cached.domain() < 0 ? "device-TLB" : "IOTLB", cached.address(), cached.physical(),
                    permissions(cached.permissions()), cached.domain() < 0 ? "" : " of did=" + cached.domain(),
                    Actor.bdf(sourceId), leaf.permissions() == 0 ? "nothing there"
                    : String.format("0x%x%s", leaf.physical(), permissions(leaf.permissions()))));
        }
    }

    private static String permissions(long bits) {
        return switch ((int) bits & 3) {
            case 0 -> " none";
            case 1 -> " r";
            case 2 -> " w";
            default -> " rw";
        };
    }
}
