package org.dmalab.c.build;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Variant;
import org.dmalab.c.CText;

/** Writes the bundle of a C variant: one class, its module, its component description, its C text. */
public final class VariantBundle {
    /** Header of the manifest: the architecture, which makes the bundle one of ours. */
    public static final String ARCH = "Dmalab-C-Arch";
    /** Header of the manifest: the variant's id. */
    public static final String ID = "Dmalab-C-Id";
    /** Header of the manifest: the part of the module space; missing if the text has no data. */
    public static final String SLOT = "Dmalab-C-Slot";
    /** Folder of the C text in the bundle. */
    static final String SOURCES = "c/";
    private static final String PACKAGE = "org.dmalab.c.variant.";
    private static final List<Class<?>> SERVICES =
            List.of(Iommu.class, DmaWindows.class, CacheFlush.class, MemoryNotifier.class);
    private static final int HASH_BYTES = 4;
    private static final long NO_TIME = 0;

    private VariantBundle() { }

    /**
     * What the variant says of itself.
     *
     * @param id its id
     * @param description one line
     * @param commit of the kernel; may be empty
     * @param date {@code yyyy-mm-dd}; may be empty
     * @param from the version around the text; null to find out
     */
    record Words(String id, String description, String commit, String date, String from) { }

    /** The content of the jar. */
    static byte[] write(Kit kit, Words words, TextBuilder.Built built, TextBuilder.Options options) {
        String type = PACKAGE + kit.name() + "." + identifier(words.id()) + ".Variant";
        String folder = type.substring(0, type.lastIndexOf('.')).replace('.', '/') + "/";
        List<Method> methods = List.copyOf(built.methods().keySet());
        Map<String, byte[]> entries = new TreeMap<>();
        Class<?> base = kit.implemented(text(built), words.from());
        entries.put(type.replace('.', '/') + ".class", VariantClass.write(type, base, methods));
        entries.put(folder + CText.MODULE, built.module());
        entries.put(folder + CText.BUILT, built(kit, built, methods));
        entries.put("OSGI-INF/variant.xml", utf8(component(kit, words, built, options, type)));
        built.sources().forEach((name, text) -> entries.put(SOURCES + name, utf8(text)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            put(jar, "META-INF/MANIFEST.MF", manifest(kit, words, built, base));
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                put(jar, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(NO_TIME);
        jar.putNextEntry(entry);
        jar.write(content);
        jar.closeEntry();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(TextBuilder.Built built) {
        return String.join("\n", built.sources().values());
    }

    private static String identifier(String id) {
        String name = id.replaceAll("[^a-z0-9]", "_");
        return Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    /** The seam and what it reaches are packages of the architecture; the others are of api and this bundle. */
    private static byte[] manifest(Kit kit, Words words, TextBuilder.Built built, Class<?> base)
            throws IOException {
        Set<String> packages = new TreeSet<>(List.of(CText.class.getPackageName(), "org.dmalab.api.cpu",
                "org.dmalab.api.service", kit.seam().getPackageName(), base.getPackageName()));
        built.methods().keySet().forEach(method -> Stream.concat(Stream.of(method.getReturnType()),
                Stream.of(method.getParameterTypes())).filter(one -> one.getName().startsWith("org.dmalab."))
                .forEach(one -> packages.add(one.getPackageName())));
        packages.addAll(ModuleImports.classes(built.module()).stream()
                .map(name -> name.substring(0, name.lastIndexOf('.'))).toList());
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", PACKAGE + kit.name() + "." + identifier(words.id()));
        main.putValue("Bundle-Name", "C text " + words.id());
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Import-Package", String.join(",", packages));
        main.putValue("Service-Component", "OSGI-INF/variant.xml");
        main.putValue("Require-Capability", "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)"
                + "(version>=1.4.0)(!(version>=2.0.0)))\"");
        main.putValue(ARCH, kit.name());
        main.putValue(ID, words.id());
        main.putValue(SLOT, Integer.toString(built.slot()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        return bytes.toByteArray();
    }

    /** Like a properties file as the JDK writes it, but without the time. */
    private static byte[] built(Kit kit, TextBuilder.Built built, List<Method> methods) {
        Map<String, String> properties = new TreeMap<>();
        properties.put(CText.SEAM, kit.property("seam"));
        properties.put(CText.WORD_BITS, kit.property("wordBits"));
        properties.put(CText.KERNEL_BASE, kit.property("kernelBase"));
        properties.put(CText.RANGES, kit.property("ranges"));
        properties.put(CText.SLOT, Integer.toString(built.slot()));
        for (int i = 0; i < methods.size(); i++) {
            properties.put(CText.FUNCTION + i, built.methods().get(methods.get(i)));
        }
        StringWriter out = new StringWriter();
        properties.forEach((key, value) -> out.write(key + "=" + value + "\n"));
        return utf8(out.toString());
    }

    private static String component(Kit kit, Words words, TextBuilder.Built built, TextBuilder.Options options,
            String type) {
        Map<String, String> properties = new TreeMap<>();
        properties.put(Variant.ARCH, kit.name());
        properties.put(Variant.ID, words.id());
        properties.put(Variant.ORIGIN, Origin.C.word());
        properties.put(Variant.COMMIT, words.commit());
        properties.put(Variant.DATE, words.date());
        properties.put(Variant.LAYOUT, kit.layout(text(built)));
        properties.put(Variant.DESCRIPTION, words.description());
        properties.put(Variant.HASH, hash(built, options));
        properties.put(Variant.SINCE, built.compiler().replaceAll(".*?(clang version [\\d.]+).*", "$1") + " -O"
                + options.optimization());
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.4.0\" name=\"" + type + "\">\n"
                + "  <implementation class=\"" + type + "\"/>\n  <service>\n");
        for (Class<?> service : SERVICES) {
            if (service.isAssignableFrom(kit.seam())) {
                xml.append("    <provide interface=\"").append(service.getName()).append("\"/>\n");
            }
        }
        xml.append("  </service>\n");
        properties.forEach((key, value) -> xml.append("  <property name=\"").append(key).append("\" value=\"")
                .append(escape(value)).append("\"/>\n"));
        List<String> steps = new ArrayList<>(built.functions().stream().map(name -> "C text of " + name).toList());
        steps.add(built.stubs() + " names come from the project's headers");
        xml.append("  <property name=\"").append(Variant.STEPS).append("\">\n")
                .append(steps.stream().map(VariantBundle::escape).collect(Collectors.joining("\n")))
                .append("\n  </property>\n</scr:component>\n");
        return xml.toString();
    }

    /** Of the text as it was compiled and how it was compiled; where its data lies makes no difference. */
    private static String hash(TextBuilder.Built built, TextBuilder.Options options) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(utf8(built.compiler() + options.optimization() + options.defines()));
            built.sources().forEach((name, text) -> digest.update(utf8(name + "\n" + text)));
            return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;").replaceAll("\\p{Cntrl}", " ");
    }
}
