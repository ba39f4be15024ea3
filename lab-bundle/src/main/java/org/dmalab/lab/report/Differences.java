package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.scenario.ExpectedMatrix;

/** What came out against what must come out. */
public final class Differences {
    private Differences() { }

    /**
     * A cell that is not as expected.
     *
     * @param scenario full name
     * @param patch the patch
     * @param expected what must come out; null if the matrix says nothing about it
     * @param actual what came out
     * @param reason why that came out
     */
    public record Difference(String scenario, String patch, Verdict expected, Verdict actual, String reason) {
        @Override
        public String toString() {
            return scenario + " with " + patch + ": " + actual.text() + (reason.isEmpty() ? "" : " (" + reason + ")")
                    + ", expected " + (expected == null ? "nothing: the matrix has no such cell" : expected.text());
        }
    }

    /**
     * Holds cells against what must come out.
     *
     * @param cells what came out
     * @param expected gives the matrix of an architecture
     * @return the cells that differ, those about which no matrix says anything included
     */
    public static List<Difference> of(List<Tested> cells, Function<String, Optional<ExpectedMatrix>> expected) {
        List<Difference> differences = new ArrayList<>();
        for (Tested cell : cells) {
            String arch = cell.scenario().substring(0, Math.max(0, cell.scenario().indexOf('/')));
            Verdict wanted = expected.apply(arch).flatMap(matrix -> matrix.expected(cell.scenario(), cell.patch()))
                    .orElse(null);
            if (wanted != cell.verdict()) {
                differences.add(new Difference(cell.scenario(), cell.patch(), wanted, cell.verdict(), cell.reason()));
            }
        }
        return differences;
    }
}
