package org.dmalab.lab.explore;

import java.util.List;
import java.util.function.UnaryOperator;

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
    private static final char MADE_FROM = '@';

    /** One selection and no exchange. */
    public static Patches of(Selection selection) {
        return new Patches(selection, null);
    }

    /**
     * Reads what {@link #text} or {@link #token} wrote, and checks it.
     *
     * @throws InputException if a patch does not exist, its C text is not that of the token any more, or the second
     * keeps kernel state in another way than the first
     */
    public static Patches parse(String text, Catalog catalog, String arch) {
        int at = text.indexOf(TO);
        if (at < 0) {
            return of(selection(text, catalog, arch));
        }
        Patches patches = new Patches(selection(text.substring(0, at), catalog, arch),
                selection(text.substring(at + TO.length()), catalog, arch));
        patches.requireSameLayout(catalog, arch);
        return patches;
    }

    private static Selection selection(String text, Catalog catalog, String arch) {
        Selection selection = Selection.parse(text).map(id -> unchanged(id, catalog, arch));
        selection.check(catalog, arch);
        return selection;
    }

    /** The id in {@code ID@HASH8}, if the variant is still made from the same text. */
    private static String unchanged(String written, Catalog catalog, String arch) {
        int at = written.indexOf(MADE_FROM);
        if (at < 0) {
            return written;
        }
        String id = written.substring(0, at);
        String was = written.substring(at + 1);
        String is = catalog.hash(arch, id);
        if (!is.equals(was)) {
            throw new InputException("the token is of patch " + id + " made from C text " + was + ", and there is "
                    + (is.isEmpty() ? "no patch of C text with this id" : "one made from " + is)
                    + "; import that text again, or explore again");
        }
        return id;
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

    /** How a token has it: behind the id of a variant of C text stands what it was made from, {@code ID@HASH8}. */
    public String token(Catalog catalog, String arch) {
        UnaryOperator<String> made = id -> {
            String hash = catalog.hash(arch, id);
            return hash.isEmpty() ? id : id + MADE_FROM + hash;
        };
        return new Patches(first.map(made), then == null ? null : then.map(made)).text();
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
