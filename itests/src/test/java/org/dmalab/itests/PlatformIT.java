package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Preset;
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
        assertEquals(6, ours);
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
