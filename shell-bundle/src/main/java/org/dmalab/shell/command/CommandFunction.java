package org.dmalab.shell.command;

import java.util.Dictionary;
import java.util.Hashtable;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** One command whose name is known only at run time, because it is made of a service of another bundle. */
public interface CommandFunction extends Function, CommandSet {

    /** Registers the command under the name in its only description. */
    static ServiceRegistration<?> register(BundleContext context, CommandFunction command) {
        CommandSpec spec = command.commands().get(0);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, spec.scope());
        properties.put(CommandProcessor.COMMAND_FUNCTION, spec.function());
        return context.registerService(new String[] {CommandSet.class.getName(), Function.class.getName()}, command,
            properties);
    }
}
