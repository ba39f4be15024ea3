package org.dmalab.lab.explore;

import org.dmalab.lab.InputException;

/**
 * Names one explored schedule, so that it can be taken again elsewhere: {@code SCENARIO~PATCH~PROFILE~FORMAT~CHOICES}.
 *
 * @param scenario name of the scenario
 * @param patch selection as {@code --patch} takes it
 * @param profile profile of the machine; empty if its architecture has none
 * @param schedule the choices
 */
public record Token(String scenario, String patch, String profile, Schedule schedule) {
    /** Characters that {@link #parse} reads; a command takes hardly more. */
    static final int MAX_LENGTH = 100_000;
    private static final String FORMAT = "1";
    private static final int PARTS = 5;

    /**
     * Reads a token.
     *
     * @throws InputException if it is none, or of another version
     */
    public static Token parse(String text) {
        String[] parts = text.split("~", -1);
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

    @Override
    public String toString() {
        return String.join("~", scenario, patch, profile, FORMAT, schedule.toString());
    }
}
