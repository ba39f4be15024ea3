package org.dmalab.shell.drop;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.dmalab.c.PatchImporter;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.guard.Declarations;
import org.dmalab.lab.guard.Described;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What is wrong with what lies in the folder of dropped-in bundles, looked up at every question. */
@Component(service = DroppedBundles.class)
public final class DroppedBundles {
    private static final String FOLDER = "felix.fileinstall.dir";
    /** A file that has not changed for so long has been looked at by FileInstall, which does so ten times a second. */
    private static final long SETTLED_MILLIS = 2_000;

    private final BundleContext context;
    private final Catalog catalog;
    private final Supplier<Map<String, String>> texts;
    private final long startMillis = System.currentTimeMillis();
    private final Set<String> told = new HashSet<>();

    /** Wired by Declarative Services. */
    @Activate
    public DroppedBundles(BundleContext context, @Reference Catalog catalog, @Reference PatchImporter importer) {
        this(context, catalog, importer::problems);
    }

    /** With what tells of C files that are no variants. */
    public DroppedBundles(BundleContext context, Catalog catalog, Supplier<Map<String, String>> texts) {
        this.context = context;
        this.catalog = catalog;
        this.texts = texts;
    }

    /** What is wrong now and was not the last time; one line each. */
    public synchronized List<String> news() {
        List<String> problems = problems();
        told.retainAll(problems);
        return problems.stream().filter(told::add).toList();
    }

    /** What is wrong now: files that are no bundles, bundles that do not start, services that are no variants. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (Path jar : jars()) {
            String problem = problem(jar);
            if (problem != null) {
                problems.add(jar.getParent().getFileName() + "/" + jar.getFileName() + ": " + problem);
            }
        }
        texts.get().forEach((file, problem) -> problems.add("bundles/" + file + ": " + problem));
        problems.addAll(catalog.objections());
        return problems;
    }

    private Set<Path> jars() {
        Set<Path> jars = new TreeSet<>();
        String folder = context.getProperty(FOLDER);
        if (folder == null || !Files.isDirectory(Path.of(folder))) {
            return jars;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(folder).toAbsolutePath(), "*.jar")) {
            files.forEach(jars::add);
        } catch (IOException | DirectoryIteratorException e) {
            // What can't be listed now is not there for FileInstall either.
        }
        return jars;
    }

    private String problem(Path jar) {
        if (!Files.isRegularFile(jar) && !Files.isDirectory(jar)) {
            return Files.exists(jar) ? "neither a file nor a folder; take it away" : null;
        }
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().equals(jar.toFile().toURI().toString())) {
                return problem(bundle);
            }
        }
        try {
            long changed = Files.getLastModifiedTime(jar).toMillis();
            if (changed > startMillis && System.currentTimeMillis() - changed < SETTLED_MILLIS) {
                return null;
            }
        } catch (IOException e) {
            return null; // it has been taken away
        }
        return notInstalled(jar);
    }

    private String notInstalled(Path jar) {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            Manifest manifest = file.getManifest();
            String name = manifest == null ? null
                    : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (name == null) {
                return "no bundle, its manifest has no " + Constants.BUNDLE_SYMBOLICNAME
                        + "; build it as examples/patch-bundle is built";
            }
            return "not installed; is a bundle " + name + " of the same version there already? (bundle:list)";
        } catch (IOException | SecurityException e) {
            return "not a jar that can be read (" + oneLine(e.getMessage()) + "); copy it again";
        }
    }

    /** A bundle that should run and does not is started once more, to learn why. */
    private String problem(Bundle bundle) {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        boolean waiting = bundle.getState() == Bundle.INSTALLED
                || (bundle.getState() == Bundle.RESOLVED && level != null && level.isPersistentlyStarted());
        if (!waiting) {
            List<String> wrong = Declarations.of(bundle).problems();
            return wrong.isEmpty() ? null : "bundle " + bundle.getSymbolicName() + ": " + oneLine(wrong.get(0));
        }
        try {
            bundle.start(Bundle.START_TRANSIENT);
            return null;
        } catch (BundleException | IllegalStateException e) {
            String missing = MissingImports.of(bundle, context);
            if (missing != null) {
                return "bundle " + bundle.getSymbolicName() + " " + missing;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return "bundle " + bundle.getSymbolicName() + " does not start: "
                    + oneLine(Described.message(cause));
        }
    }

    private static String oneLine(String text) {
        return String.valueOf(text).replaceAll("\\s+", " ").trim();
    }
}
