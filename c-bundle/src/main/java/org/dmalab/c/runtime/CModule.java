package org.dmalab.c.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import org.dmalab.api.cpu.Cpu;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportMemory;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.WasmFunctionHandle;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/**
 * A module of C text, compiled. A call takes an instance that no other call has, as calls nest (an interrupt handler on
 * top of a C function, a service that C code calls) and each level needs a stack of its own; an instance is used again
 * when its call has ended, however it ended.
 */
public final class CModule {
    private static final String STACK_POINTER = "__stack_pointer";
    private static final long[] NONE = {};

    private final AddressSpace space;
    private final WasmModule module;
    private final Function<Instance, Machine> factory;
    private final DataImage image;
    private final KernelCalls calls;
    private final Map<String, Integer> exports = new HashMap<>();
    private final Deque<Run> free = new ArrayDeque<>();

    /**
     * Compiles a module.
     *
     * @param bytes what the linker wrote
     * @param space addresses of its architecture
     * @param slot its part of the module space
     * @param owner the variant's class: its loader knows the classes that the imports name, its package gets the code
     * @param seam what the variant implements
     * @throws IllegalArgumentException if it is no module, or not one for this run time; the message says why
     */
    public CModule(byte[] bytes, AddressSpace space, int slot, Class<?> owner, Class<?> seam) {
        this.space = space;
        this.calls = new KernelCalls(owner.getClassLoader(), seam);
        this.module = parse(bytes);
        if (module.memorySection().isPresent()) {
            throw new IllegalArgumentException("a module with a memory of its own; link it with --import-memory");
        }
        this.image = DataImage.of(module, space.start(slot));
        this.factory = TextCompiler.compile(module, bytes, owner.getPackageName() + ".Text");
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            var export = module.exportSection().getExport(i);
            if (export.exportType() == ExternalType.FUNCTION) {
                exports.put(export.name(), export.index());
            }
        }
        free.push(new Run());
    }

    /**
     * Looks whether a module could be run: whether it is one, its data fits, and there is all that it calls.
     *
     * @throws IllegalArgumentException if not; the message says why
     */
    public static void check(byte[] bytes, AddressSpace space, int slot, Class<?> seam) {
        WasmModule module = parse(bytes);
        DataImage.of(module, space.start(slot));
        KernelCalls calls = new KernelCalls(seam.getClassLoader(), seam);
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (module.importSection().getImport(i) instanceof FunctionImport function) {
                if (function.module().equals(KernelCalls.LAB)) {
                    LabCalls.find(function.name());
                } else {
                    calls.find(function.module(), function.name(),
                            module.typeSection().getType(function.typeIndex()).params().size());
                }
            }
        }
    }

    private static WasmModule parse(byte[] bytes) {
        try {
            return Parser.parse(bytes);
        } catch (WasmEngineException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not a WebAssembly module: " + e.getMessage(), e);
        }
    }

    /** The number by which {@link #call} knows an exported function. */
    public int function(String name) {
        Integer index = exports.get(name);
        if (index == null) {
            throw new IllegalArgumentException("the module does not export " + name);
        }
        return index;
    }

    /**
     * Calls a function of the C text.
     *
     * @param function from {@link #function}
     * @param variant whose methods stand for what the C text does not define
     * @param cpu where it runs
     * @param arguments its parameters
     * @return its result; 0 if it has none
     */
    public long call(int function, Object variant, Cpu cpu, long... arguments) {
        Run run = take();
        try {
            return run.call(function, variant, cpu, arguments);
        } finally {
            give(run);
        }
    }

    private Run take() {
        synchronized (free) {
            Run run = free.poll();
            if (run != null) {
                return run;
            }
        }
        return new Run();
    }

    private void give(Run run) {
        synchronized (free) {
            free.push(run);
        }
    }

    /** An instance with its stack. */
    private final class Run {
        private final LabMemory memory = new LabMemory(space, image);
        private final Instance instance;
        private final Machine machine;
        private Object variant;

        Run() {
            ImportValues.Builder imports = ImportValues.builder()
                    .addMemory(new ImportMemory("env", "memory", memory));
            for (int i = 0; i < module.importSection().importCount(); i++) {
                if (module.importSection().getImport(i) instanceof FunctionImport function) {
                    FunctionType type = module.typeSection().getType(function.typeIndex());
                    imports.addFunction(new HostFunction(function.module(), function.name(), type,
                            handle(function, type)));
                }
            }
            instance = Instance.builder(module).withImportValues(imports.build()).withMachineFactory(factory)
                    .withStart(false).build();
            machine = instance.getMachine();
        }

        private WasmFunctionHandle handle(FunctionImport function, FunctionType type) {
            boolean returns = !type.returns().isEmpty();
            boolean narrow = returns && type.returns().get(0).equals(ValType.I32);
            if (function.module().equals(KernelCalls.LAB)) {
                LabCalls.LabCall call = LabCalls.find(function.name());
                return (in, arguments) -> result(call.call(memory, arguments, space.wide()), returns, narrow);
            }
            KernelCalls.Call call = calls.find(function.module(), function.name(), type.params().size());
            boolean[] ints = new boolean[type.params().size()];
            for (int i = 0; i < ints.length; i++) {
                ints[i] = type.params().get(i).equals(ValType.I32);
            }
            return (in, arguments) -> {
                for (int i = 0; i < ints.length; i++) {
                    arguments[i] = ints[i] ? arguments[i] & 0xffffffffL : arguments[i];
                }
                return result(invoke(call, arguments), returns, narrow);
            };
        }

        private long invoke(KernelCalls.Call call, long[] arguments) {
            try {
                return call.invoke(variant, memory.cpu(), arguments);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("kernel code threw " + e, e); // none declares any
            }
        }

        private static long[] result(long value, boolean returns, boolean narrow) {
            long given = narrow ? (int) value : value;
            return returns ? new long[] {given} : NONE;
        }

        long call(int function, Object newVariant, Cpu cpu, long[] arguments) {
            memory.begin(cpu);
            variant = newVariant;
            instance.exports().global(STACK_POINTER).setValue(memory.stackTop());
            try {
                long[] result = machine.call(function, arguments);
                return result == null || result.length == 0 ? 0 : result[0];
            } catch (WasmEngineException e) {
                throw new CFault("the C code ended with \"" + e.getMessage() + "\"" + lineOf(e));
            } finally {
                memory.end();
                variant = null;
            }
        }

        private static String lineOf(Throwable thrown) {
            for (StackTraceElement frame : thrown.getStackTrace()) {
                String file = frame.getFileName();
                if (file != null && (file.endsWith(".c") || file.endsWith(".h")) && frame.getLineNumber() > 0) {
                    return " at " + file + ":" + frame.getLineNumber() + " " + frame.getMethodName();
                }
            }
            return thrown.getCause() == null ? "" : lineOf(thrown.getCause()); // an overflow is thrown again on top
        }
    }
}
