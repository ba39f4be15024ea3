package org.dmalab.itests;

import static org.ops4j.pax.exam.CoreOptions.bootClasspathLibrary;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleServiceProvider;

/** The bundles as shipped: exactly those that the runnable jar contains, from the folder it is packed from. */
final class Platform {

    private static final String DROP = "dmalab.drop";
    private static final String DORMANT = "org.apache.felix.gogo.jline-";

    private Platform() { }

    /** The checkout; inside the container only the platform's own property is there. */
    static Path root() {
        return Path.of(System.getProperty("dmalab.root", System.getProperty("dmalab.home"))).toAbsolutePath()
                .normalize();
    }

    static Path runnableJar() {
        return root().resolve("dist/target/dmalab.jar");
    }

    /** The folder that the platform under test watches for bundles; each process of tests has its own. */
    static Path dropFolder() {
        return Path.of(System.getProperty(DROP)).toAbsolutePath();
    }

    /** The options of a container with the whole platform. */
    static Option options() {
        try (Stream<Path> jars = Files.list(root().resolve("dist/target/classes/bundles"))) {
            List<Path> sorted = jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList();
            return composite(
                // As in the runnable jar, SLF4J is on the framework's class path; Pax Exam itself asks for 1.7.
                bootClasspathLibrary(locationOf(Logger.class)),
                bootClasspathLibrary(locationOf(SimpleServiceProvider.class)),
                systemPackages(slf4j("2.0.0")),
                systemPackages(slf4j("1.7.36")),
                systemPackages("javax.xml.bind"),
                systemProperty(DROP).value(dropFolder().toString()),
                systemProperty("dmalab.home").value(root().toString()),
                frameworkProperty("felix.fileinstall.dir").value(dropFolder().toString()),
                frameworkProperty("felix.cm.pm").value("memory"),
                frameworkProperty("felix.fileinstall.poll").value("200"),
                frameworkProperty("felix.fileinstall.noInitialDelay").value("true"),
                frameworkProperty("felix.fileinstall.enableConfigSave").value("false"),
                frameworkProperty("felix.fileinstall.log.level").value("1"),
                frameworkProperty("ds.loglevel").value("0"),
                systemProperty("org.slf4j.simpleLogger.defaultLogLevel").value("warn"),
                composite(sorted.stream().map(Platform::provision).toArray(Option[]::new)),
                junitBundles());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] slf4j(String version) {
        return Stream.of("", ".event", ".helpers", ".spi").map(p -> "org.slf4j" + p + ";version=" + version)
            .toArray(String[]::new);
    }

    private static String locationOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().toString();
    }

    private static Option provision(Path jar) {
        UrlProvisionOption option = bundle(jar.toUri().toString());
        return jar.getFileName().toString().startsWith(DORMANT) ? option.noStart() : option;
    }
}
