package org.dmalab.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A command that needs no machine, such as {@code dmar.show}: it reads what it is given and says what it found.
 * Registered as a service; the shell makes a command of it, reads the files, and writes the result.
 *
 * <p>A tool keeps nothing, opens no file, and gives the same result for the same input.
 */
@ConsumerType
public interface Tool {
    /** Service property: the architecture it belongs to. */
    String ARCH = "dmalab.arch";
    /** The largest input, in bytes. */
    int MAXIMUM_BYTES = 16 << 20;

    /** Name in the form {@code scope.verb}, such as {@code dmar.show}. */
    String name();

    /** One line of help. */
    String summary();

    /** Its parameters in the order of help: those that take a file are arguments of the command, others options. */
    List<Parameter> parameters();

    /**
     * Does it.
     *
     * @throws BadInput if an input is not what the tool can read
     */
    Result run(Input input);

    /**
     * What it is given.
     *
     * @param documents contents of files and typed lines, by parameter
     * @param values the other parameters, by type
     */
    record Input(Map<String, Document> documents, Values values) {
        /** Copies the map, in the order of names. */
        public Input {
            documents = new TreeMap<>(documents);
        }

        /** The document of a parameter. */
        public Document document(String name) {
            Document document = documents.get(name);
            if (document == null) {
                throw new IllegalArgumentException("the tool has no document " + name);
            }
            return document;
        }
    }

    /**
     * A file's content or a typed line.
     *
     * @param file as the user named it; null for a typed line
     * @param bytes the content, at most {@link #MAXIMUM_BYTES}; a line is in UTF-8
     */
    record Document(String file, byte[] bytes) { }

    /**
     * What came out, twice.
     *
     * @param text for people, each line ended by a newline
     * @param json for programs: null, String, Number, Boolean, List, or Map with strings as keys in their order
     * @param clean false if the tool looks for what is wrong and has found something: exit code 1
     */
    record Result(String text, Object json, boolean clean) {
        /** Of a tool that shows and does not judge. */
        public Result(String text, Object json) {
            this(text, json, true);
        }
    }

    /** An input that can't be read. The message is one line: where in it, what was expected, what to do. */
    final class BadInput extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With the message for the user; the shell puts the file's name before it. */
        public BadInput(String message) {
            super(message);
        }
    }
}
