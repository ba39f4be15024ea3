package org.dmalab.lab.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DescribedTest {
    private static final class Rude extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new StackOverflowError();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return null;
        }
    }

    @Test
    void whateverAClassDoesItIsDescribed() {
        assertEquals(Rude.class.getName() + ": (its getMessage throws java.lang.StackOverflowError)",
                Described.of(new Rude()));
        assertEquals(0, Described.trace(new Rude()).length);
        assertEquals("java.lang.IllegalStateException", Described.of(new IllegalStateException()));
        assertTrue(Described.of(new Error("x".repeat(1_000_000))).length() < 2_000);
    }

    @Test
    void whatTheGuardSaidIsFoundThroughTheFramework() {
        UnusableVariant said = new UnusableVariant("class x.Y refers to z");
        Throwable thrown = new ClassFormatError("Weaving hook failed.").initCause(
                new org.osgi.framework.hooks.weaving.WeavingException("x", said));
        assertSame(said, UnusableVariant.in(thrown));
        assertEquals("class x.Y refers to z", Described.message(thrown));
        assertNull(UnusableVariant.in(new IllegalStateException(said)), "somebody else's cause is somebody else's");
    }
}
