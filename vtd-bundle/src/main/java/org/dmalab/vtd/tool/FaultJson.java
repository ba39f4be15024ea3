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
        facts.put("kdump", log.counts().copiedLine() > 0);
        facts.put("faults", log.faults().stream().map(FaultJson::fault).toList());
        facts.put("groups", groups.stream().map(group -> group(group, log)).toList());
        facts.put("queueErrors", log.queueErrors().stream().map(FaultJson::queueError).toList());
        facts.put("story", FaultStory.of(log, groups));
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

    private static Map<String, Object> group(FaultGroup group, FaultLog log) {
        Map<String, Object> facts = new LinkedHashMap<>();
        identity(group.first(), facts);
        facts.put("count", group.faults().size());
        facts.put("addresses", group.addresses().stream().map(DmarWords::hex).toList());
        TableDump dump = log.dump(group.last());
        facts.put("tables", dump == null ? null : dump.entries().stream().map(FaultJson::entry).toList());
        facts.put("meaning", FaultReason.meaning(group.first().reason()));
        facts.put("lookAt", FaultHints.of(group.last(), log));
        return facts;
    }

    private static Map<String, Object> entry(TableDump.Entry entry) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("entry", entry.name());
        facts.put("present", entry.present());
        facts.put("words", entry.words());
        return facts;
    }

    private static Map<String, Object> queueError(QueueError error) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("line", error.line());
        facts.put("timestamp", error.timestamp().isEmpty() ? null : error.timestamp());
        facts.put("device", error.device() == QueueError.NONE ? null : Fault.bdf(error.device()));
        facts.put("what", error.title());
        facts.put("descriptors", error.descriptors().stream().map(QueueError.Descriptor::words).toList());
        facts.put("meaning", error.meaning());
        facts.put("lookAt", error.lookAt());
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
