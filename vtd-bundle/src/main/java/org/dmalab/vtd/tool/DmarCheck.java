package org.dmalab.vtd.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.vtd.hardware.DmarReader.Says;
import org.osgi.service.component.annotations.Component;

/**
 * {@code dmar.check}: for the tests of firmware. Finds something wrong if the specification or kernels have something
 * against the table; a copy that is cut off can't be judged.
 */
@Component(property = Tool.ARCH + "=vtd")
public final class DmarCheck implements Tool {
    @Override
    public String name() {
        return "dmar.check";
    }

    @Override
    public String summary() {
        return "Checks an ACPI DMAR table; exit code 0 if it is clean, 1 if not, 2 if it can't be read.";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(DmarShow.FILE);
    }

    @Override
    public Result run(Input input) {
        DmarShow.Table table = DmarShow.Table.read(input);
        List<String> copy = DmarChecks.of(Says.COPY, table.problems());
        if (copy.stream().anyMatch(line -> line.contains("cut off"))) {
            throw new BadInput(copy.get(0));
        }
        List<String> against = DmarChecks.of(Says.SPECIFICATION, table.problems());
        List<String> kernels = DmarChecks.of(Says.KERNELS, table.problems());
        boolean clean = against.isEmpty() && kernels.isEmpty();
        String file = input.document(DmarShow.FILE.name()).file();
        StringBuilder text = new StringBuilder(file + ": " + (clean ? "clean" : FaultText.counted(
                (long) against.size() + kernels.size(), "problem")) + "\n");
        if (!clean || !copy.isEmpty()) {
            DmarText.problems(text, table.problems());
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file);
        facts.put("clean", clean);
        facts.put("problems", against);
        facts.put("kernels", kernels);
        facts.put("copy", copy);
        return new Result(text.toString(), facts, clean);
    }
}
