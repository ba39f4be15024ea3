package org.dmalab.lab.explore;

import java.util.List;

import org.dmalab.api.service.ServiceKind;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;

/**
 * What is explored: one selection of patches, or one that gives way to another within each schedule. Printed and typed
 * {@code a}, or {@code a..b}.
 *
 * @param first in use when a schedule begins
 * @param then what takes over; null if nothing does
 */
public record Patches(Selection first, Selection then) {
    private static final String TO = "..";

    /** One selection and no exchange. */
    public static Patches of(Selection selection) {
        return new Patches(selection, null);
    }

    /**
     * Reads what {@link #text} wrote, and checks it.
     *
     * @throws InputException if a patch does not exist, or the second keeps kernel state in another way than the first
     */
    public static Patches parse(String text, Catalog catalog, String arch) {
        int at = text.indexOf(TO);
        if (at < 0) {
            return of(Selection.parse(text, catalog, arch));
        }
        Patches patches = new Patches(Selection.parse(text.substring(0, at), catalog, arch),
                Selection.parse(text.substring(at + TO.length()), catalog, arch));
        patches.requireSameLayout(catalog, arch);
        return patches;
    }

    /**
     * Requires that the exchange is one that a running kernel could do.
     *
     * @throws InputException if the two keep kernel state in different ways
     */
    public void requireSameLayout(Catalog catalog, String arch) {
        ServiceKind kind = firstDifference(catalog, arch);
        if (kind != null) {
            String before = first.id(kind);
            String after = then.id(kind);
            throw new InputException(before + " keeps kernel state as \"" + layout(catalog, arch, before) + "\", "
                    + after
                    + " as \"" + layout(catalog, arch, after) + "\", and the kernel has "
                    + "no conversion; name a patch for --swap that keeps it in the same way");
        }
    }

    /** Tells whether the two keep kernel state in the same way, as far as they say. */
    public boolean sameLayout(Catalog catalog, String arch) {
        return firstDifference(catalog, arch) == null;
    }

    private ServiceKind firstDifference(Catalog catalog, String arch) {
        for (ServiceKind kind : then == null ? new ServiceKind[0] : ServiceKind.values()) {
            String before = layout(catalog, arch, first.id(kind));
            String after = layout(catalog, arch, then.id(kind));
            if (!before.isEmpty() && !after.isEmpty() && !before.equals(after)) {
                return kind;
            }
        }
        return null;
    }

    private static String layout(Catalog catalog, String arch, String id) {
        return catalog.variants(arch).stream().filter(info -> info.id().equals(id)).map(VariantInfo::layout)
                .findFirst().orElse("");
    }

    /** Both, or the one. */
    public List<Selection> selections() {
        return then == null ? List.of(first) : List.of(first, then);
    }

    /** How it is printed. */
    public String name() {
        return then == null ? first.name() : first.name() + TO + then.name();
    }

    /** How it is typed. */
    public String text() {
        return then == null ? first.text() : first.text() + TO + then.text();
    }

    @Override
    public String toString() {
        return name();
    }
}
