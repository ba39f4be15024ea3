package org.dmalab.lab.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;

/**
 * Which variant is used for which service: one for all that it provides ({@code pmem-guard}), or one for each named
 * service ({@code DmaWindows=a,MemoryNotifier=b}, printed {@code a+b}).
 */
public final class Selection {
    private static final int MAX_TEXT = 1000;

    private final String single;
    private final Map<ServiceKind, String> byService;

    private Selection(String single, Map<ServiceKind, String> byService) {
        this.single = single;
        this.byService = byService;
    }

    /** One variant for every service that it provides. */
    public static Selection of(String id) {
        return new Selection(id, Map.of());
    }

    /** One variant for each service. */
    public static Selection of(Map<ServiceKind, String> byService) {
        if (byService.isEmpty()) {
            throw new InputException("no service is given a patch");
        }
        Map<ServiceKind, String> ordered = new LinkedHashMap<>();
        new EnumMap<>(byService).forEach(ordered::put);
        return new Selection(null, ordered);
    }

    /**
     * Parses one selection; whether its variants exist is for {@link #check}.
     *
     * @param text {@code ID} or {@code SERVICE=ID,SERVICE=ID}
     * @throws InputException if it is neither
     */
    public static Selection parse(String text) {
        if (text.length() > MAX_TEXT) {
            throw new InputException("a patch selection of " + text.length() + " characters");
        }
        if (text.indexOf('=') < 0) {
            String id = text.trim();
            if (id.isEmpty() || id.indexOf(',') >= 0) {
                throw new InputException("\"" + id + "\": expected one patch, as ID or SERVICE=ID,SERVICE=ID");
            }
            return of(id);
        }
        Map<ServiceKind, String> byService = new EnumMap<>(ServiceKind.class);
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0 || part.substring(equals + 1).isBlank()) {
                throw new InputException("\"" + part.trim() + "\": expected SERVICE=ID, such as "
                        + "MemoryNotifier=pmem-guard");
            }
            ServiceKind kind = kind(part.substring(0, equals).trim());
            if (byService.put(kind, part.substring(equals + 1).trim()) != null) {
                throw new InputException("service " + serviceName(kind) + " is given two patches");
            }
        }
        return of(byService);
    }

    /**
     * Parses and checks one selection.
     *
     * @throws InputException that names the nearest known variant
     */
    public static Selection parse(String text, Catalog catalog, String arch) {
        Selection selection = parse(text);
        selection.check(catalog, arch);
        return selection;
    }

    /** Parses several: {@code ID,ID,ID}, or one combination {@code SERVICE=ID,SERVICE=ID}. */
    public static List<Selection> parseList(String text) {
        if (text.indexOf('=') >= 0) {
            return List.of(parse(text));
        }
        List<Selection> selections = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String id : text.split(",", -1)) {
            if (seen.add(id.trim())) {
                selections.add(parse(id));
            }
        }
        return selections;
    }

    /**
     * How a text may go on that is to be one or several selections: each candidate is the text with one more id or
     * {@code SERVICE=}.
     *
     * @param architectures those whose variants are meant
     * @param typed what there is so far; what follows the last comma or equals sign is replaced
     */
    public static List<String> completions(Catalog catalog, List<Architecture> architectures, String typed) {
        String before = typed.substring(0, typed.lastIndexOf(',') + 1);
        String last = typed.substring(before.length());
        String service = last.substring(0, Math.max(0, last.indexOf('=')));
        boolean combination = before.indexOf('=') >= 0;
        Set<String> found = new TreeSet<>();
        for (Architecture architecture : architectures) {
            for (VariantInfo info : catalog.variants(architecture.name())) {
                boolean provides = info.services().stream().map(Selection::serviceName).anyMatch(service::equals);
                if (provides) {
                    found.add(before + service + "=" + info.id());
                } else if (service.isEmpty() && !combination && !List.of(before.split(",")).contains(info.id())) {
                    found.add(before + info.id());
                }
            }
            architecture.services().stream().map(Selection::serviceName)
                    .filter(name -> service.isEmpty() && (before.isEmpty() || combination))
                    .filter(name -> !before.contains(name + "="))
                    .forEach(name -> found.add(before + name + "="));
        }
        return List.copyOf(found);
    }

    /**
     * The selections that {@code --all} and {@code --mutants} stand for.
     *
     * @param all every mainline and proposed variant
     * @param mutants every mutant
     */
    public static List<Selection> all(Catalog catalog, String arch, boolean all, boolean mutants) {
        return catalog.variants(arch).stream()
                .filter(info -> (all && info.mainlineOrProposed()) || (mutants && info.origin().equals("mutant")))
                .map(info -> of(info.id()))
                .toList();
    }

    /**
     * Checks that the variants exist and provide what they are selected for.
     *
     * @throws InputException that names the nearest known variant
     */
    public void check(Catalog catalog, String arch) {
        check(catalog.variants(arch), arch);
    }

    /**
     * The same, for who has the variants of the architecture at hand.
     *
     * @throws InputException that names the nearest of them
     */
    public void check(List<VariantInfo> variants, String arch) {
        if (single != null) {
            require(variants, arch, single);
        }
        byService.forEach((kind, id) -> {
            VariantInfo info = require(variants, arch, id);
            if (!info.services().contains(kind)) {
                throw new InputException("patch " + id + " of " + arch + " provides no " + serviceName(kind)
                        + "; it provides " + info.services().stream().map(Selection::serviceName)
                        .collect(Collectors.joining(", ")));
            }
        });
    }

    private static VariantInfo require(List<VariantInfo> variants, String arch, String id) {
        return variants.stream().filter(info -> info.id().equals(id)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("patch of " + arch, id,
                        variants.stream().map(VariantInfo::id).toList())));
    }

    /** How a service is written: {@code DmaWindows}. */
    public static String serviceName(ServiceKind kind) {
        return kind.type().getSimpleName();
    }

    private static ServiceKind kind(String name) {
        return Stream.of(ServiceKind.values()).filter(kind -> serviceName(kind).equals(name)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("service", name,
                        Stream.of(ServiceKind.values()).map(Selection::serviceName).toList())));
    }

    /** The one variant for everything; empty if services are given one by one. */
    public Optional<String> single() {
        return Optional.ofNullable(single);
    }

    /** Variants by service, in the order of services; empty for a single one. */
    public Map<ServiceKind, String> byService() {
        return Collections.unmodifiableMap(byService);
    }

    /** The ids, without repeats, in the order of services. */
    public List<String> ids() {
        return single != null ? List.of(single) : List.copyOf(new LinkedHashSet<>(byService.values()));
    }

    /** The id that is meant for a service; null if the selection does not say. */
    public String id(ServiceKind kind) {
        return single != null ? single : byService.get(kind);
    }

    /** The same services with other ids. */
    public Selection map(UnaryOperator<String> change) {
        if (single != null) {
            return of(change.apply(single));
        }
        Map<ServiceKind, String> changed = new EnumMap<>(ServiceKind.class);
        byService.forEach((kind, id) -> changed.put(kind, change.apply(id)));
        return of(changed);
    }

    /** How it is printed: {@code pmem-guard} or {@code a+b}. */
    public String name() {
        return single != null ? single : String.join("+", byService.values());
    }

    /** How it is typed. */
    public String text() {
        return single != null ? single : byService.entrySet().stream()
                .map(entry -> serviceName(entry.getKey()) + "=" + entry.getValue()).collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Selection selection && text().equals(selection.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return name();
    }
}
