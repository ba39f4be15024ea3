package org.dmalab.pseries;

import java.util.stream.Stream;

import org.dmalab.pseries.hardware.FlatTreeReader;
import org.dmalab.pseries.hardware.FlatTreeWriter;
import org.dmalab.rules.BundleRules;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules that every architecture bundle keeps. */
class ArchitectureRulesTest {
    @TestFactory
    Stream<DynamicTest> rules() {
        return BundleRules.tests("org.dmalab.pseries", FlatTreeReader.class, FlatTreeWriter.class);
    }
}
