package org.dmalab.c.platform;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

import org.apache.felix.fileinstall.ArtifactListener;
import org.apache.felix.fileinstall.ArtifactTransformer;
import org.dmalab.api.Architecture;
import org.dmalab.c.ImportException;
import org.dmalab.c.ImportRequest;
import org.dmalab.c.PatchImporter;
import org.dmalab.c.build.Imports;
import org.dmalab.c.build.Kit;
import org.dmalab.c.build.VariantBundle;
import org.dmalab.c.runtime.AddressSpace;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.FieldOption;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Writes bundles to the folder that Felix FileInstall watches, and waits until it has taken them: so a variant of C
 * text
 * comes and goes as any dropped-in bundle does, and is there again when the platform starts the next time.
 */
@Component(service = {PatchImporter.class, ArtifactListener.class, ArtifactTransformer.class})
public final class FolderImporter implements PatchImporter, ArtifactTransformer {
    private static final String FOLDER = "felix.fileinstall.dir";
    private static final String BEFORE = "-before";
    private static final String C_FILE = ".c";
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final long LOOK_MILLIS = 10;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
        fieldOption = FieldOption.REPLACE)
    private volatile List<Architecture> architectures = List.of();
    private final BundleContext context;
    /** By file: what was wrong with it when it was last looked at. */
    private final Map<String, String> problems = new ConcurrentSkipListMap<>();

    /** Wired by Declarative Services. */
    @Activate
    public FolderImporter(BundleContext context) {
        this.context = context;
    }

    /** A C file in the folder is a variant if it says for which architecture. */
    @Override
    public boolean canHandle(File file) {
        if (!file.getName().endsWith(C_FILE)) {
            return false;
        }
        try {
            if (Imports.isVariant(file.toPath())) {
                return true;
            }
            problems.put(file.getName(), "no variant; one begins with a line such as // dmalab: arch=mips");
        } catch (ImportException e) {
            problems.put(file.getName(), e.getMessage()); // whoever looks after the folder goes on with other files
        }
        return false;
    }

    /** Makes a bundle of it; what is wrong is told when the user looks. */
    @Override
    public File transform(File file, File folder) throws IOException {
        try {
            ImportRequest request = new ImportRequest(List.of(file.getPath()), null, null, null, null, 0, List.of());
            Path jar = folder.toPath().resolve(file.getName() + ".jar");
            Files.write(jar, build(request).variants().get(0).jar());
            problems.remove(file.getName());
            return jar.toFile();
        } catch (ImportException e) {
            problems.put(file.getName(), e.getMessage().lines().findFirst().orElse("can't be compiled"));
            throw e;
        }
    }

    @Override
    public Map<String, String> problems() {
        problems.keySet().removeIf(name -> !Files.exists(folder().resolve(name)));
        return Map.copyOf(problems);
    }

    @Override
    public Result run(ImportRequest request, Path jar) throws InterruptedException {
        Imports.Result built = build(request);
        List<Imported> imported = new ArrayList<>();
        Path folder = jar == null ? folder() : null;
        for (Imports.Made made : built.variants()) {
            boolean first = made.id().equals(built.variants().get(0).id());
            Path given = first ? jar : beside(jar);
            Path file = jar == null ? folder.resolve("c-" + made.arch() + "-" + made.id() + ".jar") : given;
            long start = System.currentTimeMillis();
            write(file, made.jar());
            if (jar == null) {
                awaitInstalled(file, start);
            }
            imported.add(new Imported(made.arch(), made.id(), file, List.copyOf(made.functions()), made.warnings()));
        }
        return new Result(imported, built.remarks());
    }

    private static Path beside(Path jar) {
        String name = jar.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return jar.resolveSibling(dot < 0 ? name + BEFORE : name.substring(0, dot) + BEFORE + name.substring(dot));
    }

    /** Builds bundles and installs nothing. */
    Imports.Result build(ImportRequest request) {
        List<Kit> kits = architectures.stream().flatMap(one -> Kit.of(one).stream()).toList();
        return Imports.build(kits, request, this::slot);
    }

    private Path folder() {
        String folder = context.getProperty(FOLDER);
        if (folder == null) {
            throw new ImportException("this platform has no folder for dropped-in bundles; say --jar FILE");
        }
        try {
            return Files.createDirectories(Path.of(folder).toAbsolutePath());
        } catch (IOException e) {
            throw new ImportException("the folder " + folder + " can't be made: " + e.getMessage());
        }
    }

    /** Under another name first: nobody sees half of it. */
    private static void write(Path file, byte[] content) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(part, content);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            part.toFile().delete();
            throw new ImportException(file + " can't be written: " + e.getMessage());
        }
    }

    /** A place in the module space that no other variant has; that of the same id before is left to its values. */
    private int slot(String variant) {
        Set<Integer> taken = new HashSet<>();
        for (Bundle bundle : context.getBundles()) {
            String slot = bundle.getHeaders("").get(VariantBundle.SLOT);
            if (slot != null) {
                taken.add(Integer.parseInt(slot));
            }
        }
        int first = Math.floorMod(variant.hashCode(), AddressSpace.MODULES);
        for (int i = 0; i < AddressSpace.MODULES; i++) {
            int slot = (first + i) % AddressSpace.MODULES;
            if (!taken.contains(slot)) {
                return slot;
            }
        }
        throw new ImportException("there are " + AddressSpace.MODULES + " variants of C text already; remove some"
                + " (patch:remove)");
    }

    private void awaitInstalled(Path file, long sinceMillis) throws InterruptedException {
        await(() -> {
            Bundle bundle = bundle(file);
            return bundle != null && bundle.getState() == Bundle.ACTIVE && bundle.getLastModified() >= sinceMillis
                    && bundle.getRegisteredServices() != null;
        }, "the platform does not take the bundle " + file + "; bundle:list says more");
    }

    private Bundle bundle(Path file) {
        return context.getBundle(file.toFile().toURI().toString());
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition, String problem) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new ImportException(problem);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public List<String> remove(String id) throws InterruptedException {
        List<Bundle> found = Stream.of(context.getBundles())
                .filter(bundle -> id.equals(bundle.getHeaders("").get(VariantBundle.ID))
                        || (id + BEFORE).equals(bundle.getHeaders("").get(VariantBundle.ID))).toList();
        if (found.stream().noneMatch(bundle -> id.equals(bundle.getHeaders("").get(VariantBundle.ID)))) {
            List<String> ids = ids();
            throw new ImportException("there is no variant " + id + " of C text; there "
                    + (ids.isEmpty() ? "are none" : "is " + String.join(", ", ids)));
        }
        List<String> removed = new ArrayList<>();
        for (Bundle bundle : found) {
            Path file = Path.of(java.net.URI.create(bundle.getLocation()));
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new ImportException(file + " can't be removed: " + e.getMessage());
            }
            removed.add(bundle.getHeaders("").get(VariantBundle.ID));
            await(() -> bundle.getState() == Bundle.UNINSTALLED, "the platform keeps the bundle of "
                    + file.getFileName() + "; bundle:list says more");
        }
        return removed.stream().sorted().toList();
    }

    @Override
    public List<String> ids() {
        return Stream.of(context.getBundles()).map(bundle -> bundle.getHeaders("").get(VariantBundle.ID))
                .filter(Objects::nonNull).distinct().sorted().toList();
    }
}
