package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A bundle that was built against another version of the platform is refused in one line, before any of it is run. */
public class BundleVersionsIT {
    private static final String SERVICE = "org.dmalab.api.service";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static Path example() {
        return Platform.root().resolve("examples/patch-bundle/target/global-flush-1.0.0.jar");
    }

    private static Manifest manifest() throws IOException {
        try (JarFile jar = new JarFile(example().toFile())) {
            return jar.getManifest();
        }
    }

    /** The example under another name, built against other versions of the api's services. */
    private void drop(String name, String range) throws IOException {
        Path bundles = Files.createDirectories(folder.getRoot().toPath().resolve("bundles"));
        Manifest manifest = manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.putValue("Bundle-SymbolicName", name);
        String imports = headers.getValue("Import-Package");
        headers.putValue("Import-Package",
            imports.replaceFirst(SERVICE + ";version=\"[^\"]*\"", SERVICE + ";version=\"" + range + "\""));
        try (JarFile from = new JarFile(example().toFile());
            JarOutputStream to = new JarOutputStream(Files.newOutputStream(bundles.resolve(name + ".jar")), manifest)) {
            for (JarEntry entry : from.stream().filter(each -> !each.getName().equals(JarFile.MANIFEST_NAME))
                .toList()) {
                to.putNextEntry(new JarEntry(entry.getName()));
                try (InputStream in = from.getInputStream(entry)) {
                    in.transferTo(to);
                }
            }
        }
    }

    @Test
    public void oneForAnotherVersionIsRefusedInOneLine() throws Exception {
        for (String range : List.of("[1.0,1.1)", "[0.9,1.0)")) {
            drop("old", range);
            String words = "warning: bundles/old.jar: bundle old was built against another version of the platform, it"
                + " needs " + SERVICE + " " + range.replaceAll("(\\d\\.\\d)", "$1.0") + ", which is ";
            RunnableJar.Result start = RunnableJar.run(folder, "patch:list", "vtd");
            assertEquals(start.err(), 0, start.code());
            assertEquals(start.err(), 1, start.err().lines().count());
            assertTrue(start.err(), start.err().startsWith(words) && start.err().endsWith(" here: build it again\n"));
            assertTrue(start.out(), !start.out().contains("global-flush"));
            RunnableJar.Result list = RunnableJar.run(folder, "bundle:list");
            assertTrue(list.out(), list.out().matches("(?s).*\nold +1\\.0\\.0 +installed\n.*"));
            assertTrue(list.err(), list.err().contains(words));
            RunnableJar.Result told = RunnableJar.run(folder, "bundle:start", "old");
            assertEquals(told.err(), 2, told.code());
            assertTrue(told.err(), told.err().lines().anyMatch(line -> line.startsWith("error: ")
                && line.contains("bundle old was built against another version")));
        }
    }

    @Test
    public void theExampleIsTaken() throws Exception {
        drop("example", imported(SERVICE));
        RunnableJar.Result start = RunnableJar.run(folder, "patch:list", "vtd");
        assertEquals("", start.err());
        assertTrue(start.out(), start.out().contains("global-flush"));
    }

    /** Of the api to the next major version, of kernel code, which promises less, to the next minor one. */
    @Test
    public void theRangesOfTheExampleAreAsFarAsEachPackagePromises() throws Exception {
        assertTrue(imported("org.dmalab.api.cpu"), imported("org.dmalab.api.cpu").matches("\\[1\\.\\d+,2\\)"));
        assertTrue(imported(SERVICE), imported(SERVICE).matches("\\[1\\.\\d+,2\\)"));
        String kernel = imported("org.dmalab.vtd.kernel");
        int minor = Integer.parseInt(kernel.replaceAll("\\[0\\.(\\d+),.*", "$1"));
        assertEquals("[0." + minor + ",0." + (minor + 1) + ")", kernel);
    }

    private static String imported(String name) throws IOException {
        return manifest().getMainAttributes().getValue("Import-Package")
            .replaceAll(".*\\b" + name.replace(".", "\\.") + ";version=\"([^\"]*)\".*", "$1");
    }
}
