package org.dmalab.shell.swap;

import java.util.Map;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;

/**
 * What a machine's kernel code may call now.
 *
 * @param generation grows by one with every exchange
 * @param callable the service objects for a call; null if one is missing
 * @param bound the service objects that are there
 * @param patches the variant in use for each service that has one
 * @param missing why no call is possible; null if all is there
 */
record Published(long generation, Binding callable, Binding bound, Map<ServiceKind, String> patches, String missing) {
    Published(long generation, Binding bound, Map<ServiceKind, String> patches, String missing) {
        this(generation, missing == null ? bound : null, bound, patches, missing);
    }
}
