package org.dmalab.c.build;

import java.util.Set;
import java.util.TreeSet;

import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;

/** Which classes a module's imports name. */
final class ModuleImports {
    private ModuleImports() { }

    /** Full names of Java classes. */
    static Set<String> classes(byte[] module) {
        WasmModule parsed = Parser.parse(module);
        Set<String> classes = new TreeSet<>();
        for (int i = 0; i < parsed.importSection().importCount(); i++) {
            String name = parsed.importSection().getImport(i).module();
            if (name.contains(".")) {
                classes.add(name);
            }
        }
        return classes;
    }
}
