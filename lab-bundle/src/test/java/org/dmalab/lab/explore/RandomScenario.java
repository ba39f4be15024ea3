package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Parameter;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;

/**
 * A scenario made by chance from the actions that are registered for an architecture, on the machine of a shipped one.
 * Values are as a rule such that some shipped scenario gives to that parameter, so that more comes of it than that it
 * is refused.
 */
final class RandomScenario {
    private final Random random;
    private final Architecture architecture;
    private final List<Action> actions;
    private final List<Scenario> shipped;
    /** Values by action and parameter. */
    private final Map<String, List<String>> seen = new TreeMap<>();

    RandomScenario(Catalog catalog, String arch, List<Scenario> shipped, long seed) {
        this.random = new Random(seed);
        this.architecture = catalog.architecture(arch);
        this.actions = catalog.actions(arch);
        this.shipped = shipped;
        shipped.stream().flatMap(RandomScenario::steps).forEach(step -> step.values().forEach((name, value) ->
                seen.computeIfAbsent(step.action() + ' ' + name, key -> new ArrayList<>()).add(value)));
    }

    private static Stream<Scenario.Step> steps(Scenario scenario) {
        return Stream.of(scenario.steps().stream(), scenario.concurrent().stream().flatMap(one -> one.steps().stream()),
                scenario.after().stream()).flatMap(all -> all);
    }

    Scenario make() {
        Scenario model = one(shipped);
        List<Scenario.Step> before = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            architecture.bootSteps().forEach(step -> before.add(new Scenario.Step(step.action(), step.values())));
        } else {
            before.addAll(model.steps().subList(0, random.nextInt(model.steps().size() + 1)));
        }
        before.addAll(some(3, action -> true));
        List<Scenario.Strand> strands = new ArrayList<>();
        strands.add(strand("user", 0, Level.USER, 1));
        if (random.nextBoolean()) {
            strands.add(strand("interrupt", 0, random.nextBoolean() ? Level.HARDIRQ : Level.SOFTIRQ,
                    1 + random.nextInt(2)));
        }
        if (random.nextInt(3) == 0 && processors(model) > 1) {
            strands.add(strand("other", 1, random.nextBoolean() ? Level.USER : Level.HARDIRQ, 1));
        }
        List<Scenario.Step> ofDevice = some(2, Action::byDevice);
        if (random.nextInt(3) == 0 && !ofDevice.isEmpty()) {
            strands.add(new Scenario.Strand("device", 0, Level.USER, true, 1 + random.nextInt(2), false, ofDevice));
        }
        return new Scenario(architecture.name() + "/random", "", architecture.name(), "made by chance", "", "",
                model.preset(), model.profile(), model.parameters(), model.files(), before, strands, List.of(),
                some(2, action -> true), random.nextInt(4) == 0 ? model.oracles() : List.of());
    }

    private int processors(Scenario scenario) {
        MachineSpec spec = MachineSpecs.resolve(architecture, scenario.preset(), scenario.profile(), null,
                scenario.parameters(), scenario.files());
        return architecture.create(spec, Services.fixed(new Binding(null, null, null, null))).processors().count();
    }

    private Scenario.Strand strand(String name, int processor, Level level, int times) {
        return new Scenario.Strand(name, processor, level, false, level == Level.USER ? 1 : times, false,
                some(3, Action::concurrent));
    }

    private List<Scenario.Step> some(int most, Predicate<Action> which) {
        List<Action> fitting = actions.stream().filter(which).toList();
        List<Scenario.Step> steps = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0 && !fitting.isEmpty(); i--) {
            steps.add(step(one(fitting)));
        }
        return steps;
    }

    private Scenario.Step step(Action action) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Parameter parameter : action.parameters()) {
            List<String> known = seen.getOrDefault(action.name() + ' ' + parameter.name(), List.of());
            if (parameter.otherwise() != null && random.nextBoolean()) {
                continue;
            }
            values.put(parameter.name(), !known.isEmpty() && random.nextInt(8) > 0 ? one(known) : value(parameter));
        }
        return new Scenario.Step(action.name(), values);
    }

    private String value(Parameter parameter) {
        return switch (parameter.type()) {
            case NUMBER -> Integer.toString(random.nextInt(4));
            case SIZE -> one(List.of("64", "4K", "8K", "64K"));
            case ADDRESS -> one(List.of("0x1000", "0x200000", "0x40000000"));
            case DEVICE -> one(List.of("00:00.0", "02:00.0", "00:05.0"));
            case CHOICE -> one(parameter.choices());
            case FLAG -> one(List.of("true", "false"));
            case FILE, FILE_OR_LINE -> throw new AssertionError("no action has a file");
        };
    }

    private <T> T one(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
