package org.dmalab.lab.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.dmalab.lab.Names;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The catalog of the running platform: looks into the service registry at every call and keeps nothing. */
@Component(service = Catalog.class)
public final class ServiceCatalog implements Catalog {
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
        return objects(Action.class, filter(Action.ARCH, arch)).stream()
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
                Object object = context.getService(entry.source());
                if (object != null) {
                    taken.add(entry.source());
                    return object;
                }
            }
        }
        return null;
    }

    /** Every variant of an architecture once, the best ranked first. */
    private List<Variants.Entry<ServiceReference<?>>> entries(String arch) {
        Map<ServiceReference<?>, Set<ServiceKind>> kinds = new LinkedHashMap<>();
        for (ServiceKind kind : ServiceKind.values()) {
            for (ServiceReference<?> reference : references(kind.type(), filter(Variant.ARCH, arch))) {
                kinds.computeIfAbsent(reference, any -> EnumSet.noneOf(ServiceKind.class)).add(kind);
            }
        }
        List<Variants.Entry<ServiceReference<?>>> entries = new ArrayList<>();
        kinds.keySet().stream().sorted(Comparator.reverseOrder()).forEach(reference -> entries.add(
                new Variants.Entry<>(reference::getProperty, kinds.get(reference), reference)));
        return entries;
    }

    private static String filter(String property, String value) {
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
