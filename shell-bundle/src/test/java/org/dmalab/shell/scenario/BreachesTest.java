package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.shell.scenario.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code that breaks the rules for patch code is broken however it is looked at, never a fail and never a pass. */
class BreachesTest {
    private static final String PLACE = "FakePlatform$%s (FakePlatform.java:";

    private final Shell shell = new Shell(FakePlatform.breaking());

    @BeforeEach
    void setHome() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty(ScenarioHome.HOME);
    }

    private String broken(String... words) {
        Result result = shell.run(words);
        String all = result.out() + result.err();
        assertEquals(3, result.code(), all);
        assertTrue(all.contains("broken"), all);
        return all.replaceAll("\\s+", " ");
    }

    @ParameterizedTest
    @CsvSource({"counting, hidden state: , Counting", "endless, unbounded history: more than 20000 calls, Endless",
        "swallowing, the code catches the stop, Swallowing", "lying, lying mark: after mark 1 , Lying"})
    void aBreachIsNamedWithItsPlace(String patch, String rule, String type) {
        String place = String.format(PLACE, type);
        for (String[] words : new String[][] {{"scenario:explore", "fake/race", "--patch", patch},
            {"scenario:explore", "fake/race", "--patch", patch, "--verify"},
            {"scenario:explore", "fake/race", "--patch", patch, "--swap", "careful"},
            {"scenario:explore", "fake/race", "--patch", "careful", "--swap", patch},
            {"scenario:explore", "fake/race", "--patch", patch, "--format", "json"}}) {
            String text = broken(words);
            assertTrue(text.contains(rule) && text.contains(place), text);
        }
        String token = "fake/race~" + patch + "~strict~1~";
        for (String text : new String[] {broken("scenario:replay", token), broken("scenario:debug", token)}) {
            assertTrue(text.contains("FakePlatform$" + type) && text.contains("FakePlatform.java:"), text);
        }
    }

    @Test
    void bothCallsThatDifferAreNamedWithTheirPlaces() {
        for (String patch : new String[] {"counting", "lying"}) {
            String text = broken("scenario:explore", "fake/race", "--patch", patch);
            assertTrue(text.matches(".* called \\w+\\(.*?\\) at \\S+ \\(FakePlatform.java:\\d+\\), then .*"), text);
        }
        assertTrue(broken("scenario:explore", "fake/race", "--patch", "counting")
                .matches(".*, then store\\(.*?\\) at \\S+ \\(FakePlatform.java:\\d+\\).*"));
    }

    @Test
    void aBreachInAPlainRunOfASweepIsBrokenToo() {
        String text = broken("scenario:explore", "fake/map", "--patch", "counting", "--fail-each");
        assertTrue(text.matches(".*hidden state: class org.dmalab.shell.scenario.FakePlatform\\$Counting can keep "
                + "state in field calls, which is not final; two runs with the same service objects differ, event "
                + "\\d+ was cpu0 store\\([^)]*\\) = 0x0 at \\S+Counting \\(FakePlatform.java:\\d+\\), then "
                + "cpu0 store\\([^)]*\\) = 0x0 at \\S+Counting \\(FakePlatform.java:\\d+\\).*"), text);
    }
}
