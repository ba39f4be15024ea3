package org.dmalab.api.borrowed;

/** Keeps state under a name of the api; loaded by a class loader of its own, as from somebody's bundle. */
public final class Counting {
    private static long calls;

    /** Reaches its own helper, which keeps state too. */
    public long call() {
        return Counter.next() + calls++;
    }

    /** Not the class of the service itself. */
    static final class Counter {
        private static final long[] COUNT = new long[1];
        private long own;

        static long next() {
            return COUNT[0]++ + new Counter().own++;
        }
    }

    /** Has nothing of its own, but a counter that could. */
    public static final class Reaching {
        private final Counter counter = null;

        @Override
        public String toString() {
            return String.valueOf(counter);
        }
    }

    /** Has nothing of its own, but calls what keeps state. */
    public static final class Calling {
        /** Counts. */
        public long call() {
            return Counter.next();
        }
    }
}
