package org.dmalab.vtd.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Faults for programs; addresses are hexadecimal strings, as they have 64 bits. */
final class FaultJson {
    private FaultJson() { }

    static Map<String, Object> write(String file, FaultLog log, List<FaultGroup> groups) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file);
        facts.put("lines", log.lines());
        facts.put("kdump", log.copiedLine() > 0);
        facts.put("faults", log.faults().stream().map(FaultJson::fault).toList());
        facts.put("groups", groups.stream().map(group -> group(group, log.inKdump(group.last()))).toList());
        facts.put("remarks", FaultText.remarks(log));
        return facts;
    }

    private static Map<String, Object> fault(Fault fault) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("line", fault.line());
        facts.put("timestamp", fault.timestamp().isEmpty() ? null : fault.timestamp());
        identity(fault, facts);
        facts.put("address", DmarWords.hex(fault.address()));
        return facts;
    }

    private static Map<String, Object> group(FaultGroup group, boolean kdump) {
        Map<String, Object> facts = new LinkedHashMap<>();
        identity(group.first(), facts);
        facts.put("count", group.faults().size());
        facts.put("addresses", group.addresses().stream().map(DmarWords::hex).toList());
        facts.put("meaning", FaultReason.meaning(group.first().reason()));
        facts.put("lookAt", FaultReason.lookAt(group.last(), kdump));
        return facts;
    }

    private static void identity(Fault fault, Map<String, Object> facts) {
        facts.put("device", fault.device());
        facts.put("sourceId", String.format("0x%04x", fault.sourceId()));
        facts.put("access", fault.kind().label());
        facts.put("pasid", fault.pasid() == Fault.NO_PASID ? null : "0x" + Long.toHexString(fault.pasid()));
        facts.put("reason", String.format("0x%02x", fault.reason()));
        facts.put("words", fault.words());
    }
}
