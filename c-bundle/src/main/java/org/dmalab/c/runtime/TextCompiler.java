package org.dmalab.c.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

import run.endive.compiler.Cache;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmModule;

/**
 * Compiles a module to classes, which are handed over by the compiler's cache and go through {@link TextRewriter}
 * before
 * they are loaded: without it an access at 2 GiB or above would lose the offset of its field, and lines would be
 * missing.
 */
final class TextCompiler {
    private TextCompiler() { }

    /**
     * Makes the classes of a module.
     *
     * @param bytes what it was parsed from
     * @param className full name of the class to generate; others are named after it
     * @throws IllegalStateException if the compiler's classes are not those that can be repaired
     */
    static Function<Instance, Machine> compile(WasmModule module, byte[] bytes, String className) {
        TextRewriter rewriter = new TextRewriter(module, bytes);
        KeepingCache kept = new KeepingCache();
        build(module, className, kept);
        if (kept.jar == null) {
            throw new IllegalStateException("the WebAssembly compiler did not hand over its classes");
        }
        kept.jar = rewrite(kept.jar, rewriter);
        return build(module, className, kept);
    }

    private static Function<Instance, Machine> build(WasmModule module, String className, Cache cache) {
        return MachineFactoryCompiler.builder(module).withClassName(className).withMaxFunctionsPerClass(1)
                .withCache(cache).compile();
    }

    private static byte[] rewrite(byte[] jar, TextRewriter rewriter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readAllBytes();
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(entry.getName().endsWith(".class") ? rewriter.rewrite(content) : content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rewriter.requireRepaired();
        return bytes.toByteArray();
    }

    /** Gives back what it was given, changed in between. */
    private static final class KeepingCache implements Cache {
        private byte[] jar;

        @Override
        public byte[] get(String key) {
            return jar;
        }

        @Override
        public void putIfAbsent(String key, byte[] data) {
            jar = jar == null ? data : jar;
        }
    }
}
