package org.dmalab.shell.launcher;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.felix.service.command.CommandProcessor;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** What commands there are at this moment: read from the service registry at each question, as bundles come and go. */
@Component(service = CommandCatalog.class)
public final class CommandCatalog {

    private static final String WITH_COMMANDS = "(" + CommandProcessor.COMMAND_FUNCTION + "=*)";

    private final BundleContext context;

    @Activate
    public CommandCatalog(BundleContext context) {
        this.context = context;
    }

    /** The described commands by the name that a user types. */
    Map<String, CommandSpec> specs() {
        Map<String, CommandSpec> result = new TreeMap<>();
        for (ServiceReference<CommandSet> reference : references(CommandSet.class, null)) {
            CommandSet set = context.getService(reference);
            if (set != null) {
                set.commands().forEach(spec -> result.put(spec.name(), spec));
                context.ungetService(reference);
            }
        }
        return result;
    }

    Optional<CommandSpec> find(String name) {
        return Optional.ofNullable(specs().get(name));
    }

    /** The commands of the platform itself, without a description of ours: {@code felix:lb} and the like. */
    List<String> platformCommands() {
        Collection<String> described = specs().keySet();
        TreeSet<String> result = new TreeSet<>();
        for (ServiceReference<?> reference : references(null, WITH_COMMANDS)) {
            Object scope = reference.getProperty(CommandProcessor.COMMAND_SCOPE);
            for (String function : strings(reference.getProperty(CommandProcessor.COMMAND_FUNCTION))) {
                result.add(scope + ":" + function);
            }
        }
        result.removeAll(described);
        result.removeIf(name -> name.startsWith(CommandSpec.BARE_SCOPE + ":"));
        return List.copyOf(result);
    }

    /** What all completers propose. */
    List<String> candidates(Slot slot) {
        TreeSet<String> result = new TreeSet<>();
        for (ServiceReference<ArgumentCompleter> reference : references(ArgumentCompleter.class, null)) {
            ArgumentCompleter completer = context.getService(reference);
            if (completer != null) {
                result.addAll(completer.candidates(slot));
                context.ungetService(reference);
            }
        }
        return List.copyOf(result);
    }

    private <T> Collection<ServiceReference<T>> references(Class<T> type, String filter) {
        try {
            if (type != null) {
                return context.getServiceReferences(type, filter);
            }
            ServiceReference<?>[] found = context.getAllServiceReferences(null, filter);
            @SuppressWarnings("unchecked")
            List<ServiceReference<T>> result = found == null ? List.of() : List.of((ServiceReference<T>[]) found);
            return result;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> strings(Object property) {
        if (property instanceof String[] several) {
            return List.of(several);
        }
        if (property instanceof Collection<?> several) {
            return several.stream().map(Object::toString).toList();
        }
        return property == null ? List.of() : List.of(property.toString());
    }
}
