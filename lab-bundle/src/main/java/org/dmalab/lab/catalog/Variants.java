package org.dmalab.lab.catalog;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.InputException;
import org.osgi.framework.Constants;

/** What both catalogs do with variants: describe them by their properties, and resolve a selection. */
final class Variants {
    private Variants() { }

    /** One registered variant: its service properties and what it provides. */
    record Entry<T>(Function<String, Object> property, Set<ServiceKind> kinds, T source) {
        String id() {
            return Objects.requireNonNullElse(Variant.id(property), "");
        }
    }

    /** Describes the variants of an architecture; components with the same id are one variant. */
    static <T> List<VariantInfo> describe(String arch, List<Entry<T>> entries) {
        Map<String, VariantInfo> byId = new LinkedHashMap<>();
        for (Entry<T> entry : entries) {
            if (VariantInfo.ID.matcher(entry.id()).matches()) {
                byId.merge(entry.id(), info(arch, entry), Variants::join);
            }
        }
        return byId.values().stream().sorted(VariantInfo.BY_DATE).toList();
    }

    private static <T> VariantInfo info(String arch, Entry<T> entry) {
        Function<String, Object> property = entry.property();
        return new VariantInfo(arch, entry.id(), sorted(entry.kinds()), textOrNone(property, Variant.COMMIT),
                textOrNone(property, Variant.SINCE), date(text(property, Variant.DATE, "")),
                text(property, Variant.ORIGIN, Origin.LOCAL.word()).toLowerCase(Locale.ROOT),
                text(property, Variant.DESCRIPTION, text(property, Constants.SERVICE_DESCRIPTION, "")),
                lines(property.apply(Variant.STEPS)),
                lines(property.apply(Variant.DEFECTS)), text(property, Variant.LAYOUT, ""));
    }

    private static VariantInfo join(VariantInfo first, VariantInfo second) {
        Set<ServiceKind> kinds = EnumSet.copyOf(first.services());
        kinds.addAll(second.services());
        return new VariantInfo(first.arch(), first.id(), sorted(kinds), first.commit(), first.since(),
                first.date(), first.origin(), first.description(), first.steps(), first.defects(), first.layout());
    }

    /** What the variant of an id was made from, as it says; empty if it does not. */
    static <T> String hash(List<Entry<T>> entries, String id) {
        return entries.stream().filter(entry -> entry.id().equals(id)).findFirst()
                .map(entry -> text(entry.property(), Variant.HASH, "")).orElse("");
    }

    private static List<ServiceKind> sorted(Set<ServiceKind> kinds) {
        return kinds.stream().sorted().toList();
    }

    static String text(Function<String, Object> property, String key, String otherwise) {
        Object value = property.apply(key);
        return value == null ? otherwise : value.toString();
    }

    /** The date that a property says; null if it says none, or not as {@code yyyy-mm-dd}. */
    private static LocalDate date(String text) {
        try {
            return text.isEmpty() ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** A dash stands for nothing. */
    private static String textOrNone(Function<String, Object> property, String key) {
        String value = text(property, key, "");
        return value.equals("-") ? "" : value;
    }

    /** A property that may be an array, a list or one value; empty lines are left out. */
    static List<String> lines(Object value) {
        List<String> lines = new ArrayList<>();
        if (value instanceof Object[] array) {
            for (Object element : array) {
                lines.add(String.valueOf(element));
            }
        } else if (value instanceof Iterable<?> elements) {
            elements.forEach(element -> lines.add(String.valueOf(element)));
        } else if (value != null) {
            lines.add(value.toString());
        }
        lines.removeIf(String::isBlank);
        return lines;
    }

    /**
     * Finds an object for every service.
     *
     * @param lookup takes a service and a variant's id and gets the object; null if that variant does not provide it
     */
    static Binding resolve(Architecture architecture, MachineSpec spec, Selection selection, Lookup lookup) {
        Map<ServiceKind, Object> objects = new EnumMap<>(ServiceKind.class);
        for (ServiceKind kind : ServiceKind.values()) {
            String id = selection.id(kind);
            Object object = id == null ? null : lookup.get(kind, id);
            boolean needed = architecture.services().contains(kind);
            if (object == null && needed) {
                object = architecture.builtIn(spec, kind);
            }
            for (String other : object == null && needed ? selection.ids() : List.<String>of()) {
                object = object == null ? lookup.get(kind, other) : object;
            }
            if (object == null && needed) {
                throw new InputException("patch " + selection.name() + " provides no " + Selection.serviceName(kind)
                        + ", which a machine of " + architecture.name() + " needs; choose one with "
                        + Selection.serviceName(kind) + "=ID");
            }
            objects.put(kind, object);
        }
        return new Binding((Iommu) objects.get(ServiceKind.IOMMU), (DmaWindows) objects.get(ServiceKind.DMA_WINDOWS),
                (CacheFlush) objects.get(ServiceKind.CACHE_FLUSH),
                (MemoryNotifier) objects.get(ServiceKind.MEMORY_NOTIFIER));
    }

    /** Gets a service object of a variant. */
    interface Lookup {
        Object get(ServiceKind kind, String id);
    }
}
