package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.vtd.hardware.DmarException;
import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarReader.Problem;
import org.osgi.service.component.annotations.Component;

/** {@code dmar.show}: what an ACPI DMAR table says, what the specification has against it, what kernels make of it. */
@Component(property = Tool.ARCH + "=vtd")
public final class DmarShow implements Tool {
    static final Parameter FILE = Parameter.required("file", Parameter.Type.FILE,
            "a DMAR table: a copy of /sys/firmware/acpi/tables/DMAR, acpidump's text, iasl -d's output, or a hex dump");

    /**
     * A table with what there is to say of it.
     *
     * @param bytes the table's
     * @param inspection what could be read
     * @param problems all of them
     */
    record Table(byte[] bytes, DmarReader.Inspection inspection, List<Problem> problems) {
        static Table read(Input input) {
            byte[] bytes = DmarInput.table(input.document(FILE.name()).bytes());
            try {
                DmarReader.Inspection inspection = DmarReader.inspect(bytes);
                List<Problem> problems = new ArrayList<>(inspection.problems());
                problems.addAll(DmarChecks.check(inspection));
                problems.sort(Comparator.comparingInt(Problem::offset));
                return new Table(bytes, inspection, List.copyOf(problems));
            } catch (DmarException e) {
                throw new BadInput(e.getMessage() + "; copy /sys/firmware/acpi/tables/DMAR as it is");
            }
        }
    }

    @Override
    public String name() {
        return "dmar.show";
    }

    @Override
    public String summary() {
        return "Shows an ACPI DMAR table: remapping units, reserved regions, scopes, and what is wrong with it.";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(FILE);
    }

    @Override
    public Result run(Input input) {
        Table table = Table.read(input);
        return new Result(DmarText.write(table.inspection(), table.bytes().length, table.problems()), DmarJson.write(
                input.document(FILE.name()).file(), table.bytes().length, table.inspection(), table.problems()));
    }
}
