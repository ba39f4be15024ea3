package org.dmalab.rules.sample.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Goes through a set and a map in no order. */
final class Unordered {
    private Unordered() { }

    static int sum(List<Integer> values) {
        int sum = 0;
        for (int value : new HashSet<>(values)) {
            sum = sum * 31 + value;
        }
        return sum;
    }

    static int keys(Map<Integer, Integer> values) {
        return values.keySet().iterator().next();
    }
}
