package org.dmalab.lab.explore;

import java.util.List;
import java.util.function.LongSupplier;

import org.dmalab.api.Machine;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.lab.run.PairedServices;

/**
 * The exchange of a patch under a running machine: it may happen once, at any moment of a schedule. A call of a service
 * takes the patch that is in use when it begins, and stays with it to its end.
 *
 * <p>Which patch is in use is a cell of the machine's store, so that it is part of the state and is taken back with it.
 */
final class Swap implements Services, Spontaneous {
    private final Patches patches;
    private final List<Binding> bindings;
    private Region inUse;

    Swap(Patches patches, Binding first, Binding then) {
        this.patches = patches;
        this.bindings = List.of(first, then);
    }

    /** Keeps what is in use on a machine from now on; until then it is the first. */
    void on(Machine machine) {
        inUse = machine.store().dense("explore.patch", 1, Region.Kind.STATE, cell -> "patch in use");
    }

    /** Number of the patch in use. */
    long number() {
        return inUse == null ? 0 : inUse.get(0);
    }

    /** Name of the patch in use. */
    String name() {
        return (number() == 0 ? patches.first() : patches.then()).name();
    }

    @Override
    public Binding enter() {
        return bindings.get((int) number());
    }

    @Override
    public void leave() {
        // a call keeps what it has taken
    }

    /**
     * The services for code each of whose calls is a step of a schedule: where it enters one is such a call, if the
     * patch may be exchanged.
     *
     * @param services the machine's
     * @param number makes the call; its result is the number of the patch in use
     */
    static Services stepwise(Services services, LongSupplier number) {
        return new PairedServices(services instanceof Swap swap ? swap.stepwise(number) : services);
    }

    private Services stepwise(LongSupplier number) {
        return new Services() {
            private Binding taken;
            private int depth;

            @Override
            public Binding enter() {
                if (depth++ == 0) {
                    taken = bindings.get((int) number.getAsLong());
                }
                return taken;
            }

            @Override
            public void leave() {
                depth--;
            }
        };
    }

    @Override
    public String family() {
        return "swap";
    }

    @Override
    public String summary() {
        return "the patch is exchanged";
    }

    @Override
    public String column() {
        return "patch";
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public boolean enabled(int index) {
        return number() == 0;
    }

    @Override
    public void take(int index) {
        inUse.set(0, 1);
    }

    @Override
    public String describe(int index) {
        return patches.first().name() + " gives way to " + patches.then().name();
    }
}
