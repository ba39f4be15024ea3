package org.dmalab.shell.swap;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of one named machine: one factory configuration, one target filter per service. Declarative Services
 * binds and unbinds; this publishes a binding when it is what the configuration asks for, and keeps an old variant
 * from being released before the last call has left it.
 */
@Component(service = MachineHost.class, immediate = true, configurationPid = MachineHost.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MachineHost {
    /** Factory PID of named machines. */
    public static final String PID = "org.dmalab.machine";
    /** Configuration property: the machine's name. */
    public static final String NAME = "machine";
    /** Prefix of the configuration properties that say which variant a service is to have: {@code patch.Iommu}. */
    public static final String PATCH_PREFIX = "patch.";
    private static final Logger LOG = LoggerFactory.getLogger(MachineHost.class);
    private static final long LEAVE_TIMEOUT_MILLIS = 10_000;

    private final Map<ServiceKind, Bound> bound = new EnumMap<>(ServiceKind.class);
    private final Map<ServiceKind, Object> builtIn = new EnumMap<>(ServiceKind.class);
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private Map<ServiceKind, String> wanted = Map.of();
    private String name = "?";
    private volatile Published published = new Published(0, new Binding(null, null, null, null), Map.of(),
            "the machine is being made");

    private record Bound(Object service, String patch) { }

    @Activate
    void activate(Map<String, Object> configuration) {
        configure(configuration);
    }

    /** Called before the references follow the new target filters. */
    @Modified
    void modified(Map<String, Object> configuration) {
        configure(configuration);
    }

    @Deactivate
    void deactivate() {
        publish(new Binding(null, null, null, null), Map.of(), "machine " + name + " is gone");
    }

    private synchronized void configure(Map<String, Object> configuration) {
        name = String.valueOf(configuration.get(NAME));
        Map<ServiceKind, String> newWanted = new EnumMap<>(ServiceKind.class);
        for (ServiceKind kind : ServiceKind.values()) {
            Object patch = configuration.get(PATCH_PREFIX + kind.type().getSimpleName());
            if (patch != null) {
                newWanted.put(kind, patch.toString());
            }
        }
        wanted = newWanted;
        publishIfAsWanted();
    }

    /** The machine's name. */
    public synchronized String name() {
        return name;
    }

    /** What kernel code may call now. */
    Published published() {
        return published;
    }

    /** The variant in use for each service. */
    public Map<ServiceKind, String> patches() {
        return published.patches();
    }

    /** Why no call is possible now; null if the machine has its variant. */
    public String missing() {
        return published.missing();
    }

    /** Sets the objects that are a setting of the machine and not a variant. */
    synchronized void builtIn(Map<ServiceKind, Object> objects) {
        builtIn.clear();
        builtIn.putAll(objects);
        publishIfAsWanted();
    }

    /** A lane for one machine, or for a fork of it that another thread owns. */
    public synchronized Lane lane() {
        Lane lane = new Lane(published);
        lanes.add(lane);
        return lane;
    }

    /** Forgets a lane whose machine is gone. */
    public void remove(Lane lane) {
        lanes.remove(lane);
    }

    /**
     * Waits until the variants in use are these.
     *
     * @return false if the time ran out
     */
    synchronized boolean awaitPatches(Map<ServiceKind, String> patches, long timeoutMillis)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (published.missing() != null || !published.patches().equals(patches)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    @Reference(name = "Iommu", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY, target = "(dmalab.arch=none)")
    void bindIommu(Iommu service, Map<String, Object> properties) {
        bind(ServiceKind.IOMMU, service, properties);
    }

    void unbindIommu(Iommu service) {
        unbind(ServiceKind.IOMMU, service);
    }

    @Reference(name = "DmaWindows", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY, target = "(dmalab.arch=none)")
    void bindDmaWindows(DmaWindows service, Map<String, Object> properties) {
        bind(ServiceKind.DMA_WINDOWS, service, properties);
    }

    void unbindDmaWindows(DmaWindows service) {
        unbind(ServiceKind.DMA_WINDOWS, service);
    }

    @Reference(name = "CacheFlush", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY, target = "(dmalab.arch=none)")
    void bindCacheFlush(CacheFlush service, Map<String, Object> properties) {
        bind(ServiceKind.CACHE_FLUSH, service, properties);
    }

    void unbindCacheFlush(CacheFlush service) {
        unbind(ServiceKind.CACHE_FLUSH, service);
    }

    @Reference(name = "MemoryNotifier", cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY,
            target = "(dmalab.arch=none)")
    void bindMemoryNotifier(MemoryNotifier service, Map<String, Object> properties) {
        bind(ServiceKind.MEMORY_NOTIFIER, service, properties);
    }

    void unbindMemoryNotifier(MemoryNotifier service) {
        unbind(ServiceKind.MEMORY_NOTIFIER, service);
    }

    /** For tests and for Declarative Services: a service has come. */
    synchronized void bind(ServiceKind kind, Object service, Map<String, Object> properties) {
        bound.put(kind, new Bound(service, Variant.id(properties::get)));
        publishIfAsWanted();
    }

    /** For tests and for Declarative Services: a service goes; returns when the last call has left it. */
    void unbind(ServiceKind kind, Object service) {
        long generation;
        synchronized (this) {
            Bound current = bound.get(kind);
            if (current != null && current.service() == service) {
                bound.remove(kind);
            }
            if (published.bound().get(kind) == service) {
                publishWhatIsThere();
            }
            generation = published.generation();
        }
        awaitLeft(kind, generation);
    }

    private void publishIfAsWanted() {
        for (Map.Entry<ServiceKind, String> want : wanted.entrySet()) {
            Bound there = bound.get(want.getKey());
            if (there == null || !there.patch().equals(want.getValue())) {
                return;
            }
        }
        publishWhatIsThere();
    }

    private void publishWhatIsThere() {
        Map<ServiceKind, String> patches = new EnumMap<>(ServiceKind.class);
        List<String> absent = new ArrayList<>();
        Map<ServiceKind, Object> objects = new EnumMap<>(builtIn);
        for (ServiceKind kind : wanted.keySet()) {
            Bound there = bound.get(kind);
            if (there == null) {
                absent.add(kind.type().getSimpleName() + "=" + wanted.get(kind));
            } else {
                patches.put(kind, there.patch());
                objects.put(kind, there.service());
            }
        }
        Binding binding = new Binding((Iommu) objects.get(ServiceKind.IOMMU),
                (DmaWindows) objects.get(ServiceKind.DMA_WINDOWS), (CacheFlush) objects.get(ServiceKind.CACHE_FLUSH),
                (MemoryNotifier) objects.get(ServiceKind.MEMORY_NOTIFIER));
        publish(binding, patches, absent.isEmpty() ? null : "machine " + name + " has no variant for "
                + String.join(", ", absent) + " now; it keeps its state: start its bundle again or choose another "
                + "with patch:use " + name + " ID");
    }

    private synchronized void publish(Binding binding, Map<ServiceKind, String> patches, String missing) {
        published = new Published(published.generation() + 1, binding, patches, missing);
        lanes.forEach(lane -> lane.offer(published));
        notifyAll();
    }

    /** Waits though the thread is interrupted, because who calls has to release what is still in use. */
    private void awaitLeft(ServiceKind kind, long generation) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_TIMEOUT_MILLIS);
        for (Lane lane : lanes) {
            String working = lane.stillBefore(generation);
            int rounds = 0;
            while (working != null) {
                if (System.nanoTime() > deadline) {
                    LOG.error("machine {}: {} is still in a call of the {} that is being removed after {} ms; it is"
                            + " released all the same", name, working, kind.type().getSimpleName(),
                            LEAVE_TIMEOUT_MILLIS);
                    break;
                }
                interrupted |= pause(rounds++);
                working = lane.stillBefore(generation);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Calls are short: spin first, then give the processor away; tells whether an interrupt came, and takes it. */
    private static boolean pause(int rounds) {
        if (rounds < 100) {
            Thread.onSpinWait();
        } else if (rounds < 1000) {
            Thread.yield();
        } else {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                return true;
            }
        }
        return false;
    }
}
