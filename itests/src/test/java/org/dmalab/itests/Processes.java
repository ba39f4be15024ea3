package org.dmalab.itests;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Waits for processes by the processor time that they have had: what else the machine does makes a test slow and
 * nothing else. A process that does nothing for ten minutes hangs.
 */
final class Processes {
    private static final Duration MOST = Duration.ofMinutes(20);
    private static final Duration WORKING = Duration.ofSeconds(1);
    private static final int LOOKS = 600;

    private Processes() { }

    /** Until it ends. */
    static void awaitEnd(Process process) throws InterruptedException {
        awaitWork(process, MOST);
        if (process.isAlive()) {
            stop(process, "still running after " + MOST.toSeconds() + " s of processor time");
        }
    }

    /** Until it has worked so long, or has ended. */
    static void awaitWork(Process process, Duration work) throws InterruptedException {
        Duration marked = Duration.ZERO;
        int idle = 0;
        while (!process.waitFor(1, TimeUnit.SECONDS) && used(process).compareTo(work) < 0) {
            Duration now = used(process);
            // Also less: what a child has used goes with it.
            boolean working = now.minus(marked).abs().compareTo(WORKING) > 0;
            marked = working ? now : marked;
            idle = working ? 0 : idle + 1;
            if (idle > LOOKS) {
                stop(process, "does nothing");
            }
        }
    }

    private static void stop(Process process, String reason) {
        String line = process.info().commandLine().orElse("");
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(reason + ": " + line);
    }

    private static Duration used(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
            .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
            .reduce(Duration.ZERO, Duration::plus);
    }
}
