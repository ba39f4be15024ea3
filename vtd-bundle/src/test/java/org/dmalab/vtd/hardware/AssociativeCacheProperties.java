package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dmalab.api.store.Store;

/** The cache against a map, over insertions, removals, overflow of both kinds and rollbacks. */
class AssociativeCacheProperties {
    private record Key(long key0, long key1) { }

    @Property(tries = 300)
    void holdsWhatWasPut(@ForAll long seed, @ForAll boolean overflowEmpties) {
        int capacity = 12;
        Store store = new Store();
        AssociativeCache cache = new AssociativeCache(store, "cache", capacity, overflowEmpties,
                new RecentTranslations(store, "vtd."));
        Map<Key, Long> expected = new LinkedHashMap<>();
        Random random = new Random(seed);
        long mark = store.mark();
        for (int step = 0; step < 300; step++) {
            Key key = new Key(random.nextInt(4), random.nextInt(6));
            int slot = cache.find(key.key0(), key.key1());
            assertEquals(expected.containsKey(key), slot >= 0);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    if (slot >= 0) {
                        cache.remove(slot);
                        expected.remove(key);
                    }
                }
                case 3 -> {
                    if (random.nextInt(8) == 0) {
                        store.rollback(mark);
                        expected.clear();
                    }
                }
                default -> put(cache, expected, key, random.nextLong(), overflowEmpties && slot < 0
                        && expected.size() == capacity);
            }
            assertEquals(expected.size(), cache.count());
            expected.forEach((k, value) -> assertEquals(value, cache.value0(cache.find(k.key0(), k.key1()))));
        }
    }

    private static void put(AssociativeCache cache, Map<Key, Long> expected, Key key, long value, boolean empties) {
        cache.put(key.key0(), key.key1(), value, 0);
        if (empties) {
            expected.clear();
        }
        expected.put(key, value);
        if (cache.count() < expected.size()) {
            expected.keySet().removeIf(k -> cache.find(k.key0(), k.key1()) < 0);
        }
        assertTrue(expected.containsKey(key));
    }

    /** Slots take turns: without removals the oldest entry goes. */
    @Property(tries = 20)
    void oldestGoes(@ForAll int seed) {
        Store store = new Store();
        AssociativeCache cache = new AssociativeCache(store, "cache", 5, false, new RecentTranslations(store, "vtd."));
        for (int i = 0; i < 50; i++) {
            cache.put(seed, i, i, 0);
            for (int k = 0; k <= i; k++) {
                assertEquals(k > i - 5, cache.find(seed, k) >= 0);
            }
        }
    }
}
