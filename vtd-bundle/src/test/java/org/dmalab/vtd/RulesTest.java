package org.dmalab.vtd;

import java.util.stream.Stream;

import org.dmalab.rules.BundleRules;
import org.dmalab.vtd.hardware.DmarReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules that every architecture bundle keeps. */
class RulesTest {
    @TestFactory
    Stream<DynamicTest> rules() {
        return BundleRules.tests("org.dmalab.vtd", DmarReader.class);
    }
}
