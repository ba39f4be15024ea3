package org.dmalab.c;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.c.build.Imports;
import org.dmalab.c.build.Kit;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.lab.scenario.ScenarioLibrary;
import org.dmalab.lab.scenario.ScenarioReader;
import org.dmalab.mips.MipsArchitecture;
import org.dmalab.pseries.PseriesArchitecture;
import org.dmalab.vtd.VtdArchitecture;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The platform without OSGi: architectures, actions, oracles and variants, found by the annotations in the class files
 * of the modules, and variants of C text beside them.
 */
public final class Platform {
    private static final String COMPONENT = "Lorg/osgi/service/component/annotations/Component;";
    private static final String PATCH = "Lorg/dmalab/api/service/Patch;";
    private static final Path SCENARIOS = Path.of("..", "scenarios");

    private final PlainCatalog.Builder builder = PlainCatalog.builder();
    private final List<Kit> kits = new ArrayList<>();
    private final UnaryOperator<Oracle> oracles;
    private int slots;

    private Platform(UnaryOperator<Oracle> oracles) {
        this.oracles = oracles;
    }

    /** All of the modules that the tests depend on. */
    public static Platform open() {
        return open(oracle -> oracle);
    }

    /** With another oracle in the place of each. */
    public static Platform open(UnaryOperator<Oracle> oracles) {
        Platform platform = new Platform(oracles);
        for (Architecture one : List.of(new MipsArchitecture(), new PseriesArchitecture(), new VtdArchitecture())) {
            platform.scan(one.getClass());
            Kit.of(one).ifPresent(platform.kits::add);
        }
        platform.scan(PlainCatalog.class);
        return platform;
    }

    public List<Kit> kits() {
        return List.copyOf(kits);
    }

    /** Builds C text and adds what comes of it. */
    public List<Imports.Made> add(ImportRequest request) {
        List<Imports.Made> made = Imports.build(kits, request, any -> slots++).variants();
        made.forEach(this::add);
        return made;
    }

    /** Adds a variant from the content of its bundle. */
    public void add(Imports.Made made) {
        Loader loader = new Loader(made.jar());
        try {
            builder.variant(loader.properties(), loader.variant().getConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    public Catalog catalog() {
        return builder.build();
    }

    public static ScenarioLibrary library(Catalog catalog) {
        return new ScenarioLibrary(SCENARIOS, new ScenarioReader(catalog));
    }

    private void scan(Class<?> inModule) {
        try {
            Path place = Path.of(inModule.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                scan(place, inModule.getClassLoader());
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(place)) {
                    scan(jar.getPath("/"), inModule.getClassLoader());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void scan(Path root, ClassLoader loader) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".class")).sorted().toList()) {
                component(Files.readAllBytes(file), loader);
            }
        }
    }

    private void component(byte[] bytes, ClassLoader loader) {
        Map<String, Object> properties = new HashMap<>();
        boolean[] found = new boolean[1];
        ClassReader reader = new ClassReader(bytes);
        reader.accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public AnnotationVisitor visitAnnotation(String type, boolean visible) {
                found[0] |= type.equals(COMPONENT);
                return new Values(properties, type.equals(PATCH) ? "dmalab." : "");
            }
        }, ClassReader.SKIP_CODE);
        if (!found[0]) {
            return;
        }
        try {
            Class<?> type = Class.forName(reader.getClassName().replace('/', '.'), true, loader);
            Object made = type.getConstructor().newInstance();
            builder.component(properties, made instanceof Oracle oracle ? oracles.apply(oracle) : made);
        } catch (NoSuchMethodException e) {
            return; // one that needs others
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Values of an annotation as properties: those of @Patch, and the property strings of @Component. */
    private static final class Values extends AnnotationVisitor {
        private final Map<String, Object> properties;
        private final String prefix;

        Values(Map<String, Object> properties, String prefix) {
            super(Opcodes.ASM9);
            this.properties = properties;
            this.prefix = prefix;
        }

        @Override
        public void visit(String name, Object value) {
            if (!prefix.isEmpty()) {
                properties.put(prefix + name, value);
            } else if (name == null && value instanceof String text && text.contains("=")) {
                properties.putIfAbsent(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
            }
        }

        @Override
        public void visitEnum(String name, String type, String value) {
            visit(name, value.toLowerCase(java.util.Locale.ROOT));
        }

        @Override
        public AnnotationVisitor visitArray(String name) {
            if (prefix.isEmpty()) {
                return name.equals("property") ? this : null;
            }
            List<String> all = new ArrayList<>();
            return new AnnotationVisitor(Opcodes.ASM9) {
                @Override
                public void visit(String none, Object value) {
                    all.add(value.toString());
                }

                @Override
                public void visitEnd() {
                    properties.put(prefix + name, all.toArray(String[]::new));
                }
            };
        }
    }

    /** Classes and resources of one jar in memory. */
    private static final class Loader extends ClassLoader {
        private static final Pattern PROPERTY = Pattern.compile("<property name=\"([^\"]+)\" value=\"([^\"]*)\"/>");

        private final Map<String, byte[]> entries = new TreeMap<>();

        Loader(byte[] jar) {
            super(Platform.class.getClassLoader());
            try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = entries.get(name.replace('.', '/') + ".class");
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            byte[] bytes = entries.get(name);
            return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
        }

        /** The properties of its one component. */
        Map<String, Object> properties() {
            Map<String, Object> properties = new TreeMap<>();
            entries.forEach((name, bytes) -> {
                if (name.startsWith("OSGI-INF/")) {
                    PROPERTY.matcher(new String(bytes, StandardCharsets.UTF_8)).results()
                            .forEach(match -> properties.put(match.group(1), match.group(2)));
                }
            });
            return properties;
        }

        Class<?> variant() throws ClassNotFoundException {
            String file = entries.keySet().stream().filter(name -> name.endsWith("/Variant.class")).findFirst()
                    .orElseThrow();
            return loadClass(file.substring(0, file.length() - ".class".length()).replace('/', '.'));
        }
    }
}
