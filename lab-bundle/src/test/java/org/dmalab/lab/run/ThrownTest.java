package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;
import org.dmalab.lab.fake.FakeVariants;
import org.junit.jupiter.api.Test;

class ThrownTest {
    private static final Services VARIANT = Services.fixed(new Binding(new FakeVariants.Exact(), null, null, null));

    private static String describe(Services services, String... classes) {
        IllegalStateException thrown = new IllegalStateException("why");
        StackTraceElement[] trace = new StackTraceElement[classes.length];
        for (int i = 0; i < classes.length; i++) {
            trace[i] = new StackTraceElement(classes[i], "method", "File.java", i + 1);
        }
        thrown.setStackTrace(trace);
        return Thrown.describe(thrown, services);
    }

    @Test
    void theFrameOfTheVariantIsNamedBeforeThoseThatItCalled() {
        assertEquals("java.lang.IllegalStateException: why (org.dmalab.lab.fake.FakeVariants$Exact:4)",
                describe(VARIANT, "java.util.List", "org.dmalab.api.cpu.LiveCpu", "org.dmalab.vtd.kernel.Pages",
                        "org.dmalab.lab.fake.FakeVariants$Exact", "org.dmalab.vtd.DmaMap"));
    }

    @Test
    void withoutOneItIsTheModel() {
        assertEquals("java.lang.IllegalStateException: why (org.dmalab.vtd.hardware.Unit:3)",
                describe(VARIANT, "jdk.internal.Check", "org.dmalab.lab.run.Execution", "org.dmalab.vtd.hardware.Unit",
                        "org.apache.felix.Gogo"));
    }

    @Test
    void elseItIsWhatIsThere() {
        assertEquals("java.lang.IllegalStateException: why (org.dmalab.lab.run.Execution:2)",
                describe(VARIANT, "java.util.List", "org.dmalab.lab.run.Execution", "org.apache.felix.Gogo"));
        assertEquals("java.lang.IllegalStateException: why (java.util.List:1)", describe(VARIANT, "java.util.List"));
        assertEquals("java.lang.IllegalStateException: why", describe(VARIANT));
    }

    @Test
    void aMachineWithoutVariantNamesTheModel() {
        Services none = new Services() {
            @Override
            public Binding enter() {
                throw new NoVariantException("none");
            }

            @Override
            public void leave() {
                throw new AssertionError("nothing was entered");
            }
        };
        assertEquals("java.lang.IllegalStateException: why (org.dmalab.vtd.DmaMap:1)",
                describe(none, "org.dmalab.vtd.DmaMap"));
    }
}
