package org.dmalab.lab.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/** Classes of one source text, compiled, woven one by one, and loaded from what came of it. */
final class Compiled extends ClassLoader {
    private final Map<String, byte[]> classes = new HashMap<>();

    private Compiled() {
        super(Compiled.class.getClassLoader());
    }

    /** Compiles class X with its nested classes. */
    static Compiled of(Path folder, String source) throws IOException {
        Path file = Files.writeString(folder.resolve("X.java"), source);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "17", "-proc:none",
                "-nowarn", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), file.toString()));
        Compiled compiled = new Compiled();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path one : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
                compiled.classes.put(one.getFileName().toString().replace(".class", ""), Files.readAllBytes(one));
            }
        }
        return compiled;
    }

    /** Weaves all of them, as classes of one bundle that has wires to all packages of the platform. */
    Compiled weave() {
        classes.replaceAll((name, bytes) -> PatchClass.weave(bytes, type -> classes.containsKey(type)
                || PatchRules.ofPlatform(type) ? null : "which no patch may use"));
        return this;
    }

    List<String> names() {
        return classes.keySet().stream().sorted().toList();
    }

    /** Calls X.run(), which takes nothing. */
    Object run() throws Throwable {
        try {
            return loadClass("X").getMethod("run").invoke(null);
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
