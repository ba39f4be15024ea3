package org.dmalab.lab.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakeActions;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.oracle.NoBug;
import org.dmalab.lab.scenario.MachineSpecs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The catalog over a registry that counts who uses what. */
class ServiceCatalogTest {
    private final List<ServiceReference<?>> registered = new ArrayList<>();
    private final Map<ServiceReference<?>, Object> objects = new HashMap<>();
    private final Map<ServiceReference<?>, Integer> uses = new HashMap<>();
    private final Bundle home = bundle(3, "home");
    private final ServiceCatalog catalog = new ServiceCatalog(context());

    @BeforeEach
    void register() {
        register(Architecture.class, Map.of(), new FakeArchitecture());
        FakeActions.all().forEach(action -> register(Action.class, Map.of(Action.ARCH, "fake"), action));
        register(Action.class, Map.of(Action.ARCH, "other"), FakeActions.all().get(0));
        register(Oracle.class, Map.of(), new NoBug());
        register(Iommu.class, FakeVariants.properties("exact", "6.1", "mainline"), new FakeVariants.Exact());
        register(MemoryNotifier.class, FakeVariants.properties("refuse", "6.2", "mainline"),
                new FakeVariants.RefusingNotifier());
    }

    private void register(Class<?> type, Map<String, Object> properties, Object object) {
        register(home, type, properties, object);
    }

    private void register(Bundle bundle, Class<?> type, Map<String, Object> properties, Object object) {
        int number = registered.size();
        ServiceReference<?> reference = (ServiceReference<?>) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {ServiceReference.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals("objectClass") ? new String[] {type.getName()}
                            : properties.get(arguments[0]);
                    case "getBundle" -> bundle;
                    case "getPropertyKeys" -> properties.keySet().toArray(new String[0]);
                    case "compareTo" -> Integer.compare(registered.indexOf(arguments[0]), number);
                    case "hashCode" -> number;
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        registered.add(reference);
        objects.put(reference, object);
    }

    private Bundle bundle(long id, String name) {
        return (Bundle) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getBundleId" -> id;
                    case "getSymbolicName" -> name;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> (int) id;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getServiceReferences" -> references(((Class<?>) arguments[0]).getName(),
                            (String) arguments[1]);
                    case "getService" -> {
                        uses.merge((ServiceReference<?>) arguments[0], 1, Integer::sum);
                        yield objects.get(arguments[0]);
                    }
                    case "ungetService" -> uses.merge((ServiceReference<?>) arguments[0], -1, Integer::sum) >= 0;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private List<ServiceReference<?>> references(String type, String filter) throws InvalidSyntaxException {
        List<ServiceReference<?>> found = new ArrayList<>();
        for (ServiceReference<?> reference : registered) {
            boolean matches = filter == null || filter.equals("(dmalab.arch=" + reference.getProperty("dmalab.arch")
                    + ")");
            if (((String[]) reference.getProperty("objectClass"))[0].equals(type) && matches) {
                found.add(reference);
            }
        }
        return found;
    }

    private int inUse() {
        return uses.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Test
    void findsWhatIsRegisteredAndKeepsNothing() {
        assertEquals(List.of("fake"), catalog.architectures().stream().map(Architecture::name).toList());
        assertEquals(FakeActions.all().size(), catalog.actions("fake").size());
        assertEquals(1, catalog.actions("other").size());
        assertEquals(List.of(), catalog.actions("no*(such)"));
        assertEquals(List.of("no-bug"), catalog.oracles("fake").stream().map(Oracle::name).toList());
        assertEquals(List.of("exact", "refuse"), catalog.variants("fake").stream().map(VariantInfo::id).toList());
        assertEquals(0, inUse());
        assertThrows(InputException.class, () -> catalog.architecture("vtd"));
    }

    @Test
    void leaseGivesEverythingBack() {
        var spec = MachineSpecs.resolve(new FakeArchitecture(), null, null, null, Map.of(), Map.of());
        Lease lease = catalog.borrow(spec, Selection.parse("Iommu=exact,MemoryNotifier=refuse"));
        assertEquals(FakeVariants.Exact.class, lease.binding().iommu().getClass());
        assertEquals(FakeVariants.RefusingNotifier.class, lease.binding().memoryNotifier().getClass());
        assertEquals(2, inUse());
        lease.close();
        lease.close();
        assertEquals(0, inUse());
    }

    @Test
    void failedLeaseGivesEverythingBackToo() {
        var spec = MachineSpecs.resolve(new FakeArchitecture(), null, null, null, Map.of(), Map.of());
        assertThrows(InputException.class, () -> catalog.borrow(spec, Selection.parse("MemoryNotifier=refuse")));
        objects.values().removeIf(FakeVariants.Exact.class::isInstance);
        assertThrows(InputException.class, () -> catalog.borrow(spec, Selection.of("exact")), "went away meanwhile");
        assertEquals(0, uses.entrySet().stream().filter(use -> objects.containsKey(use.getKey()))
                .mapToInt(Map.Entry::getValue).sum());
    }

    private static Map<String, Object> properties(String arch, String id) {
        Map<String, Object> properties = new HashMap<>(Map.of("component.name", "C"));
        if (arch != null) {
            properties.put("dmalab.arch", arch);
        }
        if (id != null) {
            properties.put("dmalab.patch", id);
        }
        return properties;
    }

    @Test
    void nobodyTakesAnIdOfTheArchitecturesOwnBundle() {
        register(bundle(9, "guest"), Iommu.class, properties("fake", "exact"), new FakeVariants.Throwing());
        register(bundle(9, "guest"), Iommu.class, properties("fake", "own"), new FakeVariants.Throwing());
        assertEquals(List.of("bundle guest, component C: fake has a variant exact in bundle home, which is the one in "
                + "use; choose another dmalab.id"), catalog.objections());
        var spec = MachineSpecs.resolve(new FakeArchitecture(), null, null, null, Map.of(), Map.of());
        try (Lease lease = catalog.borrow(spec, Selection.parse("Iommu=exact,MemoryNotifier=refuse"))) {
            assertEquals(FakeVariants.Exact.class, lease.binding().iommu().getClass());
        }
        assertEquals("(&(&(dmalab.arch=fake)(|(dmalab.id=exact)(dmalab.patch=exact)))(service.bundleid=3))",
                catalog.filter("fake", "exact"));
        assertEquals("(&(dmalab.arch=fake)(|(dmalab.id=own)(dmalab.patch=own)))", catalog.filter("fake", "own"));
        assertEquals("(&(dmalab.arch=other)(|(dmalab.id=own)(dmalab.patch=own)))", catalog.filter("other", "own"));
    }

    @Test
    void whatIsNoVariantIsObjectedTo() {
        Bundle guest = bundle(9, "guest");
        register(guest, Iommu.class, properties(null, "a"), new FakeVariants.Throwing());
        register(guest, Iommu.class, properties("fake", null), new FakeVariants.Throwing());
        register(guest, Iommu.class, properties("fake", "A)(b=*"), new FakeVariants.Throwing());
        register(guest, Iommu.class, properties("fak", "a"), new FakeVariants.Throwing());
        register(guest, Iommu.class, properties("fake", "twice"), new FakeVariants.Throwing());
        register(bundle(10, "later"), Iommu.class, properties("fake", "twice"), new FakeVariants.Throwing());
        assertEquals(List.of(
                "bundle guest, component C: dmalab.arch is \"fak\"; now there is fake",
                "bundle guest, component C: dmalab.id is \"A)(b=*\", so it is no variant; expected lower-case "
                + "letters, digits, dots, dashes and _, the first a letter or digit",
                "bundle guest, component C: provides Iommu but has no property dmalab.arch, so it is no variant; give "
                + "it one",
                "bundle guest, component C: provides Iommu but has no property dmalab.id, so it is no variant; give "
                + "it one",
                "bundle later, component C: fake has a variant twice in bundle guest, which is the one in use; choose"
                + " another dmalab.id"), catalog.objections());
        assertEquals(List.of("exact", "refuse", "twice"),
                catalog.variants("fake").stream().map(VariantInfo::id).sorted().toList());
    }
}
