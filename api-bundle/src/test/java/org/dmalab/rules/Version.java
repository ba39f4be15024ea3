package org.dmalab.rules;

import java.util.Comparator;

/** The version of a package. */
record Version(int major, int minor, int micro) implements Comparable<Version> {
    private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
            .thenComparingInt(Version::minor).thenComparingInt(Version::micro);

    /** How far a change goes for those who were built against the package before it. */
    enum Step {
        /** Nobody notices. */
        NONE,
        /** What was built before goes on working, also with what it implements. */
        MINOR,
        /** Something that was built before does not link, or lacks a method. */
        MAJOR
    }

    static Version parse(String text) {
        String[] parts = text.split("\\.");
        if (!text.matches("\\d{1,6}\\.\\d{1,6}\\.\\d{1,6}")) {
            throw new IllegalArgumentException("version " + text + " is not three numbers such as 1.0.0");
        }
        return new Version(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    /** The least version after a change. Packages of version 0 promise nothing from one minor version to the next. */
    Version after(Step step) {
        return switch (step) {
            case NONE -> this;
            case MINOR -> new Version(major, minor + 1, 0);
            case MAJOR -> major == 0 ? new Version(0, minor + 1, 0) : new Version(major + 1, 0, 0);
        };
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + micro;
    }
}
