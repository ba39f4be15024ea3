package org.dmalab.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory of one process, {@code dmalab-PID-...} in the temporary directory. The caches of two processes must not
 * meet, and nobody else may put classes into them. It goes with the process; what a process that was killed has left
 * goes at the next start.
 */
final class Storage {

    private static final String PREFIX = "dmalab-";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    /** Locked as long as the process lives; its number alone may mean another one where containers share /tmp. */
    private static final String LOCK = "lock";
    /** Held here so that the garbage collector does not close it, and with it the lock. */
    private static FileChannel lock;

    private Storage() { }

    /** Makes the directory of this process and removes what dead ones have left. */
    static Path create() throws IOException {
        Path storage = Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-",
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(storage), "delete framework storage"));
        // Neither closed nor released: the system does both when the process ends, however it ends.
        lock = FileChannel.open(storage.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        removeStale(storage);
        return storage;
    }

    private static void removeStale(Path own) {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(own.getParent(), PREFIX + "*")) {
            for (Path path : paths) {
                if (!path.equals(own) && ofDeadProcess(path) && isLikeOwn(path, own) && unlocked(path)) {
                    delete(path);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Somebody else's leftovers are no reason not to start.
        }
    }

    private static boolean ofDeadProcess(Path path) {
        String pid = path.getFileName().toString().substring(PREFIX.length()).replaceFirst("-[^-]*$", "");
        return pid.matches("[0-9]{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    private static boolean isLikeOwn(Path path, Path own) throws IOException {
        PosixFileAttributes other = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return other.isDirectory() && other.permissions().equals(OWNER_ONLY)
            && other.owner().equals(Files.getOwner(own, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean unlocked(Path path) {
        try (FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (IOException e) {
            return false;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Another thread may still write while the process ends; the next start finds what is left.
        }
    }
}
