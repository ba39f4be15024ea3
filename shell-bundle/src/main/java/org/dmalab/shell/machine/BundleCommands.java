package org.dmalab.shell.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.lab.report.Json;
import org.dmalab.shell.command.ArgumentCompleter;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.command.Slot;
import org.dmalab.shell.command.Suggestions;
import org.dmalab.shell.drop.DroppedBundles;
import org.dmalab.shell.drop.MissingImports;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

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
    private final MachineRegistry registry;
    private final DroppedBundles dropped;

    /** Wired by Declarative Services. */
    @Activate
    public BundleCommands(BundleContext context, @Reference MachineRegistry registry,
            @Reference DroppedBundles dropped) {
        this.dropped = dropped;
        this.context = context;
        this.registry = registry;
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
            dropped.problems().forEach(problem -> output.remarks().println("warning: " + problem));
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
        if (spec == STOP && carrying().contains(bundle)) {
            throw args.wrong("this shell and the named machines need " + name + "; leave the shell with exit. Bundles"
                    + " that can be stopped are those of architectures and of your own");
        }
        try {
            change.on(bundle);
        } catch (BundleException e) {
            String missing = MissingImports.of(bundle, context);
            if (missing != null) {
                throw args.wrong("bundle " + name + " " + missing);
            }
            throw e;
        }
        try (Output output = Output.open(session, args)) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("bundle", name);
            facts.put("state", state(bundle));
            output.stream().println(output.text() ? name + ": " + state(bundle) : Json.write(facts));
            for (NamedMachine machine : registry.all()) {
                if (machine.host().missing() != null) {
                    output.remarks().println(machine.host().missing());
                }
            }
        }
        return null;
    }

    /** The bundle of this class and all that it is wired to: with any of them the named machines would go. */
    private Set<Bundle> carrying() {
        Set<Bundle> found = new HashSet<>(Set.of(context.getBundle(0)));
        Deque<Bundle> open = new ArrayDeque<>(List.of(context.getBundle()));
        while (!open.isEmpty()) {
            Bundle bundle = open.pop();
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            if (found.add(bundle) && wiring != null) {
                wiring.getRequiredWires(null).forEach(wire -> open.push(wire.getProvider().getBundle()));
            }
        }
        return found;
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
    public List<String> candidates(Slot slot) {
        boolean takesBundle = slot.spec() == START || slot.spec() == STOP;
        return takesBundle && slot.name().equals("NAME") ? List.copyOf(bundles().keySet()) : List.of();
    }
}
