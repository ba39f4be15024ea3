package org.dmalab.shell.swap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.UsualPatch;
import org.dmalab.lab.catalog.VariantInfo;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Exchanges variants under named machines by changing their target filters through ConfigurationAdmin. */
@Component(service = PatchSwitch.class)
public final class PatchSwitch {
    private static final long BIND_TIMEOUT_MILLIS = 10_000;

    private final ConfigurationAdmin admin;
    private final Catalog catalog;
    private final Map<String, MachineHost> hosts = new ConcurrentHashMap<>();

    /** Wired by Declarative Services. */
    @Activate
    public PatchSwitch(@Reference ConfigurationAdmin admin, @Reference Catalog catalog) {
        this.admin = admin;
        this.catalog = catalog;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindHost(MachineHost host) {
        synchronized (hosts) {
            hosts.put(host.name(), host);
            hosts.notifyAll();
        }
    }

    void unbindHost(MachineHost host) {
        synchronized (hosts) {
            hosts.remove(host.name(), host);
            hosts.notifyAll();
        }
    }

    /**
     * Makes the host of a new machine and binds its first variant.
     *
     * @param name of the machine
     * @param spec what the machine is made from
     * @param selection which variant
     * @return the host, bound
     * @throws InputException if the variant does not bind
     * @throws org.dmalab.lab.guard.UnusableVariant if no object of it can be made
     */
    public MachineHost create(String name, MachineSpec spec, Selection selection) throws InterruptedException {
        Map<ServiceKind, String> patches = resolve(spec, selection, Map.of(), catalog.variants(spec.arch()));
        requireUsable(spec, patches);
        update(name, spec, patches);
        try {
            MachineHost host = awaitHost(name);
            host.builtIn(builtIns(spec, patches));
            awaitBound(host, patches);
            return host;
        } catch (InputException | InterruptedException e) {
            delete(name);
            throw e;
        }
    }

    /**
     * Exchanges the variant under a machine; returns when the references are bound. The old variant is released when
     * the last call has left it.
     *
     * @throws InputException if there is no such variant, or it keeps kernel state in another layout
     * @throws org.dmalab.lab.guard.UnusableVariant if no object of it can be made; the machine keeps what it has
     */
    public void use(String name, MachineSpec spec, Selection selection) throws InterruptedException {
        MachineHost host = awaitHost(name);
        List<VariantInfo> variants = catalog.variants(spec.arch());
        Map<ServiceKind, String> patches = resolve(spec, selection, host.patches(), variants);
        requireSameLayout(name, variants, host.patches(), patches);
        if (host.missing() == null && host.patches().equals(patches)) {
            return;
        }
        requireUsable(spec, patches);
        update(name, spec, patches);
        awaitBound(host, patches);
    }

    /** Removes a machine's configuration and waits until its host is gone, so that the name is free again. */
    public void destroy(String name) throws InterruptedException {
        delete(name);
        awaitHosts(() -> !hosts.containsKey(name));
    }

    /** Removes a machine's configuration; its host goes with it. */
    public void delete(String name) {
        try {
            configuration(name).delete();
        } catch (IOException e) {
            throw new InputException("machine " + name + ": its configuration cannot be removed: " + e.getMessage());
        }
    }

    /**
     * The variant for each service that is not built in: what is selected, else what is in use, else the usual one.
     */
    private Map<ServiceKind, String> resolve(MachineSpec spec, Selection selection,
            Map<ServiceKind, String> inUse, List<VariantInfo> variants) {
        selection.check(variants, spec.arch());
        Architecture architecture = catalog.architecture(spec.arch());
        Map<ServiceKind, String> patches = new EnumMap<>(ServiceKind.class);
        for (ServiceKind kind : architecture.services()) {
            String id = selection.id(kind);
            if (id != null && provides(variants, id, kind)) {
                patches.put(kind, id);
            } else if (architecture.builtIn(spec, kind) == null) {
                patches.put(kind, inUse.containsKey(kind) ? inUse.get(kind)
                        : UsualPatch.of(variants, spec.arch(), kind).id());
            }
        }
        return patches;
    }

    /** Declarative Services would try to make an object, keep to itself why it failed, and let the machine wait. */
    private void requireUsable(MachineSpec spec, Map<ServiceKind, String> patches) {
        if (!patches.isEmpty()) {
            catalog.borrow(spec, Selection.parse(patches.entrySet().stream()
                    .map(patch -> Selection.serviceName(patch.getKey()) + "=" + patch.getValue())
                    .collect(Collectors.joining(",")))).close();
        }
    }

    private static boolean provides(List<VariantInfo> variants, String id, ServiceKind kind) {
        return variants.stream().anyMatch(info -> info.id().equals(id) && info.services().contains(kind));
    }

    private Map<ServiceKind, Object> builtIns(MachineSpec spec, Map<ServiceKind, String> patches) {
        Architecture architecture = catalog.architecture(spec.arch());
        Map<ServiceKind, Object> objects = new EnumMap<>(ServiceKind.class);
        for (ServiceKind kind : architecture.services()) {
            Object object = patches.containsKey(kind) ? null : architecture.builtIn(spec, kind);
            if (object != null) {
                objects.put(kind, object);
            }
        }
        return objects;
    }

    private static void requireSameLayout(String name, List<VariantInfo> variants, Map<ServiceKind, String> from,
            Map<ServiceKind, String> to) {
        Map<String, String> layouts = new HashMap<>();
        variants.forEach(info -> layouts.put(info.id(), info.layout()));
        for (Map.Entry<ServiceKind, String> entry : to.entrySet()) {
            String before = layouts.getOrDefault(from.getOrDefault(entry.getKey(), ""), "");
            String after = layouts.getOrDefault(entry.getValue(), "");
            if (!before.isEmpty() && !after.isEmpty() && !before.equals(after)) {
                throw new InputException("machine " + name + ": " + from.get(entry.getKey())
                        + " keeps kernel state as \""
                        + before + "\", " + entry.getValue() + " as \"" + after
                        + "\", and the kernel has no conversion; create a machine with --patch " + entry.getValue());
            }
        }
    }

    private void update(String name, MachineSpec spec, Map<ServiceKind, String> patches) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(MachineHost.NAME, name);
        for (ServiceKind kind : ServiceKind.values()) {
            String reference = kind.type().getSimpleName();
            String patch = patches.get(kind);
            properties.put(reference + ".target", patch == null ? "(" + Variant.ARCH + "=none)"
                    : catalog.filter(spec.arch(), patch));
            if (patch != null) {
                properties.put(MachineHost.PATCH_PREFIX + reference, patch);
            }
        }
        try {
            configuration(name).update(properties);
        } catch (IOException e) {
            throw new InputException("machine " + name + ": its configuration cannot be written: " + e.getMessage());
        }
    }

    private Configuration configuration(String name) throws IOException {
        return admin.getFactoryConfiguration(MachineHost.PID, name, "?");
    }

    private MachineHost awaitHost(String name) throws InterruptedException {
        if (!awaitHosts(() -> hosts.containsKey(name))) {
            throw new InputException("machine " + name + " did not come up within " + BIND_TIMEOUT_MILLIS
                    + " ms; known are " + new TreeSet<>(hosts.keySet()));
        }
        return hosts.get(name);
    }

    /** Waits for hosts to come or go; false if the time ran out. */
    private boolean awaitHosts(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BIND_TIMEOUT_MILLIS);
        synchronized (hosts) {
            while (!condition.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                hosts.wait(left);
            }
            return true;
        }
    }

    private static void awaitBound(MachineHost host, Map<ServiceKind, String> patches) throws InterruptedException {
        if (!host.awaitPatches(patches, BIND_TIMEOUT_MILLIS)) {
            List<String> wanted = new ArrayList<>();
            patches.forEach((kind, id) -> wanted.add(kind.type().getSimpleName() + "=" + id));
            throw new InputException("machine " + host.name() + ": " + String.join(", ", wanted)
                    + " did not bind within " + BIND_TIMEOUT_MILLIS + " ms; is its bundle started? (lb)");
        }
    }
}
