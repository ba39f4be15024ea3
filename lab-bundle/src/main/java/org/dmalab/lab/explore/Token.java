package org.dmalab.lab.explore;

import java.util.Arrays;

import org.dmalab.lab.InputException;

/**
 * Names one explored schedule, so that it can be taken again elsewhere: {@code SCENARIO~PATCH~PROFILE~FORMAT~CHOICES}.
 *
 * @param scenario name of the scenario; of one that is not in the library the file
 * @param patch selection as {@code --patch} takes it
 * @param profile profile of the machine; empty if its architecture has none
 * @param schedule the choices
 */
public record Token(String scenario, String patch, String profile, Schedule schedule) {
    /** Characters that {@link #parse} reads; a command takes hardly more. */
    static final int MAX_LENGTH = 100_000;
    private static final String FORMAT = "1";
    /** Parts of a token. */
    public static final int PARTS = 5;

    /**
     * Reads a token.
     *
     * @throws InputException if it is none, or of another version
     */
    public static Token parse(String text) {
        String[] parts = parts(text);
        if (parts.length != PARTS || text.length() > MAX_LENGTH) {
            throw new InputException("this is no token, expected SCENARIO~PATCH~PROFILE~FORMAT~CHOICES as "
                    + "scenario:explore prints it");
        }
        if (!parts[3].equals(FORMAT)) {
            throw new InputException("the token has format \"" + parts[3] + "\", this version reads \"" + FORMAT
                    + "\"; explore the scenario again");
        }
        try {
            return new Token(parts[0], parts[1], parts[2], Schedule.parse(parts[4]));
        } catch (IllegalArgumentException e) {
            throw new InputException("the token is damaged: " + e.getMessage());
        }
    }

    /** The parts of a token, {@link #PARTS} of them if it is one; the name of a scenario may be that of any file. */
    public static String[] parts(String text) {
        String[] parts = text.split("~", -1);
        int more = parts.length - PARTS;
        if (more <= 0) {
            return parts;
        }
        String[] joined = Arrays.copyOfRange(parts, more, parts.length);
        joined[0] = String.join("~", Arrays.copyOf(parts, more + 1));
        return joined;
    }

    @Override
    public String toString() {
        return String.join("~", scenario, patch, profile, FORMAT, schedule.toString());
    }
}
