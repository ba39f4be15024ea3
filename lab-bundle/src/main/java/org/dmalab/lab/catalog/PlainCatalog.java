package org.dmalab.lab.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

/** A catalog of plain objects, for tests and programs without OSGi. */
public final class PlainCatalog implements Catalog {
    private final List<Architecture> architectures;
    private final List<Registered<Action>> actions;
    private final List<Oracle> oracles;
    private final List<Registered<Object>> variants;

    private PlainCatalog(Builder builder) {
        architectures = List.copyOf(builder.architectures);
        actions = List.copyOf(builder.actions);
        oracles = List.copyOf(builder.oracles);
        variants = List.copyOf(builder.variants);
    }

    /**
     * An object with the properties it would be registered with.
     *
     * @param properties as in the service registry
     * @param object the object
     */
    public record Registered<T>(Map<String, ?> properties, T object) {
        /** Copies the properties. */
        public Registered {
            properties = Map.copyOf(properties);
        }
    }

    /** Starts a catalog. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects what a catalog has. */
    public static final class Builder {
        private final List<Architecture> architectures = new ArrayList<>();
        private final List<Registered<Action>> actions = new ArrayList<>();
        private final List<Oracle> oracles = new ArrayList<>();
        private final List<Registered<Object>> variants = new ArrayList<>();

        private Builder() { }

        /** Adds an architecture. */
        public Builder architecture(Architecture architecture) {
            architectures.add(architecture);
            return this;
        }

        /** Adds an action of an architecture. */
        public Builder action(String arch, Action action) {
            actions.add(new Registered<>(Map.of(Action.ARCH, arch), action));
            return this;
        }

        /** Adds an oracle; it says itself which architecture it is for. */
        public Builder oracle(Oracle oracle) {
            oracles.add(oracle);
            return this;
        }

        /** Adds the service object of a variant with the properties of {@link Variant}. */
        public Builder variant(Map<String, ?> properties, Object object) {
            variants.add(new Registered<>(properties, object));
            return this;
        }

        /** Adds a component by what it implements: architecture, action, oracle or variant; others are left out. */
        public Builder component(Map<String, ?> properties, Object object) {
            if (object instanceof Architecture architecture) {
                architecture(architecture);
            }
            if (object instanceof Action action) {
                actions.add(new Registered<>(properties, action));
            }
            if (object instanceof Oracle oracle) {
                oracle(oracle);
            }
            if (Variant.id(properties::get) != null) {
                variant(properties, object);
            }
            return this;
        }

        /** Adds every component that the descriptions on the class path of a loader name; see {@link Components}. */
        public Builder components(ClassLoader loader) {
            Components.load(loader).forEach(found -> component(found.properties(), found.object()));
            return this;
        }

        /** The catalog. */
        public PlainCatalog build() {
            return new PlainCatalog(this);
        }
    }

    @Override
    public List<Architecture> architectures() {
        return architectures.stream().sorted(Comparator.comparing(Architecture::name)).toList();
    }

    @Override
    public Architecture architecture(String name) {
        return architectures.stream().filter(arch -> arch.name().equals(name)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("architecture", name,
                        architectures.stream().map(Architecture::name).toList())));
    }

    @Override
    public List<Action> actions(String arch) {
        return actions.stream().filter(action -> arch.equals(action.properties().get(Action.ARCH)))
                .map(Registered::object).sorted(Comparator.comparing(Action::name)).toList();
    }

    @Override
    public List<Oracle> oracles(String arch) {
        return oracles.stream().filter(oracle -> oracle.arch().equals("*") || oracle.arch().equals(arch))
                .sorted(Comparator.comparing(Oracle::name)).toList();
    }

    @Override
    public List<VariantInfo> variants(String arch) {
        return Variants.describe(arch, entries(arch));
    }

    @Override
    public List<String> functions(String arch, String id) {
        return entries(arch).stream().filter(entry -> entry.id().equals(id)).findFirst()
                .map(entry -> KernelFunctions.replacedBy(entry.source().getClass())).orElse(List.of());
    }

    @Override
    public String hash(String arch, String id) {
        return Variants.hash(entries(arch), id);
    }

    @Override
    public Lease borrow(MachineSpec spec, Selection selection) {
        selection.check(this, spec.arch());
        List<Variants.Entry<Object>> entries = entries(spec.arch());
        Binding binding = Variants.resolve(architecture(spec.arch()), spec, selection, (kind, id) -> entries.stream()
                .filter(entry -> entry.id().equals(id) && entry.kinds().contains(kind))
                .map(Variants.Entry::source).findFirst().orElse(null));
        return new PlainLease(binding);
    }

    private List<Variants.Entry<Object>> entries(String arch) {
        List<Variants.Entry<Object>> entries = new ArrayList<>();
        for (Registered<Object> variant : variants) {
            if (arch.equals(variant.properties().get(Variant.ARCH))) {
                Set<ServiceKind> kinds = EnumSet.noneOf(ServiceKind.class);
                for (ServiceKind kind : ServiceKind.values()) {
                    if (kind.type().isInstance(variant.object())) {
                        kinds.add(kind);
                    }
                }
                entries.add(new Variants.Entry<>(variant.properties()::get, kinds, variant.object()));
            }
        }
        return entries;
    }

    private record PlainLease(Binding binding) implements Lease {
        @Override
        public void close() {
            // plain objects belong to whoever made them
        }
    }
}
