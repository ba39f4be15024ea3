package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Json;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Suggestions;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The commands {@code bundle:*}: the second way to take variants away and bring them back. */
@Component(service = {CommandSet.class, ArgumentCompleter.class, BundleCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=bundle", CommandProcessor.COMMAND_FUNCTION + "=list",
    CommandProcessor.COMMAND_FUNCTION + "=start", CommandProcessor.COMMAND_FUNCTION + "=stop"})
public final class BundleCommands implements CommandSet, ArgumentCompleter {
    private static final String NAME = "its symbolic name, such as org.dmalab.vtd";
    private static final CommandSpec LIST = CommandSpec.command("bundle", "list", "Lists the bundles and their states.")
            .build();
    private static final CommandSpec START = CommandSpec.command("bundle", "start", "Starts a bundle.")
            .required("NAME", NAME).build();
    private static final CommandSpec STOP = CommandSpec.command("bundle", "stop",
            "Stops a bundle when the last call has left its variants.").required("NAME", NAME).build();

    private final BundleContext context;

    /** Wired by Declarative Services. */
    @Activate
    public BundleCommands(BundleContext context) {
        this.context = context;
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(LIST, START, STOP);
    }

    /** The command {@code bundle:list}. */
    public Object list(CommandSession session, String... words) {
        Arguments args = Arguments.parse(LIST, words);
        try (Output output = Output.open(session, args)) {
            List<Map<String, Object>> document = new ArrayList<>();
            bundles().forEach((name, bundle) -> {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("bundle", name);
                one.put("version", bundle.getVersion().toString());
                one.put("state", state(bundle));
                document.add(one);
                if (output.text()) {
                    output.stream().printf("%-44s %-14s %s%n", name, bundle.getVersion(), state(bundle));
                }
            });
            if (!output.text()) {
                output.stream().println(Json.write(document));
            }
        }
        return null;
    }

    /** The command {@code bundle:start}. */
    public Object start(CommandSession session, String... words) throws BundleException {
        return change(session, START, words, Bundle::start);
    }

    /** The command {@code bundle:stop}. */
    public Object stop(CommandSession session, String... words) throws BundleException {
        return change(session, STOP, words, Bundle::stop);
    }

    private interface Change {
        void on(Bundle bundle) throws BundleException;
    }

    private Object change(CommandSession session, CommandSpec spec, String[] words, Change change)
            throws BundleException {
        Arguments args = Arguments.parse(spec, words);
        String name = args.get("NAME");
        Bundle bundle = bundles().get(name);
        if (bundle == null) {
            throw args.wrong("there is no bundle " + name + Suggestions.hint(name, bundles().keySet()));
        }
        if (bundle.equals(context.getBundle()) && spec == STOP) {
            throw args.wrong("this shell is in " + name + "; leave it with exit");
        }
        change.on(bundle);
        try (Output output = Output.open(session, args)) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("bundle", name);
            facts.put("state", state(bundle));
            output.stream().println(output.text() ? name + ": " + state(bundle) : Json.write(facts));
        }
        return null;
    }

    private Map<String, Bundle> bundles() {
        Map<String, Bundle> bundles = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            bundles.put(bundle.getSymbolicName(), bundle);
        }
        return bundles;
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "active";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            case Bundle.RESOLVED -> "resolved";
            default -> "installed";
        };
    }

    @Override
    public List<String> candidates(String command, List<String> words, int wordIndex) {
        boolean takesBundle = command.equals("bundle:start") || command.equals("bundle:stop");
        return takesBundle && wordIndex == 0 ? List.copyOf(bundles().keySet()) : List.of();
    }
}
