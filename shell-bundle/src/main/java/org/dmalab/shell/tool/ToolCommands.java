package org.dmalab.shell.tool;

import java.util.LinkedHashMap;
import java.util.Map;

import org.dmalab.api.Tool;
import org.dmalab.shell.command.CommandFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Keeps one command registered for every tool, as tools come and go with their bundles. */
@Component(service = ToolCommands.class, immediate = true)
public final class ToolCommands {
    private final Map<Tool, ServiceRegistration<?>> registrations = new LinkedHashMap<>();
    private BundleContext context;

    @Activate
    synchronized void activate(BundleContext newContext) {
        context = newContext;
        registrations.replaceAll((tool, none) -> register(tool));
    }

    @Deactivate
    synchronized void deactivate() {
        registrations.values().forEach(ServiceRegistration::unregister);
        registrations.clear();
        context = null;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindTool(Tool tool) {
        registrations.put(tool, context == null ? null : register(tool));
    }

    synchronized void unbindTool(Tool tool) {
        ServiceRegistration<?> registration = registrations.remove(tool);
        if (registration != null) {
            registration.unregister();
        }
    }

    private ServiceRegistration<?> register(Tool tool) {
        return CommandFunction.register(context, new ToolCommand(tool));
    }
}
