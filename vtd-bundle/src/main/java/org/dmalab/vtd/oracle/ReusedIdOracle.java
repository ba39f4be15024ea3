package org.dmalab.vtd.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.kernel.KernelEvent;
import org.osgi.service.component.annotations.Component;

/**
 * When a domain is given a domain-id, the unit has nothing cached of an earlier owner of the id: no context entry, no
 * translation, no pointer to a table, whatever they say. {@code no-stale-translation} looks at what differs from the
 * tables and can be hit; an id without an owner is none of its business.
 */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class ReusedIdOracle implements Oracle {
    @Override
    public String name() {
        return "no-reused-translation";
    }

    @Override
    public String summary() {
        return "when a domain is given a domain-id, nothing is cached of an earlier owner of the id";
    }

    @Override
    public String arch() {
        return "vtd";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == KernelEvent.DOMAIN_ID_TAKEN) {
                check(watch, (int) a, (int) b);
            }
        };
    }

    private static void check(Watch watch, int domain, int number) {
        RemappingUnit unit = watch.machine().model(VtdModel.class).units().all().get(number).unit();
        long contexts = unit.cachedContexts().stream().filter(one -> !one.scalable()
                && (one.high() >>> 8 & 0xffff) == domain).count() + unit.cachedPasids().stream()
                .filter(one -> one.domain() == domain).count();
        long translations = unit.cachedTranslations().stream().filter(one -> one.domain() == domain).count();
        long tables = unit.cachedTables(domain);
        if (contexts + translations + tables > 0) {
            watch.violation(String.format("did=%d goes to a new domain while the unit has %d context or PASID entries, "
                    + "%d translations and %d table pointers of its last owner", domain, contexts, translations,
                    tables));
        }
    }
}
