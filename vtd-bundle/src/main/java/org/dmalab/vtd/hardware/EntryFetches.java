package org.dmalab.vtd.hardware;

import org.dmalab.api.Spontaneous;

/**
 * Fetches of context entries by all units of a machine, those of the first unit first.
 *
 * @param units the units
 */
public record EntryFetches(Units units) implements Spontaneous {
    @Override
    public String family() {
        return of(0).family();
    }

    @Override
    public String summary() {
        return of(0).summary();
    }

    @Override
    public int count() {
        return units.all().size() * of(0).count();
    }

    @Override
    public boolean enabled(int index) {
        return of(index / of(0).count()).enabled(index % of(0).count());
    }

    @Override
    public void take(int index) {
        of(index / of(0).count()).take(index % of(0).count());
    }

    @Override
    public String describe(int index) {
        return of(index / of(0).count()).describe(index % of(0).count());
    }

    private Spontaneous of(int unit) {
        return units.all().get(unit).unit().entryFetches();
    }
}
