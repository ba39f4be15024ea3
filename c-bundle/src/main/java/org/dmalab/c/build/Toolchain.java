package org.dmalab.c.build;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.dmalab.c.ImportException;

/** The compiler, the linker and what lowers 64-bit memory: programs of the user's system. */
final class Toolchain {
    private static final String PACKAGES = "Debian and Ubuntu: apt-get install clang lld binaryen";
    private static final long SECONDS = 60;
    private static final List<String> COMPILE = List.of("-g", "-gdwarf-4", "-ffreestanding", "-nostdlib",
            "-fno-builtin", "-fno-strict-aliasing", "-fwrapv", "-fno-delete-null-pointer-checks", "-mno-bulk-memory",
            "-mmutable-globals", "-std=gnu11", "-Wall", "-Wno-unused", "-Wno-pointer-sign",
            "-Wno-tautological-pointer-compare", "-Wno-gnu-zero-variadic"
            + "-macro-arguments", "-Wno-unknown-warning-option",
            "-Wframe-larger-than=4096", "-Werror=frame-larger-than", // what lies between data and stack
            "-Werror=implicit-function-declaration",
            "-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=return-type",
            "-fno-caret-diagnostics", "-fno-color-diagnostics", "-ferror-limit=30", "-fvisibility=hidden");

    private final Path folder;
    private final String clang;
    private final String linker;

    private Toolchain(Path folder, String clang, String linker) {
        this.folder = folder;
        this.clang = clang;
        this.linker = linker;
    }

    /**
     * What a program said.
     *
     * @param exitCode 0 if it did its work
     * @param output both of its streams
     */
    record Result(int exitCode, String output) { }

    /**
     * Finds the programs; they work in a folder.
     *
     * @throws ImportException if one is missing; it says which package has it
     */
    static Toolchain in(Path folder) {
        return new Toolchain(folder, require("clang", "clang"), require("wasm-ld", "lld"));
    }

    private static String require(String program, String from) {
        return find(program).orElseThrow(() -> new ImportException("importing C text needs " + program
                + ", which is not installed; install the package " + from + " (" + PACKAGES + ")"));
    }

    /** The program of a name, or with a version behind it, the highest. */
    private static Optional<String> find(String program) {
        List<String> found = new ArrayList<>();
        String path = System.getenv("PATH");
        for (String place : path == null ? new String[0] : path.split(File.pathSeparator)) {
            Path plain = Path.of(place.isEmpty() ? "." : place, program);
            if (Files.isExecutable(plain)) {
                return Optional.of(plain.toString());
            }
            try (Stream<Path> files = Files.list(plain.getParent())) {
                files.filter(file -> Pattern.matches(program + "-\\d+", file.getFileName().toString()))
                        .filter(Files::isExecutable).map(Path::toString).forEach(found::add);
            } catch (IOException e) {
                continue; // a folder of PATH that is not there
            }
        }
        return found.stream().max((a, b) -> a.length() == b.length() ? a.compareTo(b) : a.length() - b.length());
    }

    /** First line of what the compiler says of itself. */
    String version() {
        return run(List.of(clang, "--version")).output().lines().findFirst().orElse("clang");
    }

    /** Compiles a file to an object for WebAssembly. */
    Result compile(int wordBits, int optimization, List<String> options, String source, String object) {
        List<String> words = new ArrayList<>(List.of(clang, "--target=wasm" + wordBits, "-O" + optimization));
        words.addAll(COMPILE);
        words.addAll(options);
        words.addAll(List.of("-c", source, "-o", object));
        return run(words);
    }

    /** Checks a file for another target, without making anything of it. */
    Result check(String target, List<String> options, String source) {
        List<String> words = new ArrayList<>(List.of(clang, "--target=" + target, "-fsyntax-only"));
        words.addAll(COMPILE.stream().filter(word -> !word.startsWith("-m")).toList());
        words.addAll(options);
        words.add(source);
        return run(words);
    }

    /** Links an object to a module with its data at an address. */
    Result link(int wordBits, int dataAddress, String object, String module) {
        return run(List.of(linker, "-mwasm" + wordBits, "--no-entry", "-z", "stack-size=16", "--import-memory",
                "--export-table", "--export=__stack_pointer", "--no-merge-data-segments",
                "--global-base=" + Integer.toUnsignedLong(dataAddress), object, "-o", module));
    }

    /** Rewrites a module of 64-bit addresses to one that works with their lower halves. */
    Result lower(String wide, String module) {
        return run(List.of(require("wasm-opt", "binaryen"), "--no-validation", "--enable-memory64",
                "--memory64-lowering", "-g", wide,
                "-o", module));
    }

    private Result run(List<String> words) {
        return run(folder, words);
    }

    /**
     * Runs a program to its end. Its output goes to a file, so that a program that hangs is ended when its time is over
     * or the thread is interrupted, whatever it reads or holds open.
     */
    static Result run(Path folder, List<String> words) {
        return run(folder, words, SECONDS);
    }

    static Result run(Path folder, List<String> words, long seconds) {
        Path output = null;
        Process process = null;
        try {
            output = Files.createTempFile("dmalab-c", ".out");
            process = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new ImportException(words.get(0) + " did not end within " + seconds + " s");
            }
            return new Result(process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ImportException(words.get(0) + " can't be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImportException("interrupted while " + words.get(0) + " ran");
        } finally {
            end(process, output);
        }
    }

    private static void end(Process process, Path output) {
        if (process != null && process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (output != null && !output.toFile().delete()) {
            output.toFile().deleteOnExit();
        }
    }
}
