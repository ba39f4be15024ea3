package org.dmalab.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.FailureReport;
import org.dmalab.rules.sample.hardware.Parser;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each rule fails on the sample classes that break it, for every reason there is, and on no other. */
class BundleRulesTest {
    private static final String ROOT = "org.dmalab.rules.sample";
    private static final JavaClasses SAMPLES = new ClassFileImporter().importPackages(ROOT);
    private static final Pattern MEMBER = Pattern.compile(Pattern.quote(ROOT + ".") + "([\\w.]+(?:<\\w+>)?)");
    private static final Map<String, ArchRule> RULES = BundleRules.rules(ROOT, Parser.class);
    /** What breaks each rule; the parser is allowed to change. */
    private static final Map<String, List<String>> BREAKERS = Map.ofEntries(
            Map.entry("code keeps no state", List.of("hardware.HeldParser.parser", "kernel.Counter.calls",
                    "kernel.Counter.own", "kernel.Counter.shared", "kernel.Table.CELLS")),
            Map.entry("hardware knows no kernel", List.of("hardware.Unit.level")),
            Map.entry("a kernel reaches hardware through its Cpu only", List.of("kernel.Shortcut.status")),
            Map.entry("a patch knows the kernel only", List.of("patch.Choosy.notify")),
            Map.entry("nobody knows a patch", List.of("Glue.both")),
            Map.entry("no other bundle is known", List.of("Glue.both")),
            Map.entry("nobody reads a clock or starts a thread", List.of("kernel.Clock.nanos", "kernel.Clock.pause",
                    "kernel.Clock.seconds", "kernel.Counter.<clinit>", "kernel.Counter.count",
                    "kernel.Counter.shared")),
            Map.entry("nothing is left to chance", List.of("kernel.Dice.number", "kernel.Dice.other")),
            Map.entry("nobody iterates in the order of hash codes", List.of("kernel.Unordered.sum")),
            Map.entry("nobody asks for an identity", List.of("kernel.Identity.ofEnum", "kernel.Identity.ofObject",
                    "kernel.Identity.ofSystem")),
            Map.entry("an oracle never asks the patch", List.of("Asker.end")),
            Map.entry("a stop passes through kernel and patch", List.of("kernel.Swallower.swallow")),
            Map.entry("kernel and patch use values only", List.of("kernel.Clock.nanos", "kernel.Clock.pause",
                    "kernel.Clock.seconds", "kernel.Counter.count", "kernel.Counter.shared",
                    "kernel.Counter.<clinit>", "kernel.Dice.other", "kernel.Identity.ofSystem",
                    "kernel.Swallower.swallow",
                    "kernel.Unordered.keys", "kernel.Unordered.sum", "patch.Choosy.notify")),
            Map.entry("a variant is one public class without fields", List.of("patch.Choosy")));

    @TestFactory
    Stream<DynamicTest> everyRuleFailsOnWhatBreaksItOnly() {
        return RULES.entrySet().stream().map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> {
            FailureReport report = rule.getValue().evaluate(SAMPLES).getFailureReport();
            assertEquals(new TreeSet<>(BREAKERS.get(rule.getKey())), members(report), report::toString);
        }));
    }

    @Test
    void everyRuleHasSamples() {
        assertEquals(BREAKERS.keySet(), RULES.keySet());
    }

    /** The class or member of the samples that each line of a report begins with. */
    private static TreeSet<String> members(FailureReport report) {
        TreeSet<String> members = new TreeSet<>();
        for (String line : report.getDetails()) {
            Matcher member = MEMBER.matcher(line);
            members.add(member.find() ? member.group(1) : line);
        }
        return members;
    }
}
