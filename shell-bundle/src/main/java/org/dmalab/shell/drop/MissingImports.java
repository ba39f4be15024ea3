package org.dmalab.shell.drop;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Why a bundle does not resolve, as far as it is for packages: it was built against another version of the platform,
 * or needs what nobody exports. The framework says so in the language of its resolver.
 */
public final class MissingImports {
    /** The conditions that a version range becomes in the filter of a requirement. */
    private static final Pattern BOUND = Pattern.compile("(!?)\\(?version([<>]=)([^)]*)\\)");

    private MissingImports() { }

    /** One line that names each package with the versions that are wanted and had; null if none is missing. */
    public static String of(Bundle bundle, BundleContext context) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return null;
        }
        List<BundleCapability> exported = new ArrayList<>();
        for (Bundle each : context.getBundles()) {
            BundleRevision exporter = each.adapt(BundleRevision.class);
            if (exporter != null) {
                exported.addAll(exporter.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE));
            }
        }
        return text(revision.getDeclaredRequirements(PackageNamespace.PACKAGE_NAMESPACE), exported);
    }

    static String text(List<BundleRequirement> imported, List<BundleCapability> exported) {
        List<String> otherVersion = new ArrayList<>();
        List<String> nowhere = new ArrayList<>();
        for (BundleRequirement each : imported) {
            boolean optional = Constants.RESOLUTION_OPTIONAL.equals(each.getDirectives()
                    .get(Constants.RESOLUTION_DIRECTIVE));
            if (optional || exported.stream().anyMatch(each::matches)) {
                continue;
            }
            String filter = String.valueOf(each.getDirectives().get(Constants.FILTER_DIRECTIVE));
            String name = name(filter);
            String had = exported.stream().filter(export -> name.equals(export.getAttributes()
                    .get(PackageNamespace.PACKAGE_NAMESPACE))).map(MissingImports::version).collect(
                    Collectors.toCollection(TreeSet::new)).stream().map(Version::toString)
                    .collect(Collectors.joining(" and "));
            if (had.isEmpty()) {
                nowhere.add(name);
            } else {
                otherVersion.add(name + " " + range(filter) + ", which is " + had + " here");
            }
        }
        return words(otherVersion, nowhere);
    }

    private static String words(List<String> otherVersion, List<String> nowhere) {
        List<String> words = new ArrayList<>();
        if (!otherVersion.isEmpty()) {
            words.add("was built against another version of the platform, it needs " + String.join("; ", otherVersion)
                    + ": build it again");
        }
        if (!nowhere.isEmpty()) {
            words.add("needs what no bundle exports: " + String.join(", ", nowhere));
        }
        return words.isEmpty() ? null : String.join("; it ", words);
    }

    private static Version version(BundleCapability export) {
        Object version = export.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE);
        return version instanceof Version known ? known : Version.emptyVersion;
    }

    private static String name(String filter) {
        Matcher name = Pattern.compile("\\(" + Pattern.quote(PackageNamespace.PACKAGE_NAMESPACE) + "=([^)]*)\\)")
                .matcher(filter);
        return name.find() ? name.group(1) : filter;
    }

    /** {@code [1.0.0,2.0.0)} of {@code (version>=1.0.0)(!(version>=2.0.0))}. */
    private static String range(String filter) {
        String low = "[0.0.0";
        String high = "\u221e)";
        for (Matcher bound = BOUND.matcher(filter); bound.find();) {
            boolean not = !bound.group(1).isEmpty();
            boolean atLeast = bound.group(2).equals(">=");
            if (atLeast) {
                low = not ? low : "[" + bound.group(3);
                high = not ? bound.group(3) + ")" : high;
            } else {
                low = not ? "(" + bound.group(3) : low;
                high = not ? high : bound.group(3) + "]";
            }
        }
        return low + "," + high;
    }
}
