package org.dmalab.api.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.api.store.Store;
import org.junit.jupiter.api.Test;

class KernelMemoryTest {
    private static final long BASE = 0xc000000000100000L;
    private static final Struct WINDOW = window();
    private static final Struct MAP = Struct.word("it_map", 8);
    private static final Struct BYTES = Struct.word("bytes", 1);
    private final Store store = new Store();
    private final KernelMemory kernel = new KernelMemory(store, BASE, 256, 512, List.of(WINDOW, MAP));

    private static Struct window() {
        Struct window = new Struct("dma_win");
        window.field("device", 8);
        window.field("direct", 1);
        window.field("prop", 8);
        return window;
    }

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
    void aStructureCanHaveAGivenSizeArraysAndHoles() {
        Struct packed = new Struct("prop", 20);
        packed.at("liobn", 0, 4);
        assertEquals(4, packed.at("dma_base", 4, 8).offset());
        assertEquals(20, packed.sizeBytes());
        assertThrows(IllegalArgumentException.class, () -> packed.at("over", 8, 4));
        assertThrows(IllegalArgumentException.class, () -> packed.at("late", 16, 8));
        Struct table = new Struct("table");
        table.field("lock", 4);
        assertEquals(8, table.array("pools[0].hint", 8, 3).offset());
        assertEquals("table.pools[2].hint", table.fields().get(3).name());
        assertEquals(32, table.sizeBytes());
        assertEquals(0, new Struct("empty").sizeBytes());
    }

    @Test
    void theLowestFreeSlotsAreTakenAndObjectsAreZeroed() {
        long first = kernel.alloc(BYTES, 64);
        long second = kernel.alloc(BYTES, 65);
        kernel.store(first, 8, 7);
        assertTrue(kernel.free(first));
        assertTrue(kernel.unallocated(first, 1));
        assertEquals(KernelMemory.POISON, kernel.load(first, 8));
        assertEquals(first, kernel.alloc(BYTES, 10));
        assertEquals(0, kernel.load(first, 8));
        assertEquals(first + 64, second);
        assertFalse(kernel.unallocated(second + 120, 8));
        assertTrue(kernel.unallocated(second + 124, 8));
    }

    @Test
    void whatIsNoAllocatedObjectCannotBeFreed() {
        long object = kernel.alloc(BYTES, 100);
        assertFalse(kernel.free(object + 64));
        assertFalse(kernel.free(object + 1));
        assertFalse(kernel.free(BASE));
        assertFalse(kernel.free(BASE + 256 + 512));
        assertTrue(kernel.free(object));
        assertFalse(kernel.free(object));
    }

    @Test
    void anExhaustedHeapGivesZeroAndSoDoesASizeThatIsNone() {
        assertEquals(0, kernel.alloc(BYTES, 0));
        assertEquals(0, kernel.alloc(BYTES, -1));
        assertEquals(0, kernel.alloc(8, Long.MAX_VALUE / 4, 1));
        assertEquals(0, kernel.alloc(-8, 2, 1));
        assertEquals(BASE + 256, kernel.alloc(BYTES, 512));
        assertEquals(0, kernel.alloc(BYTES, 1));
    }

    @Test
    void anAccessOverTheEndIsNotContained() {
        assertTrue(kernel.contains(BASE + 256 + 504, 8));
        assertFalse(kernel.contains(BASE + 256 + 505, 8));
        assertFalse(kernel.contains(BASE - 1, 2));
    }

    @Test
    void fieldsOfAllocatedObjectsHaveNamesThatStay() {
        long first = kernel.alloc(WINDOW, 1);
        long second = kernel.alloc(WINDOW, 1);
        assertEquals("dma_win[0].device", kernel.nameOf(first + 7));
        assertEquals("dma_win[1].direct", kernel.nameOf(second + 8));
        assertEquals(new Place("dma_win[1]+0x9", second + 9, 7), kernel.placeOf(second + 10));
        assertEquals(new Place("dma_win[1].prop", second + 16, 8), kernel.placeOf(second + 20));
        assertEquals("dma_win[1]+0x18", kernel.nameOf(second + 24));
        assertTrue(kernel.free(first));
        assertEquals("dma_win[0].prop", kernel.nameOf(first + 16));
        assertEquals("dma_win[0]", kernel.objectAt(first + 16));
        assertEquals("slot 0 of dma_win[0]", store.regions().get(1).cellName(0));
        long list = kernel.alloc(WINDOW, 4);
        assertEquals(second + 64, list);
        assertEquals("dma_win[2][3].prop", kernel.nameOf(list + 3 * 24 + 16));
        assertEquals(first, kernel.alloc(MAP, 3));
        assertEquals("it_map[0][2]", kernel.nameOf(first + 20));
    }

    /** Whoever goes from place to place gets on, behind a structure that ends with padding too. */
    @Test
    void everyByteLiesInItsPlace() {
        Struct padded = new Struct("padded");
        padded.field("pointer", 8);
        padded.field("count", 4);
        long one = kernel.alloc(padded, 1);
        kernel.alloc(padded, 3);
        for (long address = one; address < one + 128; address++) {
            Place place = kernel.placeOf(address);
            assertTrue(place.address() <= address && address < place.address() + place.widthBytes(), place.toString());
        }
    }

    @Test
    void anObjectOfAnUnknownLayoutIsNamedByItsWords() {
        long object = kernel.alloc(BYTES, 100);
        assertEquals("bytes[0]+0x48", kernel.nameOf(object + 79));
        assertEquals("heap+0x80", kernel.nameOf(object + 129));
        assertEquals("heap+0x80", kernel.objectAt(object + 129));
        assertEquals("slot 7", store.regions().get(1).cellName(7));
        assertEquals("0x10", kernel.objectAt(0x10));
    }

    @Test
    void structuresThatAreNotOnTheHeapHaveFieldsToo() {
        kernel.variable("x", 1);
        Variable head = kernel.structs("list", WINDOW, 1);
        Variable pages = kernel.structs("mem_map", WINDOW, 2);
        assertEquals(BASE + 8, head.address());
        assertEquals("list.prop", kernel.nameOf(head.address() + 16));
        assertEquals("mem_map[1].device", kernel.nameOf(pages.address() + 24));
        assertEquals("heap+0x0", kernel.nameOf(BASE + 256));
        assertEquals("0x10", kernel.nameOf(0x10));
    }
}
