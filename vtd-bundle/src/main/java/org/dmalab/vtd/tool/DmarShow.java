package org.dmalab.vtd.tool;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.vtd.hardware.DmarException;
import org.dmalab.vtd.hardware.DmarReader;
import org.osgi.service.component.annotations.Component;

/** {@code dmar.show}: what an ACPI DMAR table says, and what is wrong or odd about it. */
@Component(property = Tool.ARCH + "=vtd")
public final class DmarShow implements Tool {
    private static final String FILE = "file";
    private static final String SIGNATURE = "DMAR";

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
        return List.of(Parameter.required(FILE, Parameter.Type.FILE,
                "a DMAR table in binary, such as a copy of /sys/firmware/acpi/tables/DMAR"));
    }

    @Override
    public Result run(Input input) {
        Document document = input.document(FILE);
        try {
            DmarReader.Inspection inspection = DmarReader.inspect(document.bytes());
            List<String> problems = new ArrayList<>();
            inspection.problems().forEach(problem -> problems.add(problem.located()));
            problems.addAll(DmarChecks.check(inspection));
            return new Result(DmarText.write(inspection, document.bytes().length, problems),
                    DmarJson.write(document.file(), document.bytes().length, inspection, problems));
        } catch (DmarException e) {
            throw new BadInput(e.getMessage() + "; " + whatNext(document.bytes()));
        }
    }

    private static String whatNext(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(bytes.length, SIGNATURE.length() + 2), StandardCharsets.ISO_8859_1);
        if (head.equals(SIGNATURE + " @")) {
            return "that is the text of acpidump: make it binary with acpixtract -s" + SIGNATURE;
        }
        return head.startsWith(SIGNATURE) ? "a whole copy? If so the firmware is wrong, and kernels stop here too"
                : "copy /sys/firmware/acpi/tables/" + SIGNATURE + " as it is";
    }
}
