package org.dmalab.c;

import java.nio.file.Path;
import java.util.List;

/**
 * What to import.
 *
 * @param sources files, or one commit of the tree
 * @param tree a kernel tree; null if there is none
 * @param base revision of the tree that a diff applies to; null for the files as they lie there
 * @param arch name of the architecture; null to find out
 * @param id of the variant; null to make one of the first source's name
 * @param optimization 0 or 1
 * @param defines {@code NAME=VALUE} or {@code NAME}
 */
public record ImportRequest(List<String> sources, Path tree, String base, String arch, String id, int optimization,
        List<String> defines) {
    /** Copies the lists. */
    public ImportRequest {
        sources = List.copyOf(sources);
        defines = List.copyOf(defines);
    }
}
