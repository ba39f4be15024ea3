package org.dmalab.shell.scenario;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.Origin;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.UsualPatch;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.explore.Patches;
import org.dmalab.lab.guard.UnusableVariant;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.dmalab.lab.scenario.ScenarioReader;
import org.dmalab.shell.command.Arguments;

/**
 * What the commands of this package work with: scenarios by name, file or pattern, and the patches that are meant.
 * Everything that can be wrong with names is found here, before anything is run.
 */
final class Workbench {
    private final Catalog catalog;

    Workbench(Catalog catalog) {
        this.catalog = catalog;
    }

    Catalog catalog() {
        return catalog;
    }

    /** The library; its folder need not exist as long as only files are asked for. */
    ScenarioLibrary library() {
        return new ScenarioLibrary(ScenarioHome.find().orElse(Path.of(ScenarioHome.FOLDER)),
                new ScenarioReader(catalog));
    }

    /** One scenario with one selection of patches. */
    record Cell(Scenario scenario, Selection selection) {
        @Override
        public String toString() {
            return scenario.name() + " with " + selection.name();
        }
    }

    /** The scenarios that names, files and patterns stand for, each once. */
    List<Scenario> scenarios(List<String> words) {
        if (words.stream().anyMatch(word -> !isFileName(word))) {
            ScenarioHome.require();
        }
        Map<Path, Scenario> byFile = new LinkedHashMap<>();
        library().find(words).forEach(scenario -> byFile.putIfAbsent(realPath(scenario.file()), scenario));
        return List.copyOf(byFile.values());
    }

    /** The scenario that a token names. */
    Scenario scenarioOf(String name) {
        if (!isFileName(name)) {
            ScenarioHome.require();
        } else if (!new File(name).exists()) {
            throw new InputException("the token is of scenario file " + name + ", which is not in this folder; go "
                    + "where it is, or begin the token with the file's path from here");
        }
        return library().get(name);
    }

    static boolean isFileName(String word) {
        return word.endsWith(".yaml") || word.endsWith(".yml");
    }

    private static Path realPath(String file) {
        try {
            return Path.of(file).toRealPath();
        } catch (IOException e) {
            return Path.of(file);
        }
    }

    /** The options of a run that are given; the names are checked when a cell is. */
    static RunOptions options(Arguments args, long seed) {
        return new RunOptions(given(args, "--profile"), given(args, "--preset"), given(args, "--backend"), seed);
    }

    private static String given(Arguments args, String option) {
        return args.spec().option(option).isEmpty() ? null : args.option(option).orElse(null);
    }

    /** The cells of several scenarios: the patches of {@code --patch}, {@code --all} and {@code --mutants}. */
    List<Cell> cells(List<Scenario> scenarios, Arguments args, RunOptions options) {
        List<String> asked = args.option("--patch").map(Workbench::split).orElse(List.of());
        boolean all = args.has("--all") || asked.isEmpty();
        List<String> archs = scenarios.stream().map(Scenario::arch).distinct().toList();
        requireSomewhere(asked, archs);
        List<Cell> cells = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            Set<Selection> selections = new LinkedHashSet<>();
            asked.forEach(one -> selections.addAll(expand(one, scenario.arch())));
            selections.addAll(Selection.all(catalog, scenario.arch(), all, args.has("--mutants")));
            if (selections.isEmpty()) {
                throw new InputException(asked.isEmpty() ? "there is no patch of " + scenario.arch()
                        + "; is its bundle started?"
                        : scenario.name() + ": none of " + String.join(", ", asked) + " is a patch of "
                        + scenario.arch() + "; there is: " + String.join(", ", ids(scenario.arch())));
            }
            selections.forEach(selection -> cells.add(cell(scenario, selection, options)));
        }
        return cells;
    }

    /**
     * The cells with the patches that {@code --swap} exchanges for theirs; as they are if it is not given. Of a pattern
     * those that keep kernel state in the same way are meant, and not the patch itself.
     */
    List<Search> searches(List<Cell> cells, Arguments args, RunOptions options) {
        List<String> asked = args.option("--swap").map(Workbench::split).orElse(List.of());
        requireSomewhere(asked, cells.stream().map(cell -> cell.scenario().arch()).distinct().toList());
        List<Search> searches = new ArrayList<>();
        for (Cell cell : cells) {
            if (asked.isEmpty()) {
                searches.add(new Search(cell.scenario(), Patches.of(cell.selection())));
            }
            for (String one : asked) {
                for (Selection then : expand(one, cell.scenario().arch())) {
                    Patches patches = new Patches(cell.selection(), then);
                    boolean meant = !then.equals(cell.selection())
                            && (one.indexOf('*') < 0 || patches.sameLayout(catalog, cell.scenario().arch()));
                    if (meant) {
                        searches.add(search(cell.scenario(), patches, options));
                    }
                }
            }
        }
        if (searches.isEmpty()) {
            throw new InputException("--swap: " + String.join(", ", asked) + " leaves nothing to exchange: the "
                    + "patch itself does not count, nor, of a pattern, those that keep kernel state in another way");
        }
        return searches;
    }

    /** A scenario with what is to be explored in it. */
    record Search(Scenario scenario, Patches patches) {
        @Override
        public String toString() {
            return scenario.name() + " with " + patches.name();
        }
    }

    /** One search, checked as a cell is. */
    Search search(Scenario scenario, Patches patches, RunOptions options) {
        cell(scenario, patches.first(), options);
        if (patches.then() != null) {
            cell(scenario, patches.then(), options);
            patches.requireSameLayout(catalog, scenario.arch());
        }
        return new Search(scenario, patches);
    }

    /**
     * One cell, checked: machine, variants, and that there is a variant for everything. One whose object cannot be made
     * is broken when it is run, which costs this cell only.
     */
    Cell cell(Scenario scenario, Selection selection, RunOptions options) {
        selection.check(catalog, scenario.arch());
        try {
            catalog.borrow(spec(scenario, options), selection).close();
        } catch (UnusableVariant e) {
            // The run says so.
        }
        return new Cell(scenario, selection);
    }

    /**
     * Tells cells apart that must not run beside each other: those with a variant that is not of the kernel's history,
     * and so may keep state without being found out by the tests of this project.
     *
     * @param scenario of a cell
     * @param selections of a cell
     * @param <C> a cell
     */
    <C> Function<C, String> outsiders(Function<C, Scenario> scenario, Function<C, List<Selection>> selections) {
        Map<String, Set<String>> outsiders = new HashMap<>();
        return cell -> {
            String arch = scenario.apply(cell).arch();
            Set<String> ids = outsiders.computeIfAbsent(arch, this::outsiders);
            return selections.apply(cell).stream().flatMap(one -> one.ids().stream()).filter(ids::contains).sorted()
                    .findFirst().map(id -> arch + "/" + id).orElse(null);
        };
    }

    private Set<String> outsiders(String arch) {
        return catalog.variants(arch).stream()
                .filter(info -> !info.mainlineOrProposed() && !info.origin().equals(Origin.MUTANT.word()))
                .map(VariantInfo::id).collect(Collectors.toSet());
    }

    /** Runs cells as they are, so many at once. */
    CellRuns<RunResult> runAll(List<Cell> cells, int jobs, RunOptions options) {
        return CellRuns.run(cells, jobs, plainRun(options),
                outsiders(Cell::scenario, cell -> List.of(cell.selection())));
    }

    /** A plain run of a cell. */
    CellRuns.Task<Cell, RunResult> plainRun(RunOptions options) {
        Runner runner = new Runner(catalog);
        return CellRuns.Task.of(cell -> runner.run(cell.scenario(), cell.selection(), options),
                (cell, reason) -> runner.broken(cell.scenario(), cell.selection(), options, reason));
    }

    private MachineSpec spec(Scenario scenario, RunOptions options) {
        return MachineSpecs.resolve(catalog.architecture(scenario.arch()),
                options.preset() == null ? scenario.preset() : options.preset(),
                options.profile() == null ? scenario.profile() : options.profile(), options.backend(),
                scenario.parameters(), scenario.files());
    }

    /** The patch that is meant where none is named. */
    Selection usualPatch(Scenario scenario, RunOptions options) {
        return UsualPatch.of(catalog, spec(scenario, options));
    }

    /** Parts of {@code --patch}: ids and patterns one by one, or one combination as a whole. */
    private static List<String> split(String text) {
        return text.indexOf('=') >= 0 ? List.of(text) : Stream.of(text.split(",", -1)).map(String::trim).toList();
    }

    private List<Selection> expand(String one, String arch) {
        if (one.indexOf('*') >= 0) {
            return ids(arch).stream().filter(glob(one).asMatchPredicate()).map(Selection::of).toList();
        }
        Selection selection = Selection.parse(one);
        return ids(arch).containsAll(selection.ids()) ? List.of(selection) : List.of();
    }

    private void requireSomewhere(List<String> asked, List<String> archs) {
        asked.forEach(one -> requireSomewhere(one, archs));
    }

    private void requireSomewhere(String one, List<String> archs) {
        if (archs.stream().anyMatch(arch -> !expand(one, arch).isEmpty())) {
            return;
        }
        Set<String> known = new TreeSet<>();
        archs.forEach(arch -> known.addAll(ids(arch)));
        List<String> ids = one.indexOf('*') >= 0 ? List.of(one) : Selection.parse(one).ids();
        String all = String.join(", ", archs);
        throw new InputException(ids.stream().filter(id -> !known.contains(id)).findFirst()
                .map(id -> Names.unknown("patch of " + all, id, known))
                .orElse("none of " + all + " has all the patches of " + one));
    }

    private List<String> ids(String arch) {
        return catalog.variants(arch).stream().map(VariantInfo::id).toList();
    }

    /** In a pattern {@code *} stands for any characters. */
    static Pattern glob(String pattern) {
        return Pattern.compile(Stream.of(pattern.split("\\*", -1)).map(Pattern::quote)
                .collect(Collectors.joining(".*")), Pattern.DOTALL);
    }
}
