package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarReader.Problem;
import org.dmalab.vtd.hardware.DmarReader.Says;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Other;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Satc;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Sidp;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/** A DMAR table for programs; addresses and ids are hexadecimal strings, as they may have 64 bits. */
final class DmarJson {
    private DmarJson() { }

    static Map<String, Object> write(String file, int bytes, DmarReader.Inspection inspection, List<Problem> problems) {
        DmarTable table = inspection.table();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file);
        facts.put("bytes", bytes);
        facts.put("revision", table.revision());
        facts.put("checksumRight", table.checksummed());
        facts.put("oemId", DmarWords.text(table.oemId()));
        facts.put("oemTableId", DmarWords.text(table.oemTableId()));
        facts.put("oemRevision", DmarWords.hex(table.oemRevision()));
        facts.put("creatorId", DmarWords.characters(table.creatorId()));
        facts.put("creatorRevision", DmarWords.hex(table.creatorRevision()));
        facts.put("hostAddressBits", table.hostAddressBits());
        facts.put("flags", DmarWords.flags(table));
        List<Object> structures = new ArrayList<>();
        for (int i = 0; i < inspection.offsets().size(); i++) {
            structures.add(structure(inspection.offsets().get(i), table.structures().get(i)));
        }
        facts.put("structures", structures);
        facts.put("problems", DmarChecks.of(Says.SPECIFICATION, problems));
        facts.put("kernels", DmarChecks.of(Says.KERNELS, problems));
        facts.put("copy", DmarChecks.of(Says.COPY, problems));
        return facts;
    }

    private static Map<String, Object> structure(int offset, Structure structure) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", DmarWords.type(structure));
        facts.put("offset", offset);
        if (structure instanceof Drhd unit) {
            facts.put("segment", unit.segment());
            facts.put("base", DmarWords.hex(unit.base()));
            facts.put("sizeExponent", unit.size() & 0xf);
            facts.put("includeAll", DmarWords.includesAll(unit));
        } else if (structure instanceof Rmrr region) {
            facts.put("segment", region.segment());
            facts.put("base", DmarWords.hex(region.base()));
            facts.put("limit", DmarWords.hex(region.limit()));
        } else if (structure instanceof Atsr ports) {
            facts.put("segment", ports.segment());
            facts.put("allPorts", (ports.flags() & 1) != 0);
        } else if (structure instanceof Rhsa affinity) {
            facts.put("base", DmarWords.hex(affinity.base()));
            facts.put("proximityDomain", affinity.proximity());
        } else if (structure instanceof Andd device) {
            facts.put("deviceNumber", device.deviceNumber());
            facts.put("name", device.name());
        } else if (structure instanceof Satc caches) {
            facts.put("segment", caches.segment());
            facts.put("required", (caches.flags() & 1) != 0);
        } else if (structure instanceof Sidp properties) {
            facts.put("segment", properties.segment());
        } else {
            facts.put("body", ((Other) structure).body());
        }
        if (!(structure instanceof Rhsa || structure instanceof Andd || structure instanceof Other)) {
            facts.put("scopes", DmarWords.scopes(structure).stream().map(DmarJson::scope).toList());
        }
        return facts;
    }

    private static Map<String, Object> scope(Scope scope) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", DmarWords.scopeType(scope));
        facts.put("path", DmarWords.path(scope));
        facts.put("enumerationId", scope.enumerationId());
        facts.put("flags", scope.flags());
        return facts;
    }
}
