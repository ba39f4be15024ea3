package org.dmalab.c;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.c.runtime.AddressSpace;
import org.dmalab.c.runtime.CModule;

/**
 * What the class of a C variant calls. Such a class is made when its text is imported: it implements the architecture's
 * seam, and for each function that the text defines it has one method that calls it here. It keeps nothing.
 */
public final class CText {
    /** Beside a variant's class: what the linker wrote. */
    public static final String MODULE = "text.wasm";
    /** Beside a variant's class: how it was built. */
    public static final String BUILT = "text.properties";
    /** Of {@link #BUILT}: name of the seam interface. */
    public static final String SEAM = "seam";
    /** Of {@link #BUILT}: 32 or 64. */
    public static final String WORD_BITS = "wordBits";
    /** Of {@link #BUILT}: where the kernel's data begins, in hexadecimal. */
    public static final String KERNEL_BASE = "kernelBase";
    /** Of {@link #BUILT}: ranges of {@link AddressSpace}. */
    public static final String RANGES = "ranges";
    /** Of {@link #BUILT}: the part of the module space. */
    public static final String SLOT = "slot";
    /** Of {@link #BUILT}, before the number of a function: its exported name. */
    public static final String FUNCTION = "function.";

    /** Kept with the class itself, so that a removed variant takes its module along. */
    private static final ClassValue<Loaded> LOADED = new ClassValue<>() {
        @Override
        protected Loaded computeValue(Class<?> type) {
            return load(type);
        }
    };

    private record Loaded(CModule module, int[] functions) { }

    private CText() { }

    /**
     * Calls a function of a variant's text.
     *
     * @param variant the variant
     * @param function its number in {@link #BUILT}
     * @param cpu where it runs
     * @param arguments what it is given
     * @return its result; 0 if it has none
     */
    public static long call(Object variant, int function, Cpu cpu, long... arguments) {
        Loaded loaded = LOADED.get(variant.getClass());
        return loaded.module().call(loaded.functions()[function], variant, cpu, arguments);
    }

    private static Loaded load(Class<?> type) {
        try (InputStream built = open(type, BUILT); InputStream text = open(type, MODULE)) {
            Properties properties = new Properties();
            properties.load(built);
            AddressSpace space = AddressSpace.of(Integer.parseInt(properties.getProperty(WORD_BITS)),
                    Long.parseUnsignedLong(properties.getProperty(KERNEL_BASE), 16), properties.getProperty(RANGES));
            Class<?> seam = Class.forName(properties.getProperty(SEAM), false, type.getClassLoader());
            CModule module = new CModule(text.readAllBytes(), space,
                    Integer.parseInt(properties.getProperty(SLOT)), type, seam);
            int count = 0;
            while (properties.getProperty(FUNCTION + count) != null) {
                count++;
            }
            int[] functions = new int[count];
            for (int i = 0; i < count; i++) {
                functions[i] = module.function(properties.getProperty(FUNCTION + i));
            }
            return new Loaded(module, functions);
        } catch (IOException e) {
            throw new UncheckedIOException("the C text of " + type.getName() + " can't be read", e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the C text of " + type.getName() + " was built for another dmalab: "
                    + e.getMessage(), e);
        }
    }

    private static InputStream open(Class<?> type, String name) throws IOException {
        InputStream in = type.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("no " + name + " beside it");
        }
        return in;
    }
}
