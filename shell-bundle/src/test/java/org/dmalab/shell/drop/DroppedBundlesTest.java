package org.dmalab.shell.drop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.dmalab.lab.catalog.PlainCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

class DroppedBundlesTest {
    @TempDir
    private Path folder;

    private final List<Bundle> bundles = new ArrayList<>();

    private DroppedBundles dropped(String dir) {
        return new DroppedBundles(proxy(BundleContext.class, Map.of("getBundles", bundles.toArray(new Bundle[0]),
                "getProperty", dir)), PlainCatalog.builder().build(), Map::of);
    }

    private static <T> T proxy(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> {
                    Object answer = answers.get(method.getName());
                    if (answer instanceof Throwable thrown) {
                        throw thrown;
                    }
                    if (answer instanceof BundleStartLevel && arguments[0] != BundleStartLevel.class) {
                        return null; // adapt
                    }
                    return answer;
                }));
    }

    private void bundle(Path jar, int state, boolean wanted, BundleException whenStarted) {
        BundleStartLevel level = proxy(BundleStartLevel.class, Map.of("isPersistentlyStarted", wanted));
        Map<String, Object> answers = new HashMap<>(Map.of("getLocation", jar.toFile().toURI().toString(),
                "getState", state, "getSymbolicName", "mine", "adapt", level,
                "getHeaders", new Hashtable<>(Map.of("Service-Component", "OSGI-INF/x.xml"))));
        answers.put("start", whenStarted);
        bundles.add(proxy(Bundle.class, answers));
    }

    private Path jar(String name, String symbolicName) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (symbolicName != null) {
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", symbolicName);
        }
        Path jar = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream zip = new JarOutputStream(out, manifest)) {
            zip.finish();
        }
        return old(jar);
    }

    private static Path old(Path file) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    }

    private List<String> problems() {
        return dropped(folder.toString()).problems().stream()
                .map(line -> line.substring(line.indexOf('/') + 1)).toList();
    }

    @Test
    void filesThatAreNoBundlesAreTold() throws IOException {
        old(Files.writeString(folder.resolve("garbage.jar"), "no jar at all"));
        old(Files.writeString(folder.resolve("notes.txt"), "not looked at"));
        jar("plain.jar", null);
        jar("second.jar", "first");
        assertEquals(List.of("garbage.jar: not a jar that can be read (zip END header not found); copy it again",
                "plain.jar: no bundle, its manifest has no Bundle-SymbolicName; build it as examples/patch-bundle is "
                + "built",
                "second.jar: not installed; is a bundle first of the same version there already? (bundle:list)"),
                problems());
    }

    /** Whoever opens a named pipe waits. */
    @Test
    void whatIsNoFileIsTold() throws Exception {
        Path pipe = folder.resolve("pipe.jar");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertEquals(List.of("pipe.jar: neither a file nor a folder; take it away"), problems());
        assertTrue(new NoFiles().canHandle(pipe.toFile()));
        assertFalse(new NoFiles().canHandle(folder.toFile()));
        assertFalse(new NoFiles().canHandle(folder.resolve("gone.jar").toFile()));
        assertFalse(new NoFiles().canHandle(jar("some.jar", "some").toFile()));
    }

    @Test
    void whatHasJustComeIsLeftToFileInstall() throws IOException {
        DroppedBundles dropped = dropped(folder.toString());
        Path file = Files.writeString(folder.resolve("garbage.jar"), "half a jar");
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        assertEquals(List.of(), dropped.problems());
    }

    @Test
    void bundlesThatDoNotStartAreTold() throws IOException {
        BundleException missing = new BundleException("Unable to resolve mine:\n missing package");
        bundle(jar("unresolved.jar", "mine"), Bundle.INSTALLED, true, missing);
        bundle(jar("throwing.jar", "mine"), Bundle.RESOLVED, true,
                new BundleException("Activator start error", new IllegalStateException("thrown inside")));
        bundle(jar("stopped.jar", "mine"), Bundle.RESOLVED, false, missing);
        bundle(jar("running.jar", "mine"), Bundle.ACTIVE, true, missing);
        bundle(jar("waiting.jar", "mine"), Bundle.INSTALLED, true, null);
        assertEquals(List.of("running.jar: bundle mine: OSGI-INF/x.xml is named by Service-Component and not there",
                "stopped.jar: bundle mine: OSGI-INF/x.xml is named by Service-Component and not there",
                "throwing.jar: bundle mine does not start: thrown inside",
                "unresolved.jar: bundle mine does not start: Unable to resolve mine: missing package"), problems());
    }

    @Test
    void newsAreToldOnceAndAgainWhenTheyComeBack() throws IOException {
        DroppedBundles dropped = dropped(folder.toString());
        Path garbage = old(Files.writeString(folder.resolve("garbage.jar"), "x"));
        assertEquals(1, dropped.news().size());
        assertEquals(List.of(), dropped.news());
        Files.delete(garbage);
        assertEquals(List.of(), dropped.news());
        old(Files.writeString(garbage, "x"));
        assertEquals(1, dropped.news().size());
    }

    @Test
    void aFolderThatIsNotThereIsEmpty() {
        assertEquals(List.of(), dropped(folder.resolve("none").toString()).problems());
        assertEquals(List.of(), new DroppedBundles(proxy(BundleContext.class, Map.of("getBundles", new Bundle[0])),
                PlainCatalog.builder().build(), Map::of).problems());
    }
}
