package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Architecture;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.report.JsonReport;
import org.dmalab.lab.report.PatchDiff;
import org.dmalab.lab.report.PatchText;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.CommandSet;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.scenario.Workbench.Cell;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about patches that change no machine: {@code patch:list}, {@code patch:show} and {@code patch:diff}. */
@Component(service = {CommandSet.class, PatchCommands.class}, property = {
    CommandProcessor.COMMAND_SCOPE + "=patch",
    CommandProcessor.COMMAND_FUNCTION + "=list",
    CommandProcessor.COMMAND_FUNCTION + "=show",
    CommandProcessor.COMMAND_FUNCTION + "=diff"})
public final class PatchCommands implements CommandSet {
    private static final CommandSpec LIST = CommandSpec.command("patch", "list",
            "Lists the patches, in the order of the kernel's history.")
            .optional("ARCH", "only those of this architecture").build();
    private static final CommandSpec SHOW = CommandSpec.command("patch", "show",
            "Tells what a patch is: commit, services, the C functions that it replaces, the order of its steps, known"
                    + " defects.")
            .repeated("ID", "a patch, or ids with * for any characters", true).build();
    private static final CommandSpec DIFF = CommandSpec.command("patch", "diff",
            "Runs a scenario with two patches and shows where their timelines part, and what follows.")
            .required("A", "a patch, or SERVICE=ID,SERVICE=ID")
            .required("B", "the other one")
            .required("NAME", "a scenario or a file")
            .option("--profile", "PROFILE", Commands.PROFILE_HELP).build();

    private final Catalog catalog;
    private final Workbench bench;

    /** Wired by Declarative Services. */
    @Activate
    public PatchCommands(@Reference Catalog catalog) {
        this.catalog = catalog;
        this.bench = new Workbench(catalog);
    }

    @Override
    public List<CommandSpec> commands() {
        return specs();
    }

    static List<CommandSpec> specs() {
        return List.of(LIST, SHOW, DIFF);
    }

    /** The command {@code patch:list}. */
    public Object list(CommandSession session, String... words) {
        return Commands.run(LIST, words, session, args -> {
            List<VariantInfo> variants = new ArrayList<>();
            archs(args.find("ARCH").orElse("*")).forEach(arch -> variants.addAll(catalog.variants(arch)));
            Commands.write(session, args, Commands.format(args).equals("text") ? PatchText.list(variants)
                    : JsonReport.patches(variants));
            return null;
        });
    }

    private List<String> archs(String nameOrPattern) {
        List<String> known = catalog.architectures().stream().map(Architecture::name).toList();
        List<String> archs = known.stream().filter(Workbench.glob(nameOrPattern).asMatchPredicate()).toList();
        if (archs.isEmpty() && !nameOrPattern.equals("*")) {
            throw new InputException(Names.unknown("architecture", nameOrPattern, known));
        }
        return archs;
    }

    /** The command {@code patch:show}. */
    public Object show(CommandSession session, String... words) {
        return Commands.run(SHOW, words, session, args -> {
            List<VariantInfo> variants = new ArrayList<>();
            for (String word : args.all("ID")) {
                matching(word).stream().filter(Predicate.not(variants::contains)).forEach(variants::add);
            }
            Commands.write(session, args, Commands.format(args).equals("text")
                    ? String.join("\n", variants.stream().map(one -> PatchText.show(one, functions(one)))
                    .toList())
                    : JsonReport.document(variants.stream().map(one -> PatchText.json(one, functions(one)))
                            .toList()));
            return null;
        });
    }

    private List<String> functions(VariantInfo variant) {
        return catalog.functions(variant.arch(), variant.id());
    }

    private List<VariantInfo> matching(String idOrPattern) {
        List<VariantInfo> all = archs("*").stream().flatMap(arch -> catalog.variants(arch).stream()).toList();
        Predicate<String> pattern = Workbench.glob(idOrPattern).asMatchPredicate();
        List<VariantInfo> found = all.stream().filter(one -> pattern.test(one.id())).toList();
        if (found.isEmpty()) {
            throw new InputException(Names.unknown("patch", idOrPattern, all.stream().map(VariantInfo::id).toList()));
        }
        return found;
    }

    /** The command {@code patch:diff}. */
    public Object diff(CommandSession session, String... words) {
        return Commands.run(DIFF, words, session, args -> {
            RunOptions options = Workbench.options(args, 0);
            List<Scenario> scenarios = bench.scenarios(List.of(args.get("NAME")));
            if (scenarios.size() != 1) {
                throw args.wrong("argument NAME stands for " + scenarios.size() + " scenarios, expected one");
            }
            List<Cell> cells = List.of(bench.cell(scenarios.get(0), Selection.parse(args.get("A")), options),
                    bench.cell(scenarios.get(0), Selection.parse(args.get("B")), options));
            CellRuns<RunResult> runs = CellRuns.run(cells, bench.plainRun(options));
            if (runs.results().size() == cells.size()) {
                RunResult first = runs.results().get(0);
                RunResult second = runs.results().get(1);
                Commands.write(session, args, Commands.format(args).equals("text") ? PatchDiff.text(first, second)
                        : JsonReport.document(PatchText.diff(first, second)));
            }
            return runs.exitCode(RunResult::verdict, false);
        });
    }
}
