package org.dmalab.shell.scenario;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.osgi.service.component.annotations.Component;

/** The tokens that were printed last, so that whoever types {@code scenario:debug} can complete them. */
@Component(service = RecentTokens.class)
public final class RecentTokens {
    private static final int KEPT = 50;

    private final Deque<String> tokens = new ArrayDeque<>();

    /** Keeps one; an empty one is none. */
    synchronized void add(String token) {
        if (!token.isEmpty() && !tokens.contains(token)) {
            tokens.addFirst(token);
            if (tokens.size() > KEPT) {
                tokens.removeLast();
            }
        }
    }

    /** All that are kept, the newest first. */
    synchronized List<String> all() {
        return List.copyOf(tokens);
    }
}
