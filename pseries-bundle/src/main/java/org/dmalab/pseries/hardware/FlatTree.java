package org.dmalab.pseries.hardware;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A device tree as values, between a blob that was read and one that is written. */
public final class FlatTree {
    private FlatTree() { }

    /**
     * A node.
     *
     * @param name with unit address, empty for the root
     * @param properties in the order of the blob
     * @param children in the order of the blob
     */
    public record Node(String name, List<Property> properties, List<Node> children) {
        /** Copies the lists. */
        public Node {
            properties = List.copyOf(properties);
            children = List.copyOf(children);
        }

        /** A property by name, or null. */
        public Property property(String wanted) {
            for (Property property : properties) {
                if (property.name().equals(wanted)) {
                    return property;
                }
            }
            return null;
        }

        /** A child by name with unit address, or null. */
        public Node child(String wanted) {
            for (Node child : children) {
                if (child.name().equals(wanted)) {
                    return child;
                }
            }
            return null;
        }

        /** The node's {@code device_type}, or an empty string. */
        public String type() {
            Property type = property("device_type");
            return type == null ? "" : type.text();
        }

        /** The same node with a property replaced, or appended if it has none of that name. */
        public Node with(Property replacement) {
            List<Property> changed = new ArrayList<>(properties);
            for (int i = 0; i < changed.size(); i++) {
                if (changed.get(i).name().equals(replacement.name())) {
                    changed.set(i, replacement);
                    return new Node(name, changed, children);
                }
            }
            changed.add(replacement);
            return new Node(name, changed, children);
        }

        /** The same node without a property. */
        public Node without(String property) {
            return new Node(name, properties.stream().filter(one -> !one.name().equals(property)).toList(), children);
        }

        /** The same node with a child of that name replaced, or appended if it has none of that name. */
        public Node with(Node replacement) {
            List<Node> changed = new ArrayList<>(children);
            for (int i = 0; i < changed.size(); i++) {
                if (changed.get(i).name().equals(replacement.name())) {
                    changed.set(i, replacement);
                    return new Node(name, properties, changed);
                }
            }
            changed.add(replacement);
            return new Node(name, properties, changed);
        }
    }

    /**
     * A property: a name and bytes, compared by content.
     *
     * @param name its name
     * @param value its bytes; whoever gets them must not change them
     */
    public record Property(String name, byte[] value) {
        /** A property of 32-bit cells. */
        public static Property cells(String name, long... cells) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * cells.length);
            for (long cell : cells) {
                bytes.putInt((int) cell);
            }
            return new Property(name, bytes.array());
        }

        /** A property of one string. */
        public static Property text(String name, String text) {
            return new Property(name, (text + "\0").getBytes(StandardCharsets.ISO_8859_1));
        }

        /** One 32-bit cell, as an unsigned number. */
        public long cell(int index) {
            if (value.length < 4 * index + 4) {
                throw new IllegalArgumentException("device tree: property " + name + " has " + value.length
                        + " bytes, expected at least " + (4 * index + 4));
            }
            return ByteBuffer.wrap(value).getInt(4 * index) & 0xffffffffL;
        }

        /** Two 32-bit cells, most significant first. */
        public long wide(int index) {
            return cell(index) << 32 | cell(index + 1);
        }

        /** Number of whole 32-bit cells. */
        public int cellCount() {
            return value.length / 4;
        }

        /** The first string. */
        public String text() {
            int end = 0;
            while (end < value.length && value[end] != 0) {
                end++;
            }
            return new String(value, 0, end, StandardCharsets.ISO_8859_1);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Property that && name.equals(that.name) && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return name + " (" + value.length + " bytes)";
        }
    }
}
