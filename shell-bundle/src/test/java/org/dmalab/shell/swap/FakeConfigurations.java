package org.dmalab.shell.swap;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;

import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Lease;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.scenario.MachineSpecs;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * What ConfigurationAdmin and Declarative Services do for named machines of one architecture that needs an Iommu: a
 * configuration makes a host, and its variant is bound, the new one before the old one goes.
 */
public final class FakeConfigurations {
    private final Catalog catalog;
    private final String arch;
    private final PatchSwitch patchSwitch;
    private final Map<String, MachineHost> hosts = new HashMap<>();
    private final Map<String, Iommu> bound = new HashMap<>();

    public FakeConfigurations(Catalog catalog, String arch) {
        this.catalog = catalog;
        this.arch = arch;
        patchSwitch = new PatchSwitch(proxy(ConfigurationAdmin.class,
                (method, arguments) -> configuration((String) arguments[1])), catalog);
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    /** The switch over these configurations. */
    public PatchSwitch patchSwitch() {
        return patchSwitch;
    }

    private Configuration configuration(String name) {
        return proxy(Configuration.class, (method, arguments) -> {
            if (method.equals("delete")) {
                bound.remove(name);
                patchSwitch.unbindHost(hosts.remove(name));
            } else {
                update(name, (Dictionary<?, ?>) arguments[0]);
            }
            return null;
        });
    }

    private void update(String name, Dictionary<?, ?> properties) {
        Map<String, Object> configuration = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> configuration.put((String) key, properties.get(key)));
        MachineHost host = hosts.get(name);
        if (host == null) {
            host = new MachineHost();
            hosts.put(name, host);
            host.activate(configuration);
            patchSwitch.bindHost(host);
        } else {
            host.modified(configuration);
        }
        String id = (String) configuration.get("patch.Iommu");
        Iommu before = bound.put(name, iommu(id));
        host.bind(ServiceKind.IOMMU, bound.get(name), Map.of(Variant.PATCH, id));
        if (before != null) {
            host.unbind(ServiceKind.IOMMU, before);
        }
    }

    private Iommu iommu(String id) {
        try (Lease lease = catalog.borrow(MachineSpecs.resolve(catalog.architecture(arch), null, null, null, Map.of(),
                Map.of()), Selection.of(id))) {
            return lease.binding().iommu();
        }
    }
}
