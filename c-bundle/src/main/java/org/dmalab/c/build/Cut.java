package org.dmalab.c.build;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is taken of a patch's files: the functions wanted, and what they need from the same files and their local
 * headers until nothing is missing there. What the project's headers declare comes from them, unless it is to stay.
 *
 * @param chosen items by file, in the order of files
 * @param own functions that stay though the project's headers have them too
 */
record Cut(Map<CSource, Set<CSource.Item>> chosen, Set<String> own) {
    /**
     * Cuts.
     *
     * @param headers local headers, in the order in which they are included
     * @param files C files
     * @param wanted names of the functions to begin with
     * @param stay functions that come from the text although the project has them
     * @param known what the project's headers declare
     */
    static Cut of(List<CSource> headers, List<CSource> files, Set<String> wanted, Set<String> stay,
            Set<String> known) {
        List<CSource> sources = new ArrayList<>(headers);
        sources.addAll(files);
        Map<CSource, Set<CSource.Item>> chosen = new LinkedHashMap<>();
        sources.forEach(source -> chosen.put(source, new LinkedHashSet<>()));
        Set<String> own = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>(wanted);
        Deque<String> open = new ArrayDeque<>(wanted);
        while (!open.isEmpty()) {
            String name = open.pop();
            boolean mine = wanted.contains(name) || stay.contains(name);
            if (known.contains(name) && !mine) {
                continue;
            }
            for (CSource source : sources) {
                for (CSource.Item item : source.named(name)) {
                    own.add(name);
                    if (chosen.get(source).add(item)) {
                        item.uses().stream().filter(seen::add).forEach(open::push);
                        item.names().stream().filter(seen::add).forEach(open::push);
                    }
                }
            }
        }
        own.retainAll(known);
        return new Cut(chosen, own);
    }

    /** Names of the functions that are in it. */
    Set<String> functions() {
        Set<String> names = new LinkedHashSet<>();
        chosen.values().forEach(items -> items.stream().filter(CSource.Item::function)
                .forEach(item -> names.add(item.name())));
        return names;
    }
}
