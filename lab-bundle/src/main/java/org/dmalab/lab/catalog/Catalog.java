package org.dmalab.lab.catalog;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.InputException;
import org.dmalab.lab.guard.UnusableVariant;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What there is to work with at this moment. Lists are sorted and new at every call; objects in them are stateless, so
 * whoever got one may use it, but nobody keeps one beyond a command.
 */
@ProviderType
public interface Catalog {
    /** All architectures, by name. */
    List<Architecture> architectures();

    /**
     * One architecture.
     *
     * @throws InputException if there is none of that name; it names the nearest
     */
    Architecture architecture(String name);

    /** The actions of an architecture, by name. */
    List<Action> actions(String arch);

    /** The oracles common to all and those of an architecture, by name. */
    List<Oracle> oracles(String arch);

    /** The variants of an architecture: in the order of {@link VariantInfo#BY_DATE}. */
    List<VariantInfo> variants(String arch);

    /** The C functions that a variant replaces, by name; empty if there is no such variant. */
    default List<String> functions(String arch, String id) {
        return List.of();
    }

    /**
     * What is registered as one of the four services but is no variant, or not under that id, and why; one line each.
     * A variant's id matches {@link VariantInfo#ID}, and the ids of an architecture's own bundle belong to that bundle.
     */
    default List<String> objections() {
        return List.of();
    }

    /** The filter of service properties that finds this variant and no other that claims its id. */
    default String filter(String arch, String id) {
        return Variant.filter(arch, id);
    }

    /** {@link Variant#HASH} of a variant; empty if it has none, as only one of C text has. */
    default String hash(String arch, String id) {
        return "";
    }

    /**
     * Lends the service objects of a selection for one run.
     *
     * @param spec of the machine they are for
     * @param selection which variant for which service
     * @return the objects, to be closed after the run
     * @throws InputException if a variant does not exist, or a service that the machine needs has none
     * @throws UnusableVariant if the object of a variant cannot be made
     */
    Lease borrow(MachineSpec spec, Selection selection);
}
