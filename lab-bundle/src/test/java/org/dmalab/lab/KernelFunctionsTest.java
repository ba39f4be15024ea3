package org.dmalab.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;

import org.dmalab.api.kernel.KernelFunction;
import org.junit.jupiter.api.Test;

class KernelFunctionsTest {
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private static List<String> stack() {
        return STACK.walk(frames -> frames.skip(1).limit(2).map(KernelFunctions::frame).toList());
    }

    /** A seam as the architectures have it. */
    interface Kernel {
        @KernelFunction
        default List<String> iommu_map(long address) {
            return stack();
        }

        @KernelFunction
        default List<String> iommu_unmap() {
            return stack();
        }

        default List<String> helper() {
            return stack();
        }
    }

    /** A version. */
    static class Version implements Kernel {
        @Override
        public List<String> iommu_map(long address) {
            Supplier<List<String>> inner = () -> stack();
            return inner.get();
        }

        /** Another function of the same Java name. */
        @KernelFunction("iommu_map_range")
        public List<String> iommu_map(long address, long length) {
            return stack();
        }

        @Override
        public List<String> helper() {
            return stack();
        }
    }

    /** A version made from another. */
    static final class Mutant extends Version {
        @Override
        public List<String> iommu_unmap() {
            return stack();
        }
    }

    @KernelFunction("tce_build")
    private static List<String> build() {
        return stack();
    }

    private static void assertPlace(String name, List<String> stack) {
        assertTrue(stack.get(0).matches(name + " \\(KernelFunctionsTest\\.java:\\d+\\)"), stack::toString);
    }

    @Test
    void framesHaveTheNameOfTheCFunction() {
        assertPlace("tce_build", build());
        assertPlace("iommu_map", new Kernel() { }.iommu_map(0));
        assertPlace("iommu_map_range", new Version().iommu_map(0, 0));
        assertPlace("iommu_unmap", new Mutant().iommu_unmap());
        assertPlace("KernelFunctionsTest\\$Version.helper", new Mutant().helper());
    }

    @Test
    void aLambdaStandsForTheMethodItIsWrittenIn() {
        // two methods of that name have two C names: which one a lambda belongs to is not known
        assertPlace("KernelFunctionsTest\\$Version.lambda.*", new Version().iommu_map(0));
    }

    @Test
    void whatAVersionReplacesIsWhatItAndThoseItIsMadeFromOverride() {
        assertEquals(List.of("iommu_map"), KernelFunctions.replacedBy(Version.class));
        assertEquals(List.of("iommu_map", "iommu_unmap"), KernelFunctions.replacedBy(Mutant.class));
        assertEquals(List.of(), KernelFunctions.replacedBy(KernelFunctionsTest.class));
    }
}
