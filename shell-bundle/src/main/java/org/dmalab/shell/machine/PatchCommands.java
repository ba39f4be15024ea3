package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.HdrHistogram.Histogram;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.report.Json;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Output;
import org.dmalab.shell.swap.Storm;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands {@code patch:use} and {@code patch:storm}: the switch, by hand and at random. */
@Component(service = {CommandSet.class, PatchCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=patch", CommandProcessor.COMMAND_FUNCTION + "=use",
    CommandProcessor.COMMAND_FUNCTION + "=storm"})
public final class PatchCommands implements CommandSet {
    private static final CommandSpec USE = CommandSpec.command("patch", "use",
            "Exchanges the variant under a running machine.").required("MACHINE", "the machine's name")
            .repeated("ID", "the variant, or SERVICE=ID for each service", true).build();
    private static final CommandSpec STORM = CommandSpec.command("patch", "storm",
            "Exchanges variants at random while a machine is under load; nothing may fail, nothing be lost.")
            .required("MACHINE", "the machine's name")
            .option("--swaps", "N", "how many exchanges; default 1000")
            .option("--threads", "T", "machines under load, one a thread; default 1")
            .option("--patch", "ID,ID",
                    "between which; default: the variants without known defects, or all mainline and "
                    + "proposed ones if those are fewer than two")
            .option("--seed", "S", "of the random choice; default 1").build();

    private final MachineRegistry registry;

    /** Wired by Declarative Services. */
    @Activate
    public PatchCommands(@Reference MachineRegistry registry) {
        this.registry = registry;
    }

    @Override
    public List<CommandSpec> commands() {
        return List.of(USE, STORM);
    }

    /** The command {@code patch:use}. */
    public Object use(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(USE, words);
        return Input.checked(() -> {
            NamedMachine machine = registry.get(args.get("MACHINE"));
            String before = machine.patchNames();
            registry.patchSwitch().use(machine.name(), machine.spec(),
                    Selection.parse(String.join(",", args.all("ID"))));
            try (Output output = Output.open(session, args)) {
                if (output.text()) {
                    output.stream().println("machine " + machine.name() + ": " + before + " -> "
                            + machine.patchNames());
                } else {
                    Map<String, Object> facts = new LinkedHashMap<>();
                    facts.put("machine", machine.name());
                    facts.put("before", before);
                    facts.put("patches", machine.patches());
                    output.stream().println(Json.write(facts));
                }
            }
            return null;
        });
    }

    /** The command {@code patch:storm}. */
    public Object storm(CommandSession session, String... words) throws InterruptedException {
        Arguments args = Arguments.parse(STORM, words);
        return Input.checked(() -> {
            NamedMachine machine = registry.get(args.get("MACHINE"));
            int swaps = (int) args.number("--swaps", 1000, 1, 10_000_000);
            int threads = (int) args.number("--threads", 1, 1, 64);
            List<String> patches = patches(args, machine);
            try (Output output = Output.open(session, args)) {
                StormProgress progress = new StormProgress(swaps);
                String inUse = selection(machine);
                Storm.Result result;
                try {
                    result = new Storm(new StormTarget(registry, machine), patches,
                            args.number("--seed", 1, 0, Long.MAX_VALUE)).run(swaps, threads, progress);
                } finally {
                    progress.end();
                    restore(machine, inUse);
                }
                print(output, machine, patches, result);
                output.remarks().println("machine " + machine.name() + " has " + machine.patchNames()
                        + " in use again; its marks, and what could be undone, are gone");
                return exitCode(result);
            }
        });
    }

    private static String selection(NamedMachine machine) {
        if (machine.host().missing() != null) {
            throw new InputException(machine.host().missing());
        }
        List<String> services = new ArrayList<>();
        machine.patches().forEach((service, id) -> services.add(service + "=" + id));
        return String.join(",", services);
    }

    /** Also after Ctrl-C, of which the caller still gets to know. */
    private void restore(NamedMachine machine, String selection) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        registry.patchSwitch().use(machine.name(), machine.spec(), Selection.parse(selection));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> patches(Arguments args, NamedMachine machine) {
        List<VariantInfo> all = registry.catalog().variants(machine.spec().arch()).stream()
                .filter(VariantInfo::mainlineOrProposed).toList();
        if (args.has("--patch")) {
            List<Selection> chosen = Selection.parseList(args.option("--patch", ""));
            chosen.forEach(one -> one.check(registry.catalog(), machine.spec().arch()));
            if (chosen.size() < 2) {
                throw args.wrong("option --patch needs two variants or more, such as "
                        + String.join(",", all.stream().map(VariantInfo::id).limit(2).toList()));
            }
            return chosen.stream().map(Selection::text).toList();
        }
        String layout = layout(machine);
        List<VariantInfo> fitting = all.stream().filter(info -> info.layout().equals(layout)).toList();
        List<String> sound = new ArrayList<>(fitting.stream().filter(info -> info.defects().isEmpty())
                .map(VariantInfo::id).toList());
        if (sound.size() < 2) {
            sound = new ArrayList<>(fitting.stream().map(VariantInfo::id).toList());
        }
        if (sound.size() < 2) {
            throw new InputException("machine " + machine.name() + ": fewer than two variants keep kernel state as \""
                    + layout + "\"; name them with --patch ID,ID");
        }
        return sound;
    }

    private String layout(NamedMachine machine) {
        for (ServiceKind kind : ServiceKind.values()) {
            String id = machine.host().patches().get(kind);
            if (id != null) {
                return registry.catalog().variants(machine.spec().arch()).stream()
                        .filter(info -> info.id().equals(id)).map(VariantInfo::layout).findFirst().orElse("");
            }
        }
        return "";
    }

    private static void print(Output output, NamedMachine machine, List<String> patches, Storm.Result result) {
        Histogram micros = result.swapMicros();
        if (output.text()) {
            output.stream().println("machine " + machine.name() + ": " + result.swaps() + " swaps between "
                    + String.join(", ", patches) + (result.interrupted() ? " (interrupted)" : ""));
            output.stream().println(result.calls() + " calls, " + result.failed() + " failed, " + result.lost()
                    + " lost, " + result.violations() + " violations");
            result.violated().forEach(one -> output.stream().println("violation of " + one.oracle() + ": "
                    + one.message()));
            if (!result.firstFailure().isEmpty()) {
                output.stream().println("first failure: " + result.firstFailure());
            }
            output.stream().printf("swap: p50 %d us, p99 %d us, max %d us; %.1f s in all%n",
                    micros.getValueAtPercentile(50), micros.getValueAtPercentile(99), micros.getMaxValue(),
                    result.secondsTotal());
            return;
        }
        Map<String, Object> swapMicros = new LinkedHashMap<>();
        swapMicros.put("p50", micros.getValueAtPercentile(50));
        swapMicros.put("p99", micros.getValueAtPercentile(99));
        swapMicros.put("max", micros.getMaxValue());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("swaps", result.swaps());
        facts.put("calls", result.calls());
        facts.put("failed", result.failed());
        facts.put("lost", result.lost());
        facts.put("violations", result.violations());
        facts.put("secondsTotal", result.secondsTotal());
        facts.put("swapMicros", swapMicros);
        output.stream().println(Json.write(facts));
    }

    private static ExitCode exitCode(Storm.Result result) {
        boolean failed = result.failed() > 0 || result.lost() != 0 || result.violations() > 0;
        int code = failed ? CommandException.FAIL : 0;
        return new ExitCode(result.interrupted() ? CommandException.INTERRUPTED : code);
    }
}
