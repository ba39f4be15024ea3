package org.dmalab.itests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/** Somebody's bundle of variants of {@code Iommu} for vtd: compiled against the api as shipped, and packed. */
final class VariantBundle {
    private static final String CLASS = """
        package example.hostile;

        import org.dmalab.api.cpu.Cpu;
        import org.dmalab.api.service.Direction;

        public final class NAME implements org.dmalab.api.service.Iommu {
            MEMBERS

            @Override
            public long attach(Cpu cpu, long device, long domain) {
                ATTACH
            }

            @Override
            public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
                    Direction direction) {
                return busAddress;
            }

            @Override
            public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
                return 0;
            }
        }
        """;

    private final String name;
    private final Map<String, String> sources = new TreeMap<>();
    private final Map<String, String> components = new TreeMap<>();
    private String imports = "org.dmalab.api.cpu,org.dmalab.api.kernel,org.dmalab.api.service";
    private final Map<String, String> headers = new TreeMap<>();

    VariantBundle(String name) {
        this.name = name;
    }

    /** A variant whose id is its class's name in lower case, with what it does when it attaches a device. */
    VariantBundle variant(String type, String attach) {
        return variant(type, "", attach);
    }

    /** A variant with more members. */
    VariantBundle variant(String type, String members, String attach) {
        components.put(type, component(type));
        return source(type, CLASS.replace("MEMBERS", members).replace("ATTACH", attach).replace("NAME", type));
    }

    /** A class that is no component. */
    VariantBundle source(String type, String text) {
        sources.put(type, text);
        return this;
    }

    /** Another component description than the usual one. */
    VariantBundle description(String type, String xml) {
        components.put(type, xml);
        return this;
    }

    /** Without component descriptions. */
    VariantBundle undeclared() {
        components.clear();
        return this;
    }

    VariantBundle imports(String more) {
        imports += "," + more;
        return this;
    }

    VariantBundle header(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /** Writes {@code NAME.jar} into a folder. */
    Path write(Path folder) throws IOException {
        Path work = Files.createTempDirectory(Files.createDirectories(folder).getParent(), "sources-of-" + name);
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none", "-nowarn", "-cp",
            String.join(System.getProperty("path.separator"), classPath()), "-d",
            Files.createDirectories(work.resolve("classes")).toString()));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            arguments.add(Files.writeString(work.resolve(source.getKey() + ".java"), source.getValue()).toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        Path file = Files.createDirectories(folder).resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest());
            Stream<Path> classes = Files.walk(work.resolve("classes"))) {
            for (Path path : classes.filter(Files::isRegularFile).sorted().toList()) {
                jar.putNextEntry(new JarEntry(work.resolve("classes").relativize(path).toString()));
                Files.copy(path, jar);
            }
            for (Map.Entry<String, String> component : components.entrySet()) {
                jar.putNextEntry(new JarEntry("OSGI-INF/" + component.getKey() + ".xml"));
                jar.write(component.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Import-Package", imports);
        if (!components.isEmpty()) {
            main.putValue("Service-Component", "OSGI-INF/*.xml");
        }
        headers.forEach(main::putValue);
        return manifest;
    }

    private static Collection<String> classPath() {
        try (Stream<Path> jars = Files.list(Platform.root().resolve("dist/target/classes/bundles"))) {
            return Stream.concat(jars.map(Path::toString), Stream.of(org.osgi.framework.Bundle.class
                .getProtectionDomain().getCodeSource().getLocation().getPath())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String component(String type) {
        return "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='example.hostile." + type + "'>"
            + "<property name='dmalab.arch' value='vtd'/><property name='dmalab.patch' value='"
            + type.toLowerCase(Locale.ROOT) + "'/><property name='dmalab.origin' value='local'/>"
            + "<service><provide interface='org.dmalab.api.service.Iommu'/></service>"
            + "<implementation class='example.hostile." + type + "'/></scr:component>";
    }
}
