package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Preset;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** All bundles start together, and their commands can be called. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class PlatformIT {

    @Inject
    private BundleContext context;

    @Inject
    private CommandProcessor processor;

    @Configuration
    public static Option[] configuration() {
        return new Option[] {Platform.options()};
    }

    @Test
    public void allBundlesOfOursAreActive() {
        int ours = 0;
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName().startsWith("org.dmalab.")) {
                assertEquals(bundle.getSymbolicName(), Bundle.ACTIVE, bundle.getState());
                ours++;
            }
        }
        assertEquals(7, ours);
    }

    /** Of the shipped variants each has an id of its own, an origin, a day if it is no mutant, and a line of words. */
    @Test
    public void everyVariantSaysWhatItIs() throws InvalidSyntaxException {
        List<String> wrong = new ArrayList<>();
        Map<String, Object> components = new TreeMap<>();
        for (ServiceKind kind : ServiceKind.values()) {
            for (ServiceReference<?> each : context.getServiceReferences(kind.type(), null)) {
                String key = each.getProperty(Variant.ARCH) + "/" + each.getProperty(Variant.ID);
                Object component = each.getProperty("component.name");
                if (!component.equals(components.getOrDefault(key, component))) {
                    wrong.add(key + " is " + component + " and " + components.get(key));
                }
                components.put(key, component);
                whatIsWrong(each).forEach(problem -> wrong.add(component + ": " + problem));
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(components.size() + " variants", components.size() > 40);
    }

    private static List<String> whatIsWrong(ServiceReference<?> variant) {
        Map<String, String> patterns = Map.of(Variant.ARCH, "pseries|vtd|mips", Variant.ID, "[a-z0-9][a-z0-9._-]*",
            Variant.ORIGIN, Arrays.stream(Origin.values()).map(Origin::name).collect(Collectors.joining("|")),
            Variant.DESCRIPTION, "\\S.{10,}\\S", Variant.DATE, "|\\d{4}-\\d\\d-\\d\\d");
        List<String> wrong = new ArrayList<>();
        patterns.forEach((key, pattern) -> {
            if (!(variant.getProperty(key) instanceof String value) || !value.matches(pattern)) {
                wrong.add(key + " is " + variant.getProperty(key));
            }
        });
        if (wrong.isEmpty()) {
            String date = (String) variant.getProperty(Variant.DATE);
            boolean mutant = variant.getProperty(Variant.ORIGIN).equals(Origin.MUTANT.name());
            if (!mutant && LocalDate.parse(date).isBefore(LocalDate.of(1991, 8, 25))) {
                wrong.add(date + " is before there was a kernel");
            }
        }
        return wrong;
    }

    @Test
    public void thePagesNameEveryActionOraclePresetAndProfile() throws Exception {
        Stream<String> ofScenarios = Stream.concat(services(Action.class).map(Action::name),
            services(Oracle.class).map(Oracle::name));
        Stream<String> ofModels = services(Architecture.class)
            .flatMap(architecture -> Stream.concat(architecture.presets().stream(), architecture.profiles().stream()))
            .map(Preset::name);
        assertEquals(List.of(), notNamed("docs/scenarios.md", ofScenarios));
        assertEquals(List.of(), notNamed("docs/models.md", ofModels));
    }

    private <S> Stream<S> services(Class<S> type) throws InvalidSyntaxException {
        return context.getServiceReferences(type, null).stream().map(context::getService);
    }

    private static List<String> notNamed(String page, Stream<String> names) throws IOException {
        String text = Files.readString(Platform.root().resolve(page));
        return names.filter(name -> !text.contains("`" + name + "`")).sorted().toList();
    }

    @Test
    public void helpListsTheCommands() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            session.execute("dmalab:help");
        }
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text, text.contains("version"));
        assertTrue(text, text.contains("felix:lb"));
    }
}
