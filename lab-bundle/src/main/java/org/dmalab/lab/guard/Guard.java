package org.dmalab.lab.guard;

import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.api.service.ServiceKind;
import org.objectweb.asm.ClassReader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.weaving.WeavingException;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Looks at each class of a variant's bundle when it is loaded. That is a bundle installed after the platform that
 * declares a component with one of the four services, or has a class that implements one. The bundles that were there
 * before are the platform, and none of their classes is touched. Of other bundles one thing is refused: what ends the
 * process without a word.
 */
public final class Guard implements WeavingHook, SynchronousBundleListener {
    private static final String OURS = Loops.class.getPackageName();
    private static final Set<String> SERVICES = Stream.of(ServiceKind.values())
            .map(kind -> kind.type().getName().replace('.', '/')).collect(Collectors.toUnmodifiableSet());

    private final Set<Long> platform = ConcurrentHashMap.newKeySet();
    /** By bundle: whether it is one of variants. */
    private final Map<Long, Boolean> variants = new ConcurrentHashMap<>();

    /**
     * Takes what is installed now for the platform.
     *
     * @param dropFolder URL of the folder whose bundles are none of the platform; null if there is none
     */
    public Guard(BundleContext context, String dropFolder) {
        for (Bundle bundle : context.getBundles()) {
            if (dropFolder == null || !bundle.getLocation().startsWith(dropFolder)) {
                platform.add(bundle.getBundleId());
            }
        }
    }

    /** Fails for a bundle that provides a variant without declaring it, so that its classes were not looked at. */
    public void requireWatched(Bundle bundle) {
        if (!ofPlatform(bundle) && !watches(bundle)) {
            throw new UnusableVariant("bundle " + bundle.getSymbolicName() + " registers it by code of its own, so its"
                    + " classes were not looked at; declare a component");
        }
    }

    /**
     * Says why there is no object of a component.
     *
     * @return class and line of what was refused, or what its constructor threw; null if that is not known
     */
    public String whyNot(Bundle bundle, String component) {
        return ofPlatform(bundle) ? null : Declarations.of(bundle).components().stream()
                .filter(one -> one.name().equals(component)).findFirst().map(one -> make(bundle, one)).orElse(null);
    }

    /** Does once more what Declarative Services did, which keeps to itself what was thrown. */
    private static String make(Bundle bundle, Declarations.Component component) {
        Loops.begin();
        try {
            bundle.loadClass(component.implementation()).getConstructor().newInstance();
            return null;
        } catch (InvocationTargetException e) {
            return "its constructor threw " + words(e.getCause());
        } catch (ReflectiveOperationException e) {
            return "no object can be made: " + words(e);
        } catch (Throwable e) {
            return UnusableVariant.in(e) != null ? UnusableVariant.in(e).getMessage()
                    : "no object can be made: " + words(e);
        }
    }

    /** Of a class that could not be initialized what its initializer threw, the first time or now. */
    private static String words(Throwable thrown) {
        if (thrown instanceof NoClassDefFoundError && thrown.getCause() instanceof ExceptionInInitializerError first) {
            return Described.message(first);
        }
        return Described.of(thrown instanceof ExceptionInInitializerError && thrown.getCause() != null
                ? thrown.getCause() : thrown);
    }

    /** Tells whether the code of a bundle is trusted. */
    public boolean ofPlatform(Bundle bundle) {
        return platform.contains(bundle.getBundleId());
    }

    /** Tells whether classes of a bundle are looked at. */
    public boolean watches(Bundle bundle) {
        return !ofPlatform(bundle)
                && variants.computeIfAbsent(bundle.getBundleId(), any -> Declarations.of(bundle).variants());
    }

    /** A bundle that is gone, or has other content now, is forgotten. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if ((event.getType() & (BundleEvent.UNINSTALLED | BundleEvent.UPDATED | BundleEvent.UNRESOLVED)) != 0) {
            variants.remove(event.getBundle().getBundleId());
        }
    }

    /** Anything else than a {@link WeavingException} would end the framework's trust in this hook. */
    @Override
    public void weave(WovenClass woven) {
        Bundle bundle = woven.getBundleWiring().getBundle();
        try {
            if (ofPlatform(bundle)) {
                return;
            }
            if (watches(bundle) || implementsService(woven.getBytes())) {
                woven.setBytes(PatchClass.weave(woven.getBytes(), new Wires(woven.getBundleWiring())::objection));
                woven.getDynamicImports().add(OURS);
            } else {
                EndsWithoutAWord.refuse(woven.getBytes());
            }
        } catch (UnusableVariant e) {
            throw new WeavingException(e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            throw new WeavingException("class " + woven.getClassName() + " cannot be looked at: " + e, e);
        }
    }

    private static boolean implementsService(byte[] bytes) {
        try {
            return Stream.of(new ClassReader(bytes).getInterfaces()).anyMatch(SERVICES::contains);
        } catch (RuntimeException e) {
            return false; // what ASM cannot read, and no variant was declared
        }
    }

    /** Where the classes come from that a bundle uses. */
    private final class Wires {
        private final Set<String> fromPlatform = new HashSet<>();
        private final Set<String> fromOthers = new HashSet<>();
        private final BundleWiring wiring;

        Wires(BundleWiring wiring) {
            this.wiring = wiring;
            for (BundleWire wire : wires(PackageNamespace.PACKAGE_NAMESPACE)) {
                add(wire.getProvider().getBundle(), List.of(String.valueOf(wire.getCapability().getAttributes()
                        .get(PackageNamespace.PACKAGE_NAMESPACE))));
            }
            for (BundleWire wire : wires(BundleNamespace.BUNDLE_NAMESPACE)) {
                add(wire.getProvider().getBundle(), wire.getProviderWiring()
                        .getCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream().map(exported -> String
                                .valueOf(exported.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))).toList());
            }
        }

        private List<BundleWire> wires(String namespace) {
            List<BundleWire> wires = wiring.getRequiredWires(namespace);
            return wires == null ? List.of() : wires;
        }

        private void add(Bundle provider, Collection<String> packages) {
            (ofPlatform(provider) ? fromPlatform : fromOthers).addAll(packages);
        }

        String objection(String type) {
            int slash = type.lastIndexOf('/');
            String inPackage = slash < 0 ? "" : type.substring(0, slash).replace('/', '.');
            if (fromOthers.contains(inPackage)) {
                return "which is in another bundle";
            }
            if (fromPlatform.contains(inPackage)) {
                return PatchRules.ofPlatform(type) ? null : "which no patch may use";
            }
            String file = type.substring(slash + 1) + ".class";
            Collection<String> own = wiring.listResources(inPackage.replace('.', '/'), file,
                    BundleWiring.LISTRESOURCES_LOCAL);
            return own == null || own.isEmpty() ? "which is not in its bundle" : null;
        }
    }
}
