package org.dmalab.api.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.store.Store;
import org.junit.jupiter.api.Test;

class KernelMemoryTest {
    private static final long BASE = 0xc000000000100000L;
    private final Store store = new Store();
    private final KernelMemory kernel = new KernelMemory(store, BASE, 256, 512);

    @Test
    void variablesAreLaidOutInOrderAndAligned() {
        Variable first = kernel.variable("a", 1);
        Variable second = kernel.variable("b", 8);
        Variable array = kernel.array("c", 4, 3);
        assertEquals(BASE, first.address());
        assertEquals(BASE + 8, second.address());
        assertEquals(BASE + 16 + 8, array.element(2));
        assertThrows(IndexOutOfBoundsException.class, () -> array.element(3));
        assertEquals("c[2]", kernel.nameOf(array.element(2)));
        assertEquals("b", kernel.nameOf(second.address()));
        assertThrows(IllegalStateException.class, () -> kernel.array("large", 8, 100));
    }

    @Test
    void aVariableIsReachedByNameAndByAddress() {
        Variable variable = kernel.variable("v", 4);
        kernel.store(variable.address(), 4, 0x11223344);
        assertEquals(0x3344, kernel.load(variable.address(), 2));
        assertTrue(kernel.contains(variable.address()));
        assertFalse(kernel.contains(BASE - 1));
        assertFalse(kernel.contains(BASE + 256 + 512));
    }

    @Test
    void structuresAreLaidOutAsInC() {
        Struct struct = new Struct("dma_win");
        Field first = struct.field("flag", 1);
        Field pointer = struct.field("device", 8);
        Field last = struct.field("count", 4);
        assertEquals(0, first.offset());
        assertEquals(8, pointer.offset());
        assertEquals(16, last.offset());
        assertEquals(24, struct.sizeBytes());
        assertEquals("dma_win.device", pointer.name());
        assertEquals(3, struct.fields().size());
        assertEquals("dma_win", struct.name());
    }

    @Test
    void theLowestFreeSlotsAreTakenAndObjectsAreZeroed() {
        long first = kernel.alloc(64);
        long second = kernel.alloc(65);
        kernel.store(first, 8, 7);
        assertTrue(kernel.free(first));
        assertTrue(kernel.unallocated(first));
        assertEquals(KernelMemory.POISON, kernel.load(first, 8));
        assertEquals(first, kernel.alloc(10));
        assertEquals(0, kernel.load(first, 8));
        assertEquals(first + 64, second);
        assertFalse(kernel.unallocated(second + 127));
    }

    @Test
    void whatIsNoAllocatedObjectCannotBeFreed() {
        long object = kernel.alloc(100);
        assertFalse(kernel.free(object + 64));
        assertFalse(kernel.free(object + 1));
        assertFalse(kernel.free(BASE));
        assertFalse(kernel.free(BASE + 256 + 512));
        assertTrue(kernel.free(object));
        assertFalse(kernel.free(object));
    }

    @Test
    void anExhaustedHeapGivesZero() {
        assertEquals(BASE + 256, kernel.alloc(512));
        assertEquals(0, kernel.alloc(1));
    }

    @Test
    void aPlaceForAStructureIsNamed() {
        kernel.variable("x", 1);
        long object = kernel.object("iommu", 40);
        assertEquals(0, object & 7);
        assertEquals("iommu[1]", kernel.nameOf(object + 8));
        assertEquals("heap+0x0", kernel.nameOf(BASE + 256));
        assertEquals("0x10", kernel.nameOf(0x10));
    }
}
