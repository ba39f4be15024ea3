package org.dmalab.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Each rule fails where it should: on the bundle of samples, in which a patch uses hardware and a class counts. */
class PackageRulesTest {
    private static final String ROOT = "org.dmalab.rules.sample";
    private static final JavaClasses SAMPLES = new ClassFileImporter().importPackages(ROOT);

    @Test
    void aUseOfAPackageThatOneDoesNotBuildOnIsFound() {
        String found = broken(Map.of("hardware", List.of(), "kernel", List.of("hardware"), "patch",
                List.of("kernel")));
        assertTrue(found.contains("Choosy") && found.contains("hardware.Unit"), found);
        assertFalse(found.contains("Good"), found);
        assertEquals("", broken(Map.of("hardware", List.of(), "kernel", List.of(), "patch", List.of("hardware"))));
    }

    @Test
    void aPackageOfWhichNothingIsSaidIsFound() {
        String found = broken(Map.of("hardware", List.of(), "patch", List.of("hardware")));
        assertTrue(found.contains("kernel.Counter is in no package of the list"), found);
    }

    @Test
    void aStaticCounterIsFound() {
        List<String> found = PackageRules.nothingStaticRemembers().evaluate(SAMPLES).getFailureReport().getDetails();
        assertEquals(2, found.size(), found::toString);
        assertTrue(found.toString().contains("Counter.calls") && found.toString().contains("Counter.shared"),
                found::toString);
    }

    private static String broken(Map<String, List<String>> buildsOn) {
        return String.join("\n", PackageRules.packagesBuildOn(ROOT, buildsOn).evaluate(SAMPLES).getFailureReport()
                .getDetails());
    }
}
