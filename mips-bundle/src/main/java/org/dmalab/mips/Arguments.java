package org.dmalab.mips;

import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.SataDriver;

/** Parameters that several actions have, and what they mean. */
final class Arguments {
    static final Parameter PAGE = Parameter.required("page", Parameter.Type.NUMBER,
            "page of the page cache, 0 to " + (Layout.CACHE_PAGES - 1));
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

    /** The struct page of the action's page; 0 if there is none. */
    static long page(Cpu cpu, Values values) {
        return SataDriver.page(cpu, values.get(PAGE.name()));
    }

    /** Tells whether offset and length are whole words inside a page. */
    static boolean wordsInPage(Values values) {
        return inPage(values) && ((values.get(OFFSET.name()) | values.get(LENGTH.name())) & 3) == 0;
    }

    /** Tells whether offset and length are a part of a page. */
    static boolean inPage(Values values) {
        long offset = values.get(OFFSET.name());
        long length = values.get(LENGTH.name());
        return offset >= 0 && offset < Layout.PAGE_SIZE && length > 0 && length <= Layout.PAGE_SIZE - offset;
    }
}
