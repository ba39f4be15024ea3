package org.dmalab.lab.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.lab.InputException;

/** Reads files within limits: at most 1 MiB, and those that a scenario names from below its own folder only. */
final class ScenarioFiles {
    static final int MAX_BYTES = 1 << 20;
    private static final Pattern NUMBERED = Pattern.compile("(\\d{1,6})-([A-Za-z0-9][A-Za-z0-9._-]*)\\.ya?ml");

    private ScenarioFiles() { }

    /** The name in {@code NN-name.yaml}; null if it is of another form. */
    static String plainName(String fileName) {
        Matcher matcher = NUMBERED.matcher(fileName);
        return matcher.matches() ? matcher.group(2) : null;
    }

    /** The number in {@code NN-name.yaml}. */
    static int number(String fileName) {
        Matcher matcher = NUMBERED.matcher(fileName);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : Integer.MAX_VALUE;
    }

    /** The text of a UTF-8 file. */
    static String text(Path file, String label) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(file, label));
        CharBuffer text = CharBuffer.allocate(bytes.limit());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        if (decoder.decode(bytes, text, true).isError()) {
            Yaml.Place place = place(text.flip().toString());
            throw new InputException(label, place.line(), place.column(), null, String.format(
                    "byte 0x%02x, expected UTF-8 text", bytes.get(bytes.position())));
        }
        decoder.flush(text);
        return text.flip().toString();
    }

    /** The place right after a text. */
    static Yaml.Place place(String text) {
        int newline = text.lastIndexOf('\n');
        return new Yaml.Place(1 + (int) text.chars().filter(c -> c == '\n').count(),
                text.codePointCount(newline + 1, text.length()) + 1);
    }

    /** The contents of a file that a scenario names; the path must lead below the scenario's folder. */
    static byte[] beside(Path scenario, String name) {
        if (scenario == null) {
            throw new InputException("a file \"" + name + "\" in a scenario that is none");
        }
        try {
            Path folder = scenario.toRealPath().getParent();
            Path wanted = folder.resolve(name);
            if (Path.of(name).isAbsolute() || !wanted.normalize().startsWith(folder)) {
                throw outside(name);
            }
            Path real = wanted.toRealPath();
            if (!real.startsWith(folder)) {
                throw outside(name);
            }
            return bytes(real, name);
        } catch (NoSuchFileException e) {
            throw new InputException("there is no file \"" + name + "\" beside the scenario");
        } catch (InvalidPathException | IOException e) {
            throw new InputException("file \"" + name + "\" cannot be read: " + e.getMessage());
        }
    }

    private static InputException outside(String name) {
        return new InputException("file \"" + name + "\" is not below the scenario's folder");
    }

    private static byte[] bytes(Path file, String label) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(label, 0, 0, null, Files.isDirectory(file)
                    ? "a folder, expected a file" : "a device or pipe, expected a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new InputException(label, 0, 0, null, "larger than 1 MiB; a file is at most that");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new InputException(label, 0, 0, null, "no such file");
        } catch (IOException e) {
            throw new InputException(label, 0, 0, null, "cannot be read: " + e.getMessage());
        }
    }
}
