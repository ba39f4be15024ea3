package org.dmalab.c;

/** A patch can't be imported. The message is for its author: file and line, what was expected, what to do. */
public final class ImportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With that message; several lines are several problems. */
    public ImportException(String message) {
        super(message);
    }
}
