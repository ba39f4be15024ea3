package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** After the framework has stopped no thread of the platform is left. */
public class ShutdownIT {

    private static final int MANY_LOOKS = 12_000;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void noThreadIsLeft() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Framework framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(Map.of(
            "org.osgi.framework.storage", folder.newFolder().getPath(),
            "felix.fileinstall.dir", folder.newFolder().getPath(), "felix.fileinstall.log.level", "1",
            "felix.resolver.parallelism", "1",
            "org.osgi.framework.system.packages.extra", "javax.xml.bind," + Stream.of("", ".event", ".helpers", ".spi")
                .map(name -> "org.slf4j" + name + ";version=2.0.20").collect(Collectors.joining(","))));
        framework.start();
        List<Bundle> bundles = new ArrayList<>();
        try (Stream<Path> jars = Files.list(Platform.root().resolve("dist/target/classes/bundles"))) {
            for (Path jar : jars.sorted().toList()) {
                bundles.add(framework.getBundleContext().installBundle(jar.toUri().toString()));
            }
        }
        for (Bundle bundle : bundles) {
            if (!bundle.getSymbolicName().equals("org.apache.felix.gogo.jline")) {
                bundle.start();
            }
        }
        assertTrue(bundles.stream().filter(bundle -> bundle.getSymbolicName().startsWith("org.dmalab."))
            .allMatch(bundle -> bundle.getState() == Bundle.ACTIVE));
        framework.stop();
        framework.waitForStop(0);
        Set<String> left = new TreeSet<>();
        for (int looks = 0; looks < MANY_LOOKS; looks++) {
            left.clear();
            Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName).forEach(left::add);
            if (left.isEmpty()) {
                break;
            }
            Thread.sleep(50);
        }
        assertEquals(Set.of(), left);
    }
}
