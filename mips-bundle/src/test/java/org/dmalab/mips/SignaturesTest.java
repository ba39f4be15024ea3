package org.dmalab.mips;

import java.util.stream.Stream;

import org.dmalab.rules.Signatures;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What this bundle exports changes with its version only. */
class SignaturesTest {
    @TestFactory
    Stream<DynamicTest> signatures() {
        return Signatures.tests("org.dmalab.mips");
    }
}
