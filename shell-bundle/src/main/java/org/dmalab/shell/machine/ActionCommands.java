package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.shell.command.CommandFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Keeps one command registered for every action name, as actions come and go with their bundles. Of an action whose
 * bundle is stopped a command remains that says so.
 */
@Component(service = ActionCommands.class, immediate = true)
public final class ActionCommands {
    private final MachineRegistry registry;
    private final Map<String, List<ActionCommand.OfArch>> actions = new TreeMap<>();
    /** By action, the bundle that it came with; names only, lest a removed bundle be kept from collection. */
    private final Map<String, String> bundles = new HashMap<>();
    private final Map<String, ServiceRegistration<?>> registrations = new HashMap<>();
    private BundleContext context;

    /** Wired by Declarative Services. */
    @Activate
    public ActionCommands(@Reference MachineRegistry registry) {
        this.registry = registry;
    }

    @Activate
    synchronized void activate(BundleContext newContext) {
        context = newContext;
        List.copyOf(actions.keySet()).forEach(this::register);
    }

    @Deactivate
    synchronized void deactivate() {
        registrations.values().forEach(ServiceRegistration::unregister);
        registrations.clear();
        context = null;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindAction(Action action, Map<String, Object> properties) {
        actions.computeIfAbsent(action.name(), name -> new ArrayList<>())
                .add(new ActionCommand.OfArch(String.valueOf(properties.get(Action.ARCH)), action));
        Bundle bundle = FrameworkUtil.getBundle(action.getClass());
        bundles.put(action.name(), bundle == null ? "?" : bundle.getSymbolicName());
        register(action.name());
    }

    synchronized void unbindAction(Action action) {
        List<ActionCommand.OfArch> same = actions.get(action.name());
        same.removeIf(one -> one.action() == action);
        if (same.isEmpty()) {
            actions.remove(action.name());
        }
        register(action.name());
    }

    private void register(String name) {
        if (context == null || name.indexOf('.') < 1) {
            return;
        }
        ServiceRegistration<?> before = registrations.remove(name);
        if (before != null) {
            before.unregister();
        }
        List<ActionCommand.OfArch> same = actions.get(name);
        registrations.put(name, CommandFunction.register(context, same == null
                ? new StoppedActionCommand(name, bundles.get(name)) : new ActionCommand(same, registry)));
    }
}
