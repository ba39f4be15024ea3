package org.dmalab.vtd.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Parameter;
import org.dmalab.api.Tool;
import org.dmalab.api.Values;
import org.junit.jupiter.api.Test;

class FlushMatrixToolTest {
    private static Tool.Result run(String profile) {
        Tool tool = new FlushMatrixTool();
        Parameter parameter = tool.parameters().get(0);
        return tool.run(new Tool.Input(Map.of(), new Values(Map.of("profile", Values.parse(parameter, profile)))));
    }

    @Test
    void everyProfileIsATable() throws IOException {
        for (String profile : List.of("strict", "sid-only", "qemu-7.2")) {
            Golden.check("flush-matrix-" + profile + ".txt", run(profile).text());
        }
    }

    /** Cells measured on QEMU 7.2.22: the fix, the fix's first version, and a flush for another device. */
    @Test
    void measuredCellsAreInTheDocument() {
        Map<?, ?> json = (Map<?, ?>) run("qemu-7.2").json();
        assertEquals("[profile, rows]", json.keySet().toString());
        assertEquals("qemu-7.2", json.get("profile"));
        List<?> rows = (List<?>) json.get("rows");
        assertEquals(33, rows.size());
        assertEquals("{flush=CC dev(OLD) + DSI(OLD)   [the v2 fix], results={ctx=NEW, ctxWO=NEW, pte=NEW, pteWO=NEW,"
                + " pteNP=NEW, ptePerm=F6}}", rows.get(17).toString());
        assertEquals("{flush=CC dom(NEW) + DSI(NEW), results={ctx=OLD, ctxWO=silent0, pte=OLD, pteWO=silent0,"
                + " pteNP=NEW, ptePerm=OLD}}", rows.get(20).toString());
    }
}
