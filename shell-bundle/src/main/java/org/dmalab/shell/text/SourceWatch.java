package org.dmalab.shell.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

import org.dmalab.c.ImportException;
import org.dmalab.c.ImportRequest;
import org.dmalab.c.PatchImporter;

/** Imports again whenever one of the sources was saved; what is wrong with one is said, and the variant stays. */
final class SourceWatch {
    private static final long LOOK_MILLIS = 100;

    private final PatchImporter importer;
    private final ImportRequest request;
    private final Path jar;
    private final List<Path> files;
    private List<FileTime> seen;

    SourceWatch(PatchImporter importer, ImportRequest request, Path jar, List<Path> files) {
        this.importer = importer;
        this.request = request;
        this.jar = jar;
        this.files = files;
        this.seen = times();
    }

    /** Watches beside the shell, until the platform ends. */
    void start() {
        Thread thread = new Thread(() -> {
            try {
                run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "watch of " + files.get(0));
        thread.setDaemon(true);
        thread.start();
    }

    /** Watches until it is interrupted. */
    void run() throws InterruptedException {
        System.err.println("watching " + String.join(", ", files.stream().map(Path::toString).toList()));
        while (true) {
            Thread.sleep(LOOK_MILLIS);
            List<FileTime> now = times();
            if (!now.equals(seen)) {
                seen = now;
                again();
            }
        }
    }

    private void again() throws InterruptedException {
        long start = System.nanoTime();
        try {
            PatchImporter.Result result = importer.run(request, jar);
            System.err.printf("%s: imported again in %.1f s%n", result.variants().get(0).id(),
                    (System.nanoTime() - start) / 1e9);
        } catch (ImportException e) {
            System.err.println("error: " + e.getMessage());
        }
    }

    private List<FileTime> times() {
        return files.stream().map(file -> {
            try {
                return Files.getLastModifiedTime(file);
            } catch (IOException e) {
                return FileTime.fromMillis(0);
            }
        }).toList();
    }
}
