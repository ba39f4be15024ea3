package org.dmalab.lab.catalog;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.lab.InputException;

/**
 * The patch that is meant where none is named: of the variants that provide what is needed the newest mainline one
 * without known defects, else the newest proposed one without, else the newest of both, else the newest of all.
 */
public final class UsualPatch {
    private static final List<Predicate<VariantInfo>> PREFERRED = List.of(
            info -> info.defects().isEmpty() && info.origin().equals(Origin.MAINLINE.word()),
            info -> info.defects().isEmpty() && info.mainlineOrProposed(), VariantInfo::mainlineOrProposed,
            info -> true);

    private UsualPatch() { }

    /**
     * The usual patch of a machine: one for all services that are not built in, else one for each.
     *
     * @throws InputException if there is no variant for one of them
     */
    public static Selection of(Catalog catalog, MachineSpec spec) {
        Architecture architecture = catalog.architecture(spec.arch());
        List<VariantInfo> variants = catalog.variants(spec.arch());
        List<ServiceKind> needed = architecture.services().stream()
                .filter(kind -> architecture.builtIn(spec, kind) == null).toList();
        Optional<VariantInfo> all = of(variants, needed);
        if (all.isPresent()) {
            return Selection.of(all.get().id());
        }
        Map<ServiceKind, String> each = new EnumMap<>(ServiceKind.class);
        needed.forEach(kind -> each.put(kind, of(variants, spec.arch(), kind).id()));
        return Selection.of(each);
    }

    /**
     * The usual patch for one service.
     *
     * @param variants those of the architecture, in the order of their dates
     * @throws InputException if none provides it
     */
    public static VariantInfo of(List<VariantInfo> variants, String arch, ServiceKind kind) {
        return of(variants, List.of(kind)).orElseThrow(() -> new InputException("no variant of " + arch + " provides "
                + Selection.serviceName(kind) + "; see patch:list " + arch + ", is its bundle started?"));
    }

    private static Optional<VariantInfo> of(List<VariantInfo> variants, Collection<ServiceKind> needed) {
        List<VariantInfo> fitting = variants.stream().filter(info -> info.services().containsAll(needed)).toList();
        return PREFERRED.stream().flatMap(preferred -> newest(fitting.stream().filter(preferred)).stream()).findFirst();
    }

    private static Optional<VariantInfo> newest(Stream<VariantInfo> variants) {
        return variants.reduce((first, second) -> second);
    }
}
