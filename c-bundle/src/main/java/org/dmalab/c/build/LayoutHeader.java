package org.dmalab.c.build;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Variable;

/**
 * Writes the kernel's structures and variables as C declarations, from the layout that the architecture's Java code
 * uses: both then mean the same bytes. C types of fields, where they are more than a number, stand in a list; what is
 * in the list and not in the layout is added behind (and costs no access: it has to be an array without elements).
 */
final class LayoutHeader {
    private final Map<String, String> types;
    private final StringBuilder out = new StringBuilder();
    private final List<String> checks = new ArrayList<>();
    private int holes;

    private LayoutHeader(Map<String, String> types) {
        this.types = types;
    }

    /**
     * Writes the header.
     *
     * @param layouts classes whose public constants are structures and variables; those nested in them count too
     * @param types C types by {@code struct.field} and by variable, as in {@code page.virtual = void *}
     */
    static String write(List<Class<?>> layouts, Map<String, String> types) {
        LayoutHeader header = new LayoutHeader(types);
        Map<String, Struct> structs = new LinkedHashMap<>();
        Map<String, Variable> variables = new LinkedHashMap<>();
        for (Class<?> layout : layouts) {
            constants(layout, Struct.class, struct -> structs.putIfAbsent(struct.name(), struct));
            constants(layout, Variable.class, variable -> variables.putIfAbsent(variable.name(), variable));
        }
        header.out.append("#pragma once\n/* generated from the layout of the kernel's data */\n");
        structs.values().forEach(struct -> header.out.append("struct ").append(struct.name()).append(";\n"));
        structs.values().stream().filter(struct -> struct.fields().size() > 1 || types.keySet().stream()
                .anyMatch(name -> name.startsWith(struct.name() + "."))).forEach(header::struct);
        variables.values().forEach(header::variable);
        header.checks.forEach(header.out::append);
        return header.out.toString();
    }

    private static <T> void constants(Class<?> type, Class<T> wanted, Consumer<T> sink) {
        for (Field field : type.getDeclaredFields()) {
            boolean fits = Modifier.isStatic(field.getModifiers()) && Modifier.isPublic(field.getModifiers())
                    && wanted.isAssignableFrom(field.getType());
            if (fits) {
                try {
                    sink.accept(wanted.cast(field.get(null)));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(field + " can't be read", e);
                }
            }
        }
        for (Class<?> nested : type.getDeclaredClasses()) {
            if (Modifier.isPublic(nested.getModifiers())) {
                constants(nested, wanted, sink);
            }
        }
    }

    private void struct(Struct struct) {
        List<Member> members = new ArrayList<>();
        for (org.dmalab.api.kernel.Field field : struct.fields()) {
            String name = field.name().substring(field.name().indexOf('.') + 1);
            String whole = whole(field.name());
            if (whole != null) {
                whole(members, whole.substring(whole.indexOf('.') + 1), field, types.get(whole));
            } else if (name.matches("[\\w.]+")) {
                members.add(new Member(name, field.offset(), field.widthBytes(),
                        types.getOrDefault(field.name(), number(field.widthBytes()))));
                checks.add("_Static_assert(__builtin_offsetof(struct " + struct.name() + ", " + name + ") == "
                        + field.offset() + ", \"" + field.name() + "\");\n");
            } else if (name.matches("[\\w.]+\\[0\\]")) {
                String array = name.substring(0, name.length() - "[0]".length());
                int count = (int) struct.fields().stream().filter(other -> other.name()
                        .matches(Pattern.quote(struct.name() + "." + array) + "\\[\\d+\\]")).count();
                String type = types.getOrDefault(field.name(), number(field.widthBytes()));
                members.add(new Member(array, field.offset(), field.widthBytes() * count, type + " @[" + count + "]"));
            }
        }
        types.forEach((name, type) -> {
            boolean extra = name.startsWith(struct.name() + ".") && struct.fields().stream()
                    .noneMatch(field -> field.name().equals(name) || field.name().startsWith(name + ".")
                            || field.name().startsWith(name + "["));
            if (extra) {
                members.add(new Member(name.substring(struct.name().length() + 1), struct.sizeBytes(), 0, type));
            }
        });
        boolean packed = struct.fields().stream().anyMatch(field -> field.offset() % field.widthBytes() != 0);
        out.append("struct ").append(struct.name()).append(" {\n");
        members(members, 0, struct.sizeBytes());
        out.append(packed ? "} __attribute__((packed));\n" : "};\n");
        checks.add("_Static_assert(sizeof(struct " + struct.name() + ") == " + struct.sizeBytes() + ", \""
                + struct.name() + "\");\n");
    }

    /** The inner structure of a field that the list has a type for as a whole; null if there is none. */
    private String whole(String name) {
        for (int dot = name.lastIndexOf('.'); dot > name.indexOf('.'); dot = name.lastIndexOf('.', dot - 1)) {
            if (types.containsKey(name.substring(0, dot))) {
                return name.substring(0, dot);
            }
        }
        return null;
    }

    private static void whole(List<Member> members, String name, org.dmalab.api.kernel.Field field, String type) {
        Member last = members.isEmpty() ? null : members.get(members.size() - 1);
        boolean more = last != null && last.name().equals(name);
        int start = more ? last.offset() : field.offset();
        if (more) {
            members.remove(last);
        }
        members.add(new Member(name, start, field.offset() + field.widthBytes() - start, type));
    }

    /**
     * A member of a structure, at any depth.
     *
     * @param name with dots
     * @param offset from the start of the whole structure
     * @param bytes its size
     * @param type in C
     */
    private record Member(String name, int offset, int bytes, String type) {
        int end() {
            return offset + bytes;
        }

        String first() {
            int dot = name.indexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        }

        boolean nested() {
            return name.indexOf('.') >= 0;
        }

        Member inner() {
            return new Member(name.substring(name.indexOf('.') + 1), offset, bytes, type);
        }
    }

    /** Members in order; those of one inner structure between which others lie share the room with these. */
    private void members(List<Member> members, int start, int end) {
        Map<String, List<Member>> groups = new LinkedHashMap<>();
        members.forEach(member -> groups.computeIfAbsent(member.first(), any -> new ArrayList<>()).add(member));
        boolean mixed = false;
        int last = start;
        for (List<Member> group : groups.values()) {
            mixed |= group.get(0).offset() < last;
            last = Math.max(last, group.get(group.size() - 1).end());
        }
        int at = start;
        out.append(mixed ? "\tunion {\n" : "");
        for (List<Member> group : groups.values()) {
            out.append(mixed ? "\tstruct {\n" : "");
            at = mixed ? start : at;
            hole(at, group.get(0).offset());
            at = group.get(group.size() - 1).end();
            if (group.get(0).nested()) {
                out.append("\tstruct {\n");
                members(group.stream().map(Member::inner).toList(), group.get(0).offset(), at);
                out.append("\t} ").append(group.get(0).first()).append(";\n");
            } else {
                declare(group.get(0).type(), group.get(0).name());
            }
            out.append(mixed ? "\t};\n" : "");
        }
        out.append(mixed ? "\t};\n" : "");
        hole(mixed ? last : at, end);
    }

    private void hole(int from, int to) {
        if (to > from) {
            out.append("\tunsigned char lab_hole").append(holes++).append('[').append(to - from).append("];\n");
        }
    }

    /** {@code TYPE NAME}, or where the type says so, {@code ...@...} with the name for the @. */
    private void declare(String type, String name) {
        String between = type.endsWith("*") ? "" : " ";
        out.append('\t').append(type.contains("@") ? type.replace("@", name) : type + between + name).append(";\n");
    }

    private void variable(Variable variable) {
        if (!variable.name().matches("[A-Za-z_]\\w*")) {
            return; // a member of something; the architecture's header says of what
        }
        String type = types.getOrDefault(variable.name(), number(variable.widthBytes()));
        boolean whole = types.containsKey(variable.name()) && type.startsWith("struct ") && !type.endsWith("*");
        String pointer = variable.count() == 1 || whole ? type + " *" : type + " (*)[" + variable.count() + "]";
        out.append("#define ").append(variable.name()).append(" (*(").append(pointer).append(")0x")
                .append(Long.toHexString(variable.address())).append("UL)\n");
    }

    private static String number(int widthBytes) {
        return switch (widthBytes) {
            case 1 -> "u8";
            case 2 -> "u16";
            case 4 -> "u32";
            default -> "u64";
        };
    }
}
