package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import javax.inject.Inject;
import javax.tools.ToolProvider;

import org.apache.felix.service.command.CommandProcessor;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Somebody's variants that throw or keep hidden state are broken; the platform and its machines live on. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BrokenVariantIT {
    private static final String BODY = """
        package example.broken;

        public final class NAME implements org.dmalab.api.service.Iommu {
            @Override
            public long attach(org.dmalab.api.cpu.Cpu cpu, long device, long domain) {
                ATTACH
            }

            @Override
            public long map(org.dmalab.api.cpu.Cpu cpu, long domain, long busAddress, long physicalAddress,
                    long sizeBytes, org.dmalab.api.service.Direction direction) {
                return busAddress;
            }

            @Override
            public long unmap(org.dmalab.api.cpu.Cpu cpu, long domain, long busAddress, long sizeBytes,
                    org.dmalab.api.service.Direction direction) {
                return 0;
            }
        }
        """;
    private static final Map<String, String> SOURCES = new TreeMap<>(Map.of(
        "Throws", BODY.replace("ATTACH", "throw new IllegalStateException(\"not written yet\");"),
        "Overflows", BODY.replace("ATTACH", "return attach(cpu, device, domain);"),
        "Fails", BODY.replace("ATTACH", "throw new Error(\"no more\");"),
        "Spins", BODY.replace("ATTACH", "while (domain != -1) { device++; } return device;"),
        "Remembers", BODY.replace("ATTACH", "return seen++ & 0;").replace("Iommu {", "Iommu { private long seen;"),
        "Hides", BODY.replace("ATTACH", "cpu.delay(1000L * Elsewhere.seen++); return 0;"),
        "Elsewhere", "package example.broken; final class Elsewhere { static long seen; }"));

    @Inject
    private BundleContext context;

    @Inject
    private CommandProcessor processor;

    private Shell shell;
    private Bundle broken;

    @Configuration
    public static Option[] configuration() throws Exception {
        writeBundle();
        return new Option[] {Platform.options()};
    }

    private static Path folder() {
        return Platform.root().resolve("itests/target/broken");
    }

    /** Compiles the classes against the api as shipped and packs them with the descriptions of their components. */
    private static void writeBundle() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none", "-cp", api().toString(), "-d",
            Files.createDirectories(folder().resolve("classes")).toString()));
        for (Map.Entry<String, String> source : SOURCES.entrySet()) {
            Path file = folder().resolve(source.getKey() + ".java");
            arguments.add(Files.writeString(file, source.getValue().replace("NAME", source.getKey())).toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "broken");
        headers.putValue("Bundle-Version", "1.0.0");
        headers.putValue("Import-Package", "org.dmalab.api.cpu,org.dmalab.api.service");
        headers.putValue("Service-Component", "OSGI-INF/*.xml");
        try (OutputStream out = Files.newOutputStream(folder().resolve("broken.jar"));
            JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (String name : SOURCES.keySet()) {
                jar.putNextEntry(new JarEntry("example/broken/" + name + ".class"));
                Files.copy(folder().resolve("classes/example/broken/" + name + ".class"), jar);
                if (!name.equals("Elsewhere")) {
                    jar.putNextEntry(new JarEntry("OSGI-INF/" + name + ".xml"));
                    jar.write(component(name).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static Path api() {
        try (Stream<Path> jars = Files.list(Platform.root().resolve("dist/target/classes/bundles"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("org.dmalab.api-")).findFirst()
                .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String component(String name) {
        return "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='example.broken." + name + "'>"
            + "<property name='dmalab.arch' value='vtd'/><property name='dmalab.patch' value='" + name.toLowerCase()
            + "'/><property name='dmalab.origin' value='local'/>"
            + "<service><provide interface='org.dmalab.api.service.Iommu'/></service>"
            + "<implementation class='example.broken." + name + "'/></scr:component>";
    }

    @Before
    public void dropIn() throws Exception {
        shell = new Shell(processor);
        try (InputStream in = Files.newInputStream(folder().resolve("broken.jar"))) {
            broken = context.installBundle("broken", in);
        }
        broken.start();
    }

    @After
    public void takeAway() throws Exception {
        broken.uninstall();
    }

    @Test
    public void theirCellsAreBrokenAndTheOthersAreRun() throws Exception {
        String text = shell.type("scenario:compare vtd/kdump-stale-context --patch throws,overflows,remembers,hides,"
            + "flush-old-did");
        assertTrue(text, text.matches("(?s).*\nvtd/kdump-stale-context +broken +broken +broken +broken +pass\n.*"));
        assertTrue(text, text.contains("java.lang.IllegalStateException: not written yet (example.broken.Throws:"));
        assertTrue(text, text.contains("java.lang.StackOverflowError"));
        assertTrue(text, text.contains("class example.broken.Remembers can keep state in field seen"));
        assertTrue(text, text.contains("class example.broken.Elsewhere can keep state in field seen"));
    }

    @Test
    public void aNamedMachineGoesOnWithAnotherVariant() throws Exception {
        shell.type("machine:create lives vtd --patch clear-then-flush");
        shell.type("machine:mark lives before");
        for (String patch : new String[] {"throws", "overflows", "fails", "spins"}) {
            shell.type("patch:use lives " + patch);
            String outcome = shell.type("device:attach lives --device 00:05.0");
            assertTrue(outcome, outcome.contains("broken: java.lang.")
                || outcome.contains("broken: no call on the Cpu in 100000000 turns"));
            shell.type("machine:back lives 1"); // what it had begun
        }
        shell.type("patch:use lives clear-then-flush");
        assertEquals("nothing has changed\n", shell.type("machine:diff lives before"));
        assertTrue(shell.type("device:attach lives --device 00:05.0").endsWith("device=00:05.0 = 0\n"));
        shell.type("machine:destroy lives");
    }
}
