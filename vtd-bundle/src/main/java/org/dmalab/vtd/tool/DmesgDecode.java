package org.dmalab.vtd.tool;

import java.util.List;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.osgi.service.component.annotations.Component;

/**
 * {@code dmesg.decode}: what a kernel log says of DMA remapping, in words: faults, errors of the invalidation queue,
 * the tables that kernels print after a fault.
 *
 * <p>A log without a fault is a good log and no error. A typed line without one is an error, as it is more likely the
 * misspelt name of a file.
 */
@Component(property = Tool.ARCH + "=vtd")
public final class DmesgDecode implements Tool {
    private static final String INPUT = "file-or-line";

    @Override
    public String name() {
        return "dmesg.decode";
    }

    @Override
    public String summary() {
        return "Explains the DMAR faults of a kernel log: device, direction, address, reason, what to look at next.";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.required(INPUT, Parameter.Type.FILE_OR_LINE,
                "a kernel log, such as saved output of dmesg or of a serial console, - for standard input, or one line"
                + " of it in quotes"));
    }

    @Override
    public Result run(Input input) {
        Document document = input.document(INPUT);
        FaultLog log = FaultLog.read(LogText.decode(document.bytes()));
        if (document.file() == null && log.quiet() && log.foreign().isEmpty() && log.unknown().isEmpty()) {
            throw new BadInput("there is no file of that name and the line has no DMAR fault, expected "
                    + "\"DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000 [fault reason 06] ...\"");
        }
        List<FaultGroup> groups = FaultGroup.of(log.faults());
        return new Result(FaultText.write(document.file(), log, groups), FaultJson.write(document.file(), log, groups));
    }
}
