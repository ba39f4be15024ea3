package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    private static final CommandSpec SPEC = CommandSpec.command("lab", "cook", "Cooks.")
        .required("DISH", "what to cook")
        .repeated("WITH", "what goes into it", false)
        .option("--heat", "LEVEL", "how hot", "low", "high")
        .option("--time", "DURATION", "how long")
        .option("--count", "N", "how many")
        .option("--pots", "POT,POT", "which pots")
        .flag("--salt", "with salt")
        .build();

    @Test
    void optionsStandBeforeAndAfterNames() {
        Arguments args = Arguments.parse(SPEC, "--heat", "low", "soup", "--salt", "beans", "--time=5m", "rice");
        assertEquals("soup", args.get("DISH"));
        assertEquals(List.of("beans", "rice"), args.all("WITH"));
        assertEquals(Optional.of("low"), args.option("--heat"));
        assertEquals(Duration.ofMinutes(5), args.duration("--time", Duration.ZERO));
        assertTrue(args.has("--salt"));
        assertFalse(args.has("--pots"));
    }

    @Test
    void valuesKeepEqualsSignsAndAsterisks() {
        Arguments args = Arguments.parse(SPEC, "vtd/*", "--pots=DmaWindows=a,MemoryNotifier=b", "a b", "$x");
        assertEquals("vtd/*", args.get("DISH"));
        assertEquals(List.of("DmaWindows=a", "MemoryNotifier=b"), args.list("--pots"));
        assertEquals(List.of("a b", "$x"), args.all("WITH"));
    }

    @Test
    void twoDashesEndTheOptions() {
        Arguments args = Arguments.parse(SPEC, "soup", "--", "--salt");
        assertEquals(List.of("--salt"), args.all("WITH"));
        assertFalse(args.has("--salt"));
    }

    @Test
    void wrongWordsAreNamedWithTheNearestKnownOne() {
        CommandException e = assertThrows(CommandException.class, () -> Arguments.parse(SPEC, "soup", "--slat"));
        assertEquals("lab:cook: unknown option --slat; did you mean --salt? See: help lab:cook", e.getMessage());
        assertEquals(CommandException.USAGE, e.exitCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--salt                | argument DISH is missing",
        "soup --heat           | option --heat needs a value: --heat LEVEL",
        "soup --heat --salt    | option --heat needs a value: --heat LEVEL",
        "soup --heat medium    | option --heat is one of low, high, not 'medium'",
        "soup --salt=yes       | option --salt takes no value",
        "soup --salt --salt    | option --salt is given twice",
    })
    void wrongUsageSaysWhatWasExpected(String line, String expected) {
        CommandException e = assertThrows(CommandException.class, () -> Arguments.parse(SPEC, line.split(" ")));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void numbersAreChecked() {
        assertEquals(4096, Arguments.parse(SPEC, "soup", "--count", "0x1000").number("--count", 1, 0, 5000));
        assertEquals(1, Arguments.parse(SPEC, "soup").number("--count", 1, 0, 9));
        for (String wrong : List.of("10", "-1", "x", "99999999999999999999")) {
            Arguments args = Arguments.parse(SPEC, "soup", "--count", wrong);
            assertThrows(CommandException.class, () -> args.number("--count", 1, 0, 9), wrong);
        }
    }

    @ParameterizedTest
    @CsvSource({"30s,30000000000", "500ms,500000000", "2us,2000", "7,7000000000", "3ns,3"})
    void durationsHaveUnits(String text, long nanos) {
        assertEquals(Duration.ofNanos(nanos),
            Arguments.parse(SPEC, "soup", "--time", text).duration("--time", Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource({"300000000m", "9223372036854775807s", "99999999999999999999s", "1d", "-1s", "1.5s", "''", "s"})
    void whatIsNoDurationOrTooLongIsRefused(String text) {
        Arguments args = Arguments.parse(SPEC, "soup", "--time", text);
        assertTrue(assertThrows(CommandException.class, () -> args.duration("--time", Duration.ZERO)).getMessage()
            .contains("option --time is "), text);
    }

    @Test
    void tooManyNamesAreRefused() {
        CommandSpec none = CommandSpec.command("lab", "rest", "Rests.").build();
        assertTrue(assertThrows(CommandException.class, () -> Arguments.parse(none, "now")).getMessage()
            .startsWith("lab:rest: unexpected argument 'now'."));
    }

    @Test
    void helpIsNotAnError() {
        HelpRequested help = assertThrows(HelpRequested.class, () -> Arguments.parse(SPEC, "--help"));
        assertEquals(0, help.exitCode());
        assertTrue(help.getMessage().startsWith("usage: lab:cook DISH [WITH...] [--heat LEVEL]"), help.getMessage());
        assertTrue(help.getMessage().contains("--heat LEVEL     how hot (low, high)"), help.getMessage());
    }
}
