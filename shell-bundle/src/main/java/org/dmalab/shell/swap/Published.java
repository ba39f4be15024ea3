package org.dmalab.shell.swap;

import java.util.Map;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;

/**
 * What a machine's kernel code may call now.
 *
 * @param generation grows by one with every exchange
 * @param binding the service objects
 * @param patches the variant in use for each service that has one
 * @param missing why no call is possible; null if all is there
 */
record Published(long generation, Binding binding, Map<ServiceKind, String> patches, String missing) { }
