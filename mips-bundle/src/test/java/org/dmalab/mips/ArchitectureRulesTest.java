package org.dmalab.mips;

import java.util.stream.Stream;

import org.dmalab.rules.BundleRules;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules that every architecture bundle keeps. */
class ArchitectureRulesTest {
    @TestFactory
    Stream<DynamicTest> rules() {
        return BundleRules.tests("org.dmalab.mips");
    }
}
