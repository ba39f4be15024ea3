package org.dmalab.lab.explore;

import java.util.Arrays;

/**
 * The choices of one schedule: at each step the number of the transition taken among those enabled, in the canonical
 * order in which 0 is nothing unusual.
 *
 * <p>As a text: runs of zeros as a base-36 count, then a letter for the choice ({@code A} is 1; {@code Z} adds 25 and
 * goes on), then one character that checks who did what up to there. Trailing zeros are dropped, so the schedule in
 * which nothing is unusual is the empty text.
 */
public final class Schedule {
    private static final int MAX_STEPS = 1_000_000;
    private static final int RADIX = 36;
    private static final int LETTERS = 25;
    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

    private final int[] choices;
    /** Check of all steps up to each choice that is not 0; -1 elsewhere. */
    private final int[] checks;

    private Schedule(int[] choices, int[] checks) {
        this.choices = choices;
        this.checks = checks;
    }

    static Schedule of(int[] choices, int[] kindsOfCall) {
        int length = choices.length;
        while (length > 0 && choices[length - 1] == 0) {
            length--;
        }
        int[] checks = new int[length];
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = mix(hash, kindsOfCall[i]);
            checks[i] = choices[i] == 0 ? -1 : Math.floorMod(hash, RADIX);
        }
        return new Schedule(Arrays.copyOf(choices, length), checks);
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none; the message names the character
     */
    public static Schedule parse(String text) {
        int[] choices = new int[16];
        int[] checks = new int[16];
        int steps = 0;
        long zeros = 0;
        int choice = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                choice += c == 'Z' ? LETTERS : c - 'A' + 1;
                if (c == 'Z') {
                    continue;
                }
                if (++i == text.length() || DIGITS.indexOf(text.charAt(i)) < 0) {
                    throw new IllegalArgumentException("the schedule ends in the middle, after character " + i);
                }
                int newLength = (int) zeros + steps + 1;
                if (newLength > choices.length) {
                    choices = Arrays.copyOf(choices, 2 * newLength);
                    checks = Arrays.copyOf(checks, choices.length);
                }
                Arrays.fill(checks, steps, newLength, -1);
                steps = newLength;
                choices[steps - 1] = choice;
                checks[steps - 1] = DIGITS.indexOf(text.charAt(i));
                zeros = 0;
                choice = 0;
            } else {
                int digit = DIGITS.indexOf(c);
                zeros = zeros * RADIX + digit;
                if (digit < 0 || choice != 0 || zeros + steps > MAX_STEPS) {
                    throw new IllegalArgumentException("character " + (i + 1) + " of the schedule, '" + c
                            + "', expected counts in base 36 of at most " + MAX_STEPS + " steps and letters");
                }
            }
        }
        if (zeros != 0 || choice != 0) {
            throw new IllegalArgumentException("the schedule ends in the middle");
        }
        return new Schedule(Arrays.copyOf(choices, steps), Arrays.copyOf(checks, steps));
    }

    private static int mix(int hash, int kind) {
        return ((hash * 31 + kind) * 0x9E3779B1) >>> 3;
    }

    /** How many choices are something unusual: a preemption, an interrupt, hardware by itself. */
    public long unusual() {
        return Arrays.stream(choices).filter(choice -> choice != 0).count();
    }

    /** Reads the choices one by one. */
    Reader reader() {
        return new Reader();
    }

    /** Hands out choices and checks that the steps are still those that were recorded. */
    final class Reader implements Choices {
        private int position;
        private int hash;

        @Override
        public int next(World world, int[] enabled) {
            int choice = position < choices.length ? choices[position] : 0;
            if (choice >= enabled.length) {
                throw new IllegalArgumentException("step " + (position + 1) + " is choice " + choice + " of "
                        + enabled.length
                        + ": the schedule no longer fits the scenario, the patch or this version; explore again");
            }
            return choice;
        }

        @Override
        public boolean over() {
            return position >= choices.length;
        }

        @Override
        public void check(int kindOfCall) {
            hash = mix(hash, kindOfCall);
            if (position < choices.length && checks[position] >= 0
                    && checks[position] != Math.floorMod(hash, RADIX)) {
                throw new IllegalArgumentException("at step " + (position + 1) + " or before it something else happens "
                        + "than was recorded: the schedule no longer fits the scenario, the patch or this version; "
                        + "explore again");
            }
            position++;
        }

        @Override
        public void checkEnd() {
            if (position < choices.length) {
                throw new IllegalArgumentException("all ended after step " + position + " of at least " + choices.length
                        + ": the schedule no longer fits the scenario, the patch or this version; explore again");
            }
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int zeros = 0;
        for (int i = 0; i < choices.length; i++) {
            if (choices[i] == 0) {
                zeros++;
                continue;
            }
            if (zeros > 0) {
                text.append(Integer.toString(zeros, RADIX));
            }
            int choice = choices[i];
            for (; choice > LETTERS; choice -= LETTERS) {
                text.append('Z');
            }
            text.append((char) ('A' + choice - 1)).append(DIGITS.charAt(checks[i]));
            zeros = 0;
        }
        return text.toString();
    }
}
