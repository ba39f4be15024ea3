package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.engine.ActionEnd;

/** What the code of a strand has said between two of its calls: the actions that are over, and the one that begins. */
final class Said {
    private final List<Item> items = new ArrayList<>();

    /** An action that begins, or what one has come to; the other is null. */
    record Item(String begins, ActionEnd ended) { }

    void begins(String action) {
        items.add(new Item(action, null));
    }

    void ended(ActionEnd end) {
        items.add(new Item(null, end));
    }

    /** What is over with the call before: all but the action that begins with the next call. */
    List<Item> over() {
        return next() == null ? items : items.subList(0, items.size() - 1);
    }

    /** The action that begins with the next call; null if none does. */
    String next() {
        return items.get(items.size() - 1).begins();
    }
}
