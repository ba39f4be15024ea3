package org.dmalab.lab.guard;

import java.util.Collection;
import java.util.Iterator;

import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** A fragment from outside would put its classes into a bundle of the platform, where nobody looks at them. */
final class NoFragments implements ResolverHook {
    private final Guard guard;

    NoFragments(Guard guard) {
        this.guard = guard;
    }

    @Override
    public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
        if (!requirement.getNamespace().equals(HostNamespace.HOST_NAMESPACE)) {
            return;
        }
        Bundle fragment = requirement.getRevision().getBundle();
        for (Iterator<BundleCapability> all = candidates.iterator(); all.hasNext();) {
            Bundle host = all.next().getRevision().getBundle();
            if (!guard.ofPlatform(fragment) && guard.ofPlatform(host)) {
                all.remove();
            }
        }
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
        // all may be resolved
    }

    @Override
    public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> collisions) {
        // nothing is said of those
    }

    @Override
    public void end() {
        // keeps nothing
    }
}
