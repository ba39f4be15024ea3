package org.dmalab.vtd;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Preset;
import org.dmalab.vtd.hardware.UnitProfile;

/** The equipment and the behaviour that there is to choose from, and how each is known. */
final class VtdPresets {
    private VtdPresets() { }

    static List<Preset> presets() {
        return List.of(
                new Preset("X9DRG", "Supermicro X9DRG: 48 bits, 64K domains, 8 fault records, no snooping of tables",
                        "CAP and ECAP from a report on the iommu list (2021-11-15); table and RMRRs as in the seed",
                        equipment(0x00d2078c106f0466L, 0x00f020deL, 4L << 30, 46, 64),
                        Map.of(VtdParameters.DMAR, "/dmar/seed-rmrr.bin")),
                new Preset("qemu-7.2",
                        "QEMU 7.2 intel-iommu,intremap=on: 39 bits, 1 fault record, no snooping of tables",
                        "CAP and ECAP read from QEMU 7.2.22; its DMAR table, but for the devices of the unit: all"
                                + " (INCLUDE_ALL), as QEMU had it before it named each",
                        equipment(0x00d2008c22260206L, 0x00f00f4aL, 1L << 30, 39, 0),
                        Map.of(VtdParameters.DMAR, "/dmar/qemu-include-all.bin")),
                new Preset("82Q45",
                        "Intel Q45: 39 bits (36 used), 256 domains, 1 fault record, write buffer to flush, no queue",
                        "CAP from the 4-Series datasheet; ECAP from boot messages of boards; DMAR table as in the seed",
                        equipment(0x00c9008020e30272L, 0x1000L, 4L << 30, 36, 64),
                        Map.of(VtdParameters.DMAR, "/dmar/seed-rmrr.bin")));
    }

    /** A machine with one processor, and a kernel that was told nothing. */
    private static Map<String, Long> equipment(long cap, long ecap, long ramBytes, long hostAddressBits,
            long cpuCacheLines) {
        Map<String, Long> values = new TreeMap<>(Map.of("cap", cap, "ecap", ecap, "ramBytes", ramBytes,
                "hostAddressBits", hostAddressBits, "processors", 1L, "cpuCacheLines", cpuCacheLines));
        for (String setting : List.of("invalidation", "deferredUnmap", "identity", "scalable", "ats", "hotplugBytes")) {
            values.put(setting, 0L);
        }
        return values;
    }

    static List<Preset> profiles() {
        return List.of(
                new Preset("strict",
                        "a device-selective context flush matches source-id and domain-id; IOTLB by domain-id",
                        "what the specification allows; no implementation was measured",
                        UnitProfile.STRICT.parameters()),
                new Preset("sid-only", "a device-selective context flush ignores the domain-id; IOTLB by domain-id",
                        "what the specification allows; no implementation was measured",
                        UnitProfile.SID_ONLY.parameters()),
                new Preset("qemu-7.2",
                        "IOTLB by source-id and before the context cache, hits without permission are lost",
                        "measured on QEMU 7.2.22", UnitProfile.QEMU_7_2.parameters()));
    }
}
