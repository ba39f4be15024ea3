package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.dmalab.api.Action;
import org.dmalab.shell.command.CommandSet;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Keeps one command registered for every action name, as actions come and go with their bundles. */
@Component(service = ActionCommands.class, immediate = true)
public final class ActionCommands {
    private final MachineRegistry registry;
    private final Map<String, List<Action>> actions = new TreeMap<>();
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
    synchronized void bindAction(Action action) {
        actions.computeIfAbsent(action.name(), name -> new ArrayList<>()).add(action);
        register(action.name());
    }

    synchronized void unbindAction(Action action) {
        List<Action> same = actions.get(action.name());
        same.remove(action);
        if (same.isEmpty()) {
            actions.remove(action.name());
        }
        register(action.name());
    }

    private void register(String name) {
        if (context == null) {
            return;
        }
        ServiceRegistration<?> before = registrations.remove(name);
        if (before != null) {
            before.unregister();
        }
        List<Action> same = actions.get(name);
        int dot = name.indexOf('.');
        if (same == null || dot < 1) {
            return;
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, name.substring(0, dot));
        properties.put(CommandProcessor.COMMAND_FUNCTION, name.substring(dot + 1));
        registrations.put(name, context.registerService(
                new String[] {CommandSet.class.getName(), Function.class.getName()},
                new ActionCommand(same, registry), properties));
    }
}
