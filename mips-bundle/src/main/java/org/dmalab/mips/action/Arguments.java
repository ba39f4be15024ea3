package org.dmalab.mips.action;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.SataDriver;
import static org.dmalab.api.NotReadyException.require;

/**
 * Parameters that several actions have, and what they mean. A value that means nothing whatever the kernel's state is a
 * mistake ({@link NotReadyException}); what the kernel declines as it is now is an error number.
 */
final class Arguments {
    private static final int WORD_BYTES = 4;
    static final Parameter PAGE = Parameter.required("page", Parameter.Type.NUMBER,
            "page of the page cache, 0 to " + (KernelLayout.CACHE_PAGES - 1));
    static final Parameter OFFSET = Parameter.optional("offset", Parameter.Type.SIZE, "first byte in the page", "0");
    static final Parameter LENGTH = Parameter.optional("length", Parameter.Type.SIZE, "bytes", "4096");
    static final Parameter DIRECTION = Parameter.choice("direction", "who writes", "from-device", "from-device",
            "to-device", "bidirectional");
    static final Parameter PROCESSOR = Parameter.optional("processor", Parameter.Type.NUMBER,
            "whose primary cache", "0");

    private Arguments() { }

    static Parameter pattern(String otherwise) {
        return Parameter.optional("pattern", Parameter.Type.NUMBER,
                "first word that is written; each further one is 4 more", otherwise);
    }

    static Direction direction(Values values) {
        return switch ((int) values.get(DIRECTION.name())) {
            case 0 -> Direction.FROM_DEVICE;
            case 1 -> Direction.TO_DEVICE;
            default -> Direction.BIDIRECTIONAL;
        };
    }

    /** The action's page by its index, which the page cache can have. */
    static long index(Values values) {
        long index = values.get(PAGE.name());
        require(index >= 0 && index < KernelLayout.CACHE_PAGES, PAGE.name(), index,
                "0 to " + (KernelLayout.CACHE_PAGES - 1));
        return index;
    }

    /** The struct page of the action's page; 0 if the page cache does not have it now. */
    static long page(Cpu cpu, Values values) {
        return SataDriver.page(cpu, index(values));
    }

    /** Refuses offset and length that are not whole words inside a page. */
    static void requireWordsInPage(Values values) {
        long offset = values.get(OFFSET.name());
        long length = values.get(LENGTH.name());
        requireRange((offset | length) % WORD_BYTES == 0 && inPage(offset, length), values,
                "whole words of a page of " + KernelLayout.PAGE_SIZE + " bytes");
    }

    /** Refuses offset and length that are no part of a page. */
    static void requireInPage(Values values) {
        requireRange(inPage(values.get(OFFSET.name()), values.get(LENGTH.name())), values,
                "a part of a page of " + KernelLayout.PAGE_SIZE + " bytes");
    }

    private static boolean inPage(long offset, long length) {
        return offset >= 0 && offset < KernelLayout.PAGE_SIZE && length > 0
                && length <= KernelLayout.PAGE_SIZE - offset;
    }

    /** Refuses offset and length that do not begin in the action's page or reach beyond the last page. */
    static void requireInPages(Values values) {
        long offset = values.get(OFFSET.name());
        long length = values.get(LENGTH.name());
        long most = (KernelLayout.CACHE_PAGES - index(values)) * KernelLayout.PAGE_SIZE;
        requireRange(offset >= 0 && offset < KernelLayout.PAGE_SIZE && length > 0 && length <= most - offset, values,
                "an offset below " + KernelLayout.PAGE_SIZE + " and no byte behind page "
                        + (KernelLayout.CACHE_PAGES - 1));
    }

    /** Refuses an offset and a length; says what was expected. Words are made for who is refused only. */
    static void requireRange(boolean right, Values values, String expected) {
        if (!right) {
            throw new NotReadyException(OFFSET.name() + " and " + LENGTH.name() + ": " + values.get(OFFSET.name())
                    + " and " + values.get(LENGTH.name()) + ", expected " + expected);
        }
    }
}
