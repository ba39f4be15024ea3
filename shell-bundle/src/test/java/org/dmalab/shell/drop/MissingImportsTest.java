package org.dmalab.shell.drop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;

class MissingImportsTest {
    private static final List<BundleCapability> EXPORTED = List.of(export("org.dmalab.api.cpu", "1.1.0"),
            export("org.dmalab.vtd.kernel", "0.1.0"), export("org.slf4j", "2.0.20"), export("org.slf4j", "1.7.36"));

    private static BundleCapability export(String name, String version) {
        Map<String, Object> attributes = Map.of("osgi.wiring.package", name, "version", Version.parseVersion(version));
        return (BundleCapability) Proxy.newProxyInstance(MissingImportsTest.class.getClassLoader(),
                new Class<?>[] {BundleCapability.class}, (proxy, method, arguments) -> attributes);
    }

    private static BundleRequirement bound(String name, String versions, boolean optional) {
        Map<String, String> directives = Map.of("filter", "(&(osgi.wiring.package=" + name + ")" + versions + ")",
                "resolution", optional ? "optional" : "mandatory");
        return (BundleRequirement) Proxy.newProxyInstance(MissingImportsTest.class.getClassLoader(),
                new Class<?>[] {BundleRequirement.class}, (proxy, method, arguments) -> method.getName()
                        .equals("getDirectives") ? directives : matches(directives, (BundleCapability) arguments[0]));
    }

    private static boolean matches(Map<String, String> directives, BundleCapability export)
            throws InvalidSyntaxException {
        return FrameworkUtil.createFilter(directives.get("filter")).matches(export.getAttributes());
    }

    private static String text(BundleRequirement... imported) {
        return MissingImports.text(List.of(imported), EXPORTED);
    }

    @Test
    void whatIsThereIsNotMissing() {
        assertNull(text(bound("org.dmalab.api.cpu", "(version>=1.0.0)(!(version>=2.0.0))", false)));
        assertNull(text(bound("org.slf4j", "(version>=1.7.0)(!(version>=2.0.0))", false)));
        assertNull(text(bound("nowhere", "(version>=1.0.0)", true)));
        assertNull(text());
    }

    @Test
    void aBundleForAnotherVersionIsToldWithBothVersions() {
        assertEquals("was built against another version of the platform, it needs org.dmalab.api.cpu [1.0.0,1.1.0),"
                + " which is 1.1.0 here; org.dmalab.vtd.kernel [1.0.0,2.0.0), which is 0.1.0 here: build it again",
                text(bound("org.dmalab.api.cpu", "(version>=1.0.0)(!(version>=1.1.0))", false),
                        bound("org.dmalab.vtd.kernel", "(version>=1.0.0)(!(version>=2.0.0))", false)));
        assertEquals("was built against another version of the platform, it needs org.slf4j (2.0.20,2.1.0], which is"
                + " 1.7.36 and 2.0.20 here: build it again",
                text(bound("org.slf4j", "(!(version<=2.0.20))(version<=2.1.0)", false)));
        assertEquals("was built against another version of the platform, it needs org.dmalab.api.cpu [2.0.0,\u221e),"
                + " which is 1.1.0 here: build it again",
                text(bound("org.dmalab.api.cpu", "(version>=2.0.0)", false)));
    }

    @Test
    void whatNobodyExportsIsNamed() {
        assertEquals("needs what no bundle exports: a.b", text(bound("a.b", "(version>=2.0.0)", false)));
        assertEquals("was built against another version of the platform, it needs org.dmalab.api.cpu [0.0.0,1.0.0),"
                + " which is 1.1.0 here: build it again; it needs what no bundle exports: a.b",
                text(bound("a.b", "", false), bound("org.dmalab.api.cpu", "(!(version>=1.0.0))", false)));
    }
}
