package org.dmalab.lab.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.InputException;
import org.dmalab.lab.KernelFunctions;
import org.dmalab.lab.Names;
import org.dmalab.lab.guard.Guard;
import org.dmalab.lab.guard.Loops;
import org.dmalab.lab.guard.UnusableVariant;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The catalog of the running platform: looks into the service registry at every call and keeps nothing. */
@Component(service = Catalog.class)
public final class ServiceCatalog implements Catalog {
    private static final String COMPONENT_NAME = "component.name";

    private final BundleContext context;

    /** For Declarative Services. */
    @Activate
    public ServiceCatalog(BundleContext context) {
        this.context = context;
    }

    @Override
    public List<Architecture> architectures() {
        return objects(Architecture.class, null).stream().sorted(Comparator.comparing(Architecture::name)).toList();
    }

    @Override
    public Architecture architecture(String name) {
        List<Architecture> all = architectures();
        return all.stream().filter(arch -> arch.name().equals(name)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("architecture", name,
                        all.stream().map(Architecture::name).toList())));
    }

    @Override
    public List<Action> actions(String arch) {
        return objects(Action.class, equal(Action.ARCH, arch)).stream()
                .sorted(Comparator.comparing(Action::name)).toList();
    }

    @Override
    public List<Oracle> oracles(String arch) {
        return objects(Oracle.class, null).stream()
                .filter(oracle -> oracle.arch().equals("*") || oracle.arch().equals(arch))
                .sorted(Comparator.comparing(Oracle::name)).toList();
    }

    @Override
    public List<VariantInfo> variants(String arch) {
        return Variants.describe(arch, entries(arch));
    }

    @Override
    public List<String> functions(String arch, String id) {
        for (Variants.Entry<ServiceReference<?>> entry : entries(arch)) {
            Object object = entry.id().equals(id) ? context.getService(entry.source()) : null;
            if (object != null) {
                List<String> functions = KernelFunctions.replacedBy(object.getClass());
                context.ungetService(entry.source());
                return functions;
            }
        }
        return List.of();
    }

    @Override
    public Lease borrow(MachineSpec spec, Selection selection) {
        selection.check(this, spec.arch());
        Architecture architecture = architecture(spec.arch());
        List<Variants.Entry<ServiceReference<?>>> entries = entries(spec.arch());
        List<ServiceReference<?>> taken = new ArrayList<>();
        Binding binding = null;
        try {
            binding = Variants.resolve(architecture, spec, selection, (kind, id) -> take(entries, kind, id, taken));
        } finally {
            if (binding == null) {
                taken.forEach(context::ungetService);
            }
        }
        return new ServiceLease(context, binding, taken);
    }

    private Object take(List<Variants.Entry<ServiceReference<?>>> entries, ServiceKind kind, String id,
            List<ServiceReference<?>> taken) {
        for (Variants.Entry<ServiceReference<?>> entry : entries) {
            if (entry.id().equals(id) && entry.kinds().contains(kind)) {
                Object object = object(entry.source(), id);
                if (object != null) {
                    taken.add(entry.source());
                    return object;
                }
            }
        }
        return null;
    }

    /** The object of a variant; null if it has gone meanwhile. */
    private Object object(ServiceReference<?> reference, String id) {
        Bundle bundle = reference.getBundle();
        Optional<Guard> guard = objects(Guard.class, null).stream().findFirst();
        if (guard.isPresent() && bundle != null) {
            guard.get().requireWatched(bundle);
        }
        Loops.begin();
        Object object = context.getService(reference);
        if (object == null && guard.isPresent() && reference.getBundle() != null) {
            String why = guard.get().whyNot(bundle, text(reference, COMPONENT_NAME));
            throw new UnusableVariant(why == null ? "the object of " + id + " cannot be made" : why);
        }
        return object;
    }

    @Override
    public String filter(String arch, String id) {
        Bundle home = home(arch);
        if (home == null || !ids(home, kinds(arch).keySet()).contains(id)) {
            return Catalog.super.filter(arch, id);
        }
        return "(&" + Variant.filter(arch, id) + "(" + Constants.SERVICE_BUNDLEID + "=" + home.getBundleId() + "))";
    }

    @Override
    public String hash(String arch, String id) {
        return Variants.hash(entries(arch), id);
    }

    @Override
    public List<String> objections() {
        Map<ServiceReference<?>, Set<ServiceKind>> kinds = kinds(null);
        Map<String, Bundle> homes = new LinkedHashMap<>();
        architectures().forEach(arch -> homes.put(arch.name(), home(arch.name())));
        Map<String, Bundle> owners = new HashMap<>();
        kinds.keySet().stream()
                .filter(reference -> reference.getBundle() == homes.get(text(reference, Variant.ARCH)))
                .forEach(reference -> owners.put(key(reference), reference.getBundle()));
        List<String> objections = new ArrayList<>();
        kinds.keySet().stream().sorted(Comparator.reverseOrder()).forEach(reference -> {
            Bundle owner = owners.computeIfAbsent(key(reference), any -> reference.getBundle());
            String why = objection(reference, kinds.get(reference), homes.keySet(), owner);
            if (why != null) {
                objections.add("bundle " + name(reference.getBundle()) + ", component "
                        + reference.getProperty(COMPONENT_NAME) + ": " + why);
            }
        });
        return objections.stream().sorted().toList();
    }

    private static String objection(ServiceReference<?> reference, Set<ServiceKind> kinds, Set<String> architectures,
            Bundle owner) {
        String arch = text(reference, Variant.ARCH);
        String id = id(reference);
        if (arch.isEmpty() || id.isEmpty()) {
            return "provides " + Selection.serviceName(kinds.iterator().next()) + " but has no property "
                    + (arch.isEmpty() ? Variant.ARCH : Variant.ID) + ", so it is no variant; give it one";
        }
        if (!VariantInfo.ID.matcher(id).matches()) {
            return Variant.ID + " is \"" + id + "\", so it is no variant; expected lower-case letters, digits, dots,"
                    + " dashes and _, the first a letter or digit";
        }
        if (!architectures.contains(arch)) {
            return Variant.ARCH + " is \"" + arch + "\"; now there is " + String.join(", ", architectures);
        }
        return owner == reference.getBundle() ? null : arch + " has a variant " + id + " in bundle " + name(owner)
                + ", which is the one in use; choose another " + Variant.ID;
    }

    private static String text(ServiceReference<?> reference, String property) {
        return Variants.text(reference::getProperty, property, "");
    }

    private static String id(ServiceReference<?> reference) {
        return Objects.requireNonNullElse(Variant.id(reference::getProperty), "");
    }

    private static String key(ServiceReference<?> reference) {
        return text(reference, Variant.ARCH) + "/" + id(reference);
    }

    private static String name(Bundle bundle) {
        return bundle == null ? "(gone)" : bundle.getSymbolicName();
    }

    /** The bundle of an architecture; null if it is not there. */
    private Bundle home(String arch) {
        for (ServiceReference<Architecture> reference : references(Architecture.class, null)) {
            Architecture object = context.getService(reference);
            if (object != null) {
                boolean found = object.name().equals(arch);
                context.ungetService(reference);
                if (found) {
                    return reference.getBundle();
                }
            }
        }
        return null;
    }

    private static Set<String> ids(Bundle bundle, Set<ServiceReference<?>> variants) {
        Set<String> ids = new HashSet<>();
        for (ServiceReference<?> reference : variants) {
            if (reference.getBundle() == bundle) {
                ids.add(id(reference));
            }
        }
        return ids;
    }

    /** What is registered as one of the four services, and as which. */
    private Map<ServiceReference<?>, Set<ServiceKind>> kinds(String arch) {
        String filter = arch == null ? null : equal(Variant.ARCH, arch);
        Map<ServiceReference<?>, Set<ServiceKind>> kinds = new LinkedHashMap<>();
        for (ServiceKind kind : ServiceKind.values()) {
            for (ServiceReference<?> reference : references(kind.type(), filter)) {
                kinds.computeIfAbsent(reference, any -> EnumSet.noneOf(ServiceKind.class)).add(kind);
            }
        }
        return kinds;
    }

    /** Every variant once, the best ranked first; nobody takes an id of the architecture's own bundle. */
    private List<Variants.Entry<ServiceReference<?>>> entries(String arch) {
        Bundle home = home(arch);
        Map<ServiceReference<?>, Set<ServiceKind>> kinds = kinds(arch);
        Set<String> taken = home == null ? Set.of() : ids(home, kinds.keySet());
        List<Variants.Entry<ServiceReference<?>>> entries = new ArrayList<>();
        kinds.keySet().stream().sorted(Comparator.reverseOrder()).forEach(reference -> {
            if (reference.getBundle() == home || !taken.contains(id(reference))) {
                entries.add(new Variants.Entry<>(reference::getProperty, kinds.get(reference), reference));
            }
        });
        return entries;
    }

    private static String equal(String property, String value) {
        StringBuilder escaped = new StringBuilder();
        for (char c : value.toCharArray()) {
            if (c == '*' || c == '(' || c == ')' || c == '\\') {
                escaped.append('\\');
            }
            escaped.append(c);
        }
        return "(" + property + "=" + escaped + ")";
    }

    /** Gets the objects and gives them back at once: they are stateless, and nothing of them is kept. */
    private <T> List<T> objects(Class<T> type, String filter) {
        List<T> objects = new ArrayList<>();
        for (ServiceReference<T> reference : references(type, filter)) {
            T object = context.getService(reference);
            if (object != null) {
                objects.add(object);
                context.ungetService(reference);
            }
        }
        return objects;
    }

    private <T> List<ServiceReference<T>> references(Class<T> type, String filter) {
        try {
            Collection<ServiceReference<T>> found = context.getServiceReferences(type, filter);
            return found.stream().sorted(Comparator.reverseOrder()).toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(filter, e);
        }
    }

    private record ServiceLease(BundleContext context, Binding binding, List<ServiceReference<?>> taken)
            implements Lease {
        @Override
        public void close() {
            Stream.of(taken.toArray(new ServiceReference<?>[0])).forEach(context::ungetService);
            taken.clear();
        }
    }
}
