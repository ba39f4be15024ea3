package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class SlotTest {
    private static final CommandSpec ONE = CommandSpec.command("device", "dma", "").required("MACHINE", "")
        .option("--device", "DEVICE", "").flag("--timeline", "").build();
    private static final CommandSpec MANY = CommandSpec.command("scenario", "show", "")
        .repeated("NAME", "", true).build();

    private static String slot(CommandSpec spec, String... words) {
        return Slot.of(spec, List.of(words)).map(s -> s.name() + " " + s.kind() + " " + s.typed() + " " + s.arguments())
            .orElse("none");
    }

    @Test
    void argumentsAreCountedWithoutOptions() {
        assertEquals("MACHINE MACHINE m []", slot(ONE, "m"));
        assertEquals("MACHINE MACHINE m []", slot(ONE, "--device", "02:00.0", "--timeline", "--format=json", "m"));
        assertEquals("none", slot(ONE, "m0", ""));
        assertEquals("NAME NAME  [a, b]", slot(MANY, "a", "b", ""));
        assertEquals("none", slot(CommandSpec.command("a", "b", "").build(), ""));
    }

    @Test
    void valuesOfOptionsInBothForms() {
        assertEquals("--device DEVICE 02 [m0]", slot(ONE, "m0", "--device", "02"));
        assertEquals("--device DEVICE 02 [m0]", slot(ONE, "m0", "--device=02"));
        assertEquals("--output FILE  []", slot(ONE, "--output", ""));
    }

    @Test
    void namesOfOptionsAreNoSlots() {
        assertEquals("none", slot(ONE, "--dev"));
        assertEquals("none", slot(ONE, "--no-such=02"));
        assertEquals("none", slot(ONE, "--timeline=02"));
        assertEquals(Optional.empty(), Slot.of(MANY, List.of("a", "--")));
    }
}
