package org.dmalab.vtd.tool;

import java.util.List;

import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarReader.Problem;
import org.dmalab.vtd.hardware.DmarReader.Says;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/** A DMAR table as text: the header, the structures with their scopes, the problems. */
final class DmarText {
    private DmarText() { }

    static String write(DmarReader.Inspection inspection, int bytes, List<Problem> problems) {
        DmarTable table = inspection.table();
        StringBuilder text = new StringBuilder();
        text.append(String.format("DMAR table of %s %s: revision %d, %d bytes, %d structures\n",
                DmarWords.text(table.oemId()), DmarWords.text(table.oemTableId()), table.revision(), bytes,
                table.structures().size()));
        text.append("  OEM revision ").append(DmarWords.hex(table.oemRevision())).append(", made by ")
                .append(DmarWords.characters(table.creatorId())).append(" revision ")
                .append(DmarWords.hex(table.creatorRevision())).append('\n');
        text.append("  checksum ").append(table.checksummed() ? "right" : "wrong, see below").append('\n');
        text.append("  host address width ").append(table.hostAddressBits()).append(" bits\n");
        text.append("  flags ").append(String.format("0x%02x", table.flags()));
        text.append(table.flags() == 0 ? "" : ": " + String.join(", ", DmarWords.flags(table))).append("\n\n");
        structures(text, inspection);
        problems(text, problems);
        return text.toString();
    }

    static void problems(StringBuilder text, List<Problem> problems) {
        text.append(problems.isEmpty() ? "\nnothing odd\n" : "");
        list(text, "the copy", DmarChecks.of(Says.COPY, problems));
        list(text, "against the specification", DmarChecks.of(Says.SPECIFICATION, problems));
        list(text, "what kernels make of it", DmarChecks.of(Says.KERNELS, problems));
    }

    private static void list(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n').append(title).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }

    private static void structures(StringBuilder text, DmarReader.Inspection inspection) {
        for (int i = 0; i < inspection.offsets().size(); i++) {
            Structure structure = inspection.table().structures().get(i);
            text.append(String.format("0x%04x  %-5s ", inspection.offsets().get(i), DmarWords.type(structure)))
                    .append(DmarWords.facts(structure)).append('\n');
            List<Scope> scopes = DmarWords.scopes(structure);
            int width = scopes.stream().mapToInt(scope -> DmarWords.path(scope).length()).max().orElse(0);
            for (Scope scope : scopes) {
                String path = DmarWords.path(scope);
                text.append((" ".repeat(16) + String.format("%-9s  ", DmarWords.scopeType(scope)) + path
                        + " ".repeat(width - path.length() + 2) + DmarWords.scopeRemark(scope)).stripTrailing())
                        .append('\n');
            }
        }
    }
}
