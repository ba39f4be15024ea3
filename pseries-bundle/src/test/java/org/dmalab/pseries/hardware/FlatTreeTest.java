package org.dmalab.pseries.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.dmalab.pseries.hardware.FlatTree.Node;

/** Reader and writer of flattened device trees: round trips, real blobs, and every way to be wrong. */
class FlatTreeTest {
    private static final String[] BLOBS = {"pseries-1G-maxmem4G", "pseries-2G-maxmem8G-nvdimm",
        "pseries-512M-no-maxmem"};

    static byte[] blob(String name) {
        try (InputStream in = FlatTreeTest.class.getResourceAsStream("/devicetree/" + name + ".dtb")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Provide
    Arbitrary<Node> trees() {
        return node(3).map(node -> new Node("", node.properties(), node.children()));
    }

    private Arbitrary<Node> node(int depth) {
        Arbitrary<String> names = Arbitraries.strings().withCharRange('!', '~').ofMinLength(1).ofMaxLength(12);
        Arbitrary<FlatTree.Property> property = Combinators.combine(names,
                Arbitraries.bytes().array(byte[].class).ofMaxSize(13)).as(FlatTree.Property::new);
        Arbitrary<List<Node>> children = depth == 0 ? Arbitraries.just(List.of()) : node(depth - 1).list().ofMaxSize(3);
        return Combinators.combine(names, property.list().ofMaxSize(4), children).as(Node::new);
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll("trees") Node root) {
        assertEquals(root, FlatTreeReader.read(FlatTreeWriter.write(root)));
    }

    @Property(tries = 20)
    void everyTruncationIsALocatedError(@ForAll("trees") Node root) {
        byte[] bytes = FlatTreeWriter.write(root);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            FlatTreeException error = assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(cut));
            assertTrue(error.getMessage().matches("device tree, offset 0x[0-9a-f]+: expected .+, found .+"),
                    error.getMessage());
        }
    }

    /** A cut blob whose header pretends to be whole: the size fields are corrected, the contents are missing. */
    @Property(tries = 20)
    void everyTruncationWithACorrectedTotalIsALocatedError(@ForAll("trees") Node root) {
        byte[] bytes = FlatTreeWriter.write(root);
        for (int length = FlatTreeReader.HEADER_BYTES; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            ByteBuffer.wrap(cut).putInt(4, length);
            assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(cut));
        }
    }

    @Property(tries = 3000)
    void corruptionIsATreeOrALocatedError(@ForAll @IntRange(max = 2) int which, @ForAll List<Integer> at,
            @ForAll List<Byte> with) {
        byte[] bytes = blob(BLOBS[which]);
        for (int i = 0; i < Math.min(at.size(), with.size()); i++) {
            bytes[Math.floorMod(at.get(i), bytes.length)] = with.get(i);
        }
        try {
            assertNotNull(FlatTreeReader.read(bytes));
        } catch (FlatTreeException error) {
            assertTrue(error.offset() >= 0 && error.offset() <= bytes.length);
        }
    }

    @Property(tries = 500)
    void corruptionOfTheHeaderIsATreeOrALocatedError(@ForAll @IntRange(max = 9) int field, @ForAll int value) {
        byte[] bytes = blob(BLOBS[0]);
        ByteBuffer.wrap(bytes).putInt(4 * field, value);
        try {
            assertNotNull(FlatTreeReader.read(bytes));
        } catch (FlatTreeException error) {
            assertTrue(error.getMessage().startsWith("device tree, offset 0x"));
        }
    }

    @Example
    void realBlobs() {
        for (String name : BLOBS) {
            Node root = FlatTreeReader.read(blob(name));
            assertEquals(root, FlatTreeReader.read(FlatTreeWriter.write(root)));
            assertEquals("qemu,pseries", root.property("compatible").text());
            assertEquals(new RtasTokens(0x2026, 0x2027, 0x2028, 0x2029, 0x201a), PartitionTree.tokens(root));
            assertEquals(List.of(new Phb(0, 0x800000020000000L, 0, 0xff, 0x80000000L, 0, 0x40000000)),
                    PartitionTree.bridges(root));
            assertEquals(0x10000000, PartitionTree.lmbBytes(root));
        }
        assertEquals(0x100000000L, PartitionTree.capacity(FlatTreeReader.read(blob(BLOBS[0]))));
        assertEquals(0x200000000L, PartitionTree.capacity(FlatTreeReader.read(blob(BLOBS[1]))));
        assertEquals(0, PartitionTree.capacity(FlatTreeReader.read(blob(BLOBS[2]))));
        assertEquals(List.of(0L, 0x40000000L), PartitionTree.memory(FlatTreeReader.read(blob(BLOBS[0]))));
    }

    private static void wrong(String expected, Consumer<ByteBuffer> change) {
        byte[] bytes = FlatTreeWriter.write(new Node("", List.of(FlatTree.Property.cells("p", 1)),
                List.of(new Node("c", List.of(), List.of()))));
        change.accept(ByteBuffer.wrap(bytes));
        FlatTreeException error = assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(bytes));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    @Example
    void messagesNamePlaceAndExpectation() {
        wrong("offset 0x0: expected the magic number 0xd00dfeed", blob -> blob.putInt(0, 1));
        wrong("offset 0x4: expected a total size", blob -> blob.putInt(4, 1));
        wrong("offset 0x8: expected the offset of a structure block", blob -> blob.putInt(8, 1 << 20));
        wrong("offset 0x8: expected a 4-byte aligned structure block", blob -> blob.putInt(8, 57).putInt(36, 4));
        wrong("offset 0x10: expected an 8-byte aligned", blob -> blob.putInt(16, 41));
        wrong("offset 0x14: expected version 17", blob -> blob.putInt(20, 16));
        wrong("offset 0x18: expected a tree compatible with version 17", blob -> blob.putInt(24, 18));
        wrong("offset 0x20: expected a size of the strings block", blob -> blob.putInt(32, 1000));
        wrong("offset 0x24: expected a size of the structure block", blob -> blob.putInt(36, -1));
        wrong("offset 0x38: expected the root node", blob -> blob.putInt(56, 9));
        wrong("expected a root node without a name", blob -> blob.putInt(60, 0x61000000));
        wrong("offset 0x40: expected a property, a node or the end of one, found 0x7", blob -> blob.putInt(64, 7));
        wrong("offset 0x44: expected a length of at most", blob -> blob.putInt(68, 4000));
        wrong("offset 0x48: expected an offset into the strings block", blob -> blob.putInt(72, 2));
        wrong("offset 0x48: expected an offset into the strings block of 0", blob -> blob.putInt(32, 0));
        wrong("a property name that ends with a zero byte", blob -> blob.putInt(32, 1));
        wrong("expected the end of the structure block", blob -> blob.putInt(56 + 40, 1));
        wrong("expected a token, found the end", blob -> blob.putInt(36, 40));
        wrong("expected length and name of a property, found the end", blob -> blob.putInt(36, 16));
        wrong("expected an entry of the memory reservation block", blob -> {
            for (int i = 40; i < blob.capacity() - 8; i += 8) {
                blob.putLong(i, 1);
            }
        });
    }

    @Example
    void aPropertyAfterAChildIsWrong() {
        Node root = new Node("", List.of(), List.of(new Node("c", List.of(), List.of())));
        byte[] bytes = FlatTreeWriter.write(root);
        ByteBuffer blob = ByteBuffer.wrap(bytes);
        blob.putInt(56 + 20, FlatTreeReader.PROP);
        assertTrue(assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(bytes)).getMessage()
                .contains("no property after a child node"));
    }

    @Example
    void nopsAreSkipped() {
        byte[] bytes = FlatTreeWriter.write(new Node("", List.of(FlatTree.Property.cells("p", 7)), List.of()));
        ByteBuffer blob = ByteBuffer.wrap(bytes);
        for (int i = 64; i < 80; i += 4) {
            blob.putInt(i, FlatTreeReader.NOP);
        }
        assertEquals(new Node("", List.of(), List.of()), FlatTreeReader.read(bytes));
    }

    @Example
    void sizeAndDepthAreBounded() {
        assertTrue(assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(new byte[(1 << 20) + 1]))
                .getMessage().contains("at most 1048576 bytes"));
        Node node = new Node("n", List.of(), List.of());
        for (int depth = 2; depth < FlatTreeReader.MAX_DEPTH; depth++) {
            node = new Node("n", List.of(), List.of(node));
        }
        Node deepest = new Node("", List.of(), List.of(node));
        assertEquals(deepest, FlatTreeReader.read(FlatTreeWriter.write(deepest)));
        Node deeper = new Node("", List.of(), List.of(new Node("n", List.of(), List.of(node))));
        assertTrue(assertThrows(FlatTreeException.class, () -> FlatTreeReader.read(FlatTreeWriter.write(deeper)))
                .getMessage().contains("nested at most 64 deep"));
    }

    @Example
    void values() {
        FlatTree.Property cells = FlatTree.Property.cells("c", 1, 2, 0xffffffffL);
        assertEquals(0x100000002L, cells.wide(0));
        assertEquals(0xffffffffL, cells.cell(2));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> cells.cell(3)).getMessage()
                .contains("property c has 12 bytes, expected at least 16"));
        assertEquals("ab", FlatTree.Property.text("t", "ab").text());
        assertEquals("ab", new FlatTree.Property("t", new byte[] {'a', 'b'}).text());
        assertEquals("c (12 bytes)", cells.toString());
        assertEquals(FlatTree.Property.cells("c", 1, 2, -1).hashCode(), cells.hashCode());
        Node node = new Node("", List.of(cells), List.of());
        assertEquals(List.of(FlatTree.Property.cells("c", 3)), node.with(FlatTree.Property.cells("c", 3)).properties());
        assertEquals(2, node.with(FlatTree.Property.cells("d", 3)).properties().size());
        Node child = new Node("k", List.of(), List.of());
        assertEquals(1, node.with(child).with(child).children().size());
        assertEquals(child, node.with(child).child("k"));
        assertNull(node.child("k"));
        assertEquals("", node.type());
    }
}
