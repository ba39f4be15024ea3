package org.dmalab.vtd;

import java.util.stream.Stream;

import org.dmalab.rules.BundleRules;
import org.dmalab.vtd.hardware.DmarReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules that every architecture bundle keeps. */
class RulesTest {
    @TestFactory
    Stream<DynamicTest> rules() throws ClassNotFoundException {
        String tool = "org.dmalab.vtd.tool.";
        return BundleRules.tests("org.dmalab.vtd", DmarReader.class, Class.forName("org.dmalab.vtd.VtdDevices"),
                 Class.forName(tool + "DmarChecks"),
                Class.forName(tool + "FaultHints"), Class.forName(tool + "FaultLog$Reader"),
                Class.forName(tool + "QueueError$Collector"), Class.forName(tool + "TableDump$Collector"));
    }
}
