package org.dmalab.pseries.kernel;

/**
 * Where the versions of enable_ddw differ.
 *
 * @param hotplugMax what ddw_memory_hotplug_max returns
 * @param walkEnd how far a new direct window is mapped in advance
 * @param sizeTest how it is found out that the largest window is too small for memory
 * @param hybrid one window may be split into a direct and a dynamic part (6.11 and later)
 * @param limitedMasks a mask of 33 to 63 bits gets a window too (67dfc119, 6.15)
 * @param answersPlan after a failure the answer is what was planned (3bf983e4e93c, 6.7), and before it was no
 */
public record DdwRules(HotplugMax hotplugMax, WalkEnd walkEnd, SizeTest sizeTest, boolean hybrid,
        boolean limitedMasks, boolean answersPlan) {
    /** Versions of ddw_memory_hotplug_max. */
    public enum HotplugMax {
        /** The largest of memory_hotplug_max and the ends of all memory nodes. */
        EVERYTHING,
        /** hot_add_drconf_memory_max alone (6aa989ab). */
        DRCONF
    }

    /** Where the walk over memory ends that maps a new direct window. */
    public enum WalkEnd {
        /** memblock_end_of_DRAM. */
        END_OF_DRAM,
        /** ddw_memory_hotplug_max (6aa989ab). */
        HOTPLUG_MAX
    }

    /** How the largest window is compared with what is needed. */
    public enum SizeTest {
        /**
         * The number of TCEs with {@code 1ULL << (len - page_shift)}. Compiled for ppc64 this shifts the number of
         * TCEs right with a count of seven bits, so a negative difference counts as too small.
         */
        SHIFT,
        /** Binary logarithms as integers (67dfc119). */
        ORDER
    }
}
