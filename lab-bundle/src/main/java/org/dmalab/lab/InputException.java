package org.dmalab.lab;

/**
 * What the user typed or wrote in a file is wrong. The message is one line, says where, what was expected and what to
 * do; a command line ends with exit code 2.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_LENGTH = 2000;

    private final String file;
    private final int line;
    private final int column;
    private final String key;
    private final String problem;

    /** A problem without a place in a file. */
    public InputException(String problem) {
        this(null, 0, 0, null, problem);
    }

    /**
     * A problem at a place in a file.
     *
     * @param file the file as the user named it; null if there is none
     * @param line from 1; 0 if not known
     * @param column from 1; 0 if not known
     * @param key the key or option it is about; null if there is none
     * @param problem what is wrong, what was expected, what to do
     */
    public InputException(String file, int line, int column, String key, String problem) {
        super(message(file, line, column, key, oneLine(problem)));
        this.file = file;
        this.line = line;
        this.column = column;
        this.key = key;
        this.problem = oneLine(problem);
    }

    private static String message(String file, int line, int column, String key, String problem) {
        StringBuilder text = new StringBuilder();
        if (file != null) {
            text.append(oneLine(file));
            if (line > 0) {
                text.append(':').append(line).append(':').append(column);
            }
            text.append(": ");
        }
        if (key != null && !key.isEmpty()) {
            text.append(oneLine(key)).append(": ");
        }
        return text.append(problem).toString();
    }

    private static String oneLine(String text) {
        String line = String.valueOf(text).replaceAll("[\\p{Cntrl}\\s]+", " ").trim();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "...";
    }

    /** The file, or null. */
    public String file() {
        return file;
    }

    /** The line, from 1; 0 if not known. */
    public int line() {
        return line;
    }

    /** The column, from 1; 0 if not known. */
    public int column() {
        return column;
    }

    /** The key or option, or null. */
    public String key() {
        return key;
    }

    /** What is wrong, without the place. */
    public String problem() {
        return problem;
    }
}
