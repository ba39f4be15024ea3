package org.dmalab.lab.run;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.lab.guard.UnusableVariant;

/**
 * The classes whose fields and methods a class's code uses, read from the constant pool of its class file (JVMS section
 * 4.4), as far as the same class loader has them: a bundle's own.
 */
final class ClassNames {
    private static final int MAGIC = 0xcafebabe;
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int INTERFACE_METHOD = 11;

    /** Kept with the class itself, whose class loader has them too. */
    private static final ClassValue<List<Class<?>>> USED = new ClassValue<>() {
        @Override
        protected List<Class<?>> computeValue(Class<?> type) {
            return find(type);
        }
    };

    private ClassNames() { }

    /**
     * The classes of the same bundle that a class uses, by name; none if its class file cannot be read.
     *
     * @throws UnusableVariant if one of them was refused when it was loaded
     */
    static List<Class<?>> of(Class<?> type) {
        return USED.get(type);
    }

    private static List<Class<?>> find(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        String file = type.getName().replace('.', '/') + ".class";
        try (InputStream in = loader == null ? null : loader.getResourceAsStream(file)) {
            if (in == null) {
                return List.of();
            }
            return read(new DataInputStream(new BufferedInputStream(in))).stream()
                    .<Class<?>>map(name -> load(name, loader)).filter(Objects::nonNull).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Class<?> load(String name, ClassLoader loader) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            return type.getClassLoader() == loader ? type : null;
        } catch (ClassNotFoundException | LinkageError e) {
            UnusableVariant refused = UnusableVariant.in(e);
            if (refused != null) {
                throw refused;
            }
            return null; // whoever calls it will hear of it
        }
    }

    private static Set<String> read(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("no class file");
        }
        in.readInt();
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        int[] names = new int[count];
        Set<Integer> owners = new TreeSet<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            if (tag == UTF8) {
                texts[i] = in.readUTF();
            } else if (tag == CLASS) {
                names[i] = in.readUnsignedShort();
            } else if (tag >= FIELD && tag <= INTERFACE_METHOD) {
                owners.add(in.readUnsignedShort());
                in.readUnsignedShort();
            } else {
                i += skip(in, tag);
            }
        }
        Set<String> found = new TreeSet<>();
        for (int owner : owners) {
            String name = texts[names[owner]];
            if (!name.startsWith("[")) {
                found.add(name.replace('/', '.'));
            }
        }
        return found;
    }

    /** Skips a constant; returns how many entries more than one it takes. */
    private static int skip(DataInputStream in, int tag) throws IOException {
        switch (tag) {
            case 5, 6: // long, double
                in.readLong();
                return 1;
            case 8, 16, 19, 20: // string, method type, module, package
                in.readUnsignedShort();
                return 0;
            case 15: // method handle
                in.readUnsignedByte();
                in.readUnsignedShort();
                return 0;
            case 3, 4, 12, 17, 18: // int, float, name and type, dynamic
                in.readInt();
                return 0;
            default:
                throw new IOException("constant with tag " + tag);
        }
    }
}
