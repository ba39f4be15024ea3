package org.dmalab.vtd;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.hardware.Capabilities;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.Doorbells;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.hardware.MessageInterrupt;
import org.dmalab.vtd.hardware.PciTree;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.UnitPlace;
import org.dmalab.vtd.hardware.UnitProfile;
import org.dmalab.vtd.hardware.Units;
import org.dmalab.vtd.kernel.KernelLayout;

/**
 * Makes the remapping units that a DMAR table describes. CAP and ECAP of each come from the lines of a boot log, or are
 * those of the preset.
 *
 * @param spec the machine's
 * @param table its DMAR table
 * @param tree what is on its buses
 */
record VtdUnits(MachineSpec spec, DmarTable table, PciTree tree) {
    private static final int ALIGNMENT = 0xfff;
    private static final int MOST_SEGMENTS = 16;
    private static final long FIRST_ADDRESS = 0x10000000L;
    private static final Pattern CAPS = Pattern.compile("reg_base_addr\\s+(?:0x)?([0-9a-f]{1,16})\\s+ver\\s+\\S+"
            + "\\s+cap\\s+(?:0x)?([0-9a-f]{1,16})\\s+ecap\\s+(?:0x)?([0-9a-f]{1,16})");

    /** Makes them in a store. */
    Units make(Store store, MachineMemory memory, Emitter emitter, MessageInterrupt interrupt) {
        List<Drhd> structures = structures();
        Map<Long, Capabilities> said = said();
        UnitProfile profile = UnitProfile.of(spec.parameters());
        int hostAddressBits = (int) VtdArchitecture.between("hostAddressBits", spec.number("hostAddressBits"), 32, 52);
        Capabilities usual = new Capabilities(spec.number("cap"), spec.number("ecap"));
        List<Units.Unit> units = new ArrayList<>();
        for (Drhd structure : structures) {
            check(structure, units);
            Capabilities capabilities = said.getOrDefault(structure.base(), usual);
            check(capabilities);
            UnitPlace place = new UnitPlace(units.size(), structure.segment());
            RemappingUnit unit = new RemappingUnit(store, place, memory, emitter, capabilities, profile,
                    hostAddressBits, interrupt);
            units.add(new Units.Unit(units.size(), structure.base(), structure.segment(), unit));
        }
        return new Units(units, structures, tree);
    }

    private List<Drhd> structures() {
        List<Drhd> found = table.structures().stream().filter(Drhd.class::isInstance).map(Drhd.class::cast).toList();
        if (found.isEmpty() || found.size() > KernelLayout.UNITS) {
            throw wrong("the table has " + found.size() + " DRHD structures, expected 1 to " + KernelLayout.UNITS);
        }
        return found;
    }

    private static void check(Drhd structure, List<Units.Unit> before) {
        long base = structure.base();
        boolean other = before.stream().anyMatch(unit -> unit.base() == base);
        boolean free = base >= FIRST_ADDRESS && (base & ALIGNMENT) == 0 && base != VtdModel.CONTROLLER_BASE
                && (base < Doorbells.BASE || base >= Doorbells.BASE + (1 << 20));
        if (!free || other) {
            throw wrong("a unit at 0x" + Long.toHexString(base) + ", expected a page from 256M up that is not another "
                    + "device's");
        }
        if (structure.segment() >= MOST_SEGMENTS) {
            throw wrong("a unit of segment " + structure.segment() + ", expected 0 to " + (MOST_SEGMENTS - 1));
        }
    }

    private void check(Capabilities capabilities) {
        if (spec.number("invalidation") != 0 && !capabilities.queuedInvalidation()) {
            throw new IllegalArgumentException(String.format("invalidation: 1, but ECAP 0x%x has no queue (QI, bit 1): "
                    + "expected 0, or an ECAP with it", capabilities.ecap()));
        }
        if (spec.number("scalable") != 0 && capabilities.firstLevel()) {
            throw new IllegalArgumentException(String.format("scalable: 1, but ECAP 0x%x: first-level and nested "
                    + "translation (FLTS, bit 47; NEST, bit 26), which the kernel would use, are not modelled: "
                    + "clear the bits", capabilities.ecap()));
        }
    }

    /** By address of the registers, what a boot log says. */
    private Map<Long, Capabilities> said() {
        Map<Long, Capabilities> found = new TreeMap<>();
        byte[] log = spec.file(VtdParameters.CAPS);
        if (log == null) {
            return found;
        }
        Matcher line = CAPS.matcher(new String(log, StandardCharsets.ISO_8859_1));
        while (line.find()) {
            found.put(Long.parseUnsignedLong(line.group(1), 16), capabilities(line.group(), line.group(2),
                    line.group(3)));
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(VtdParameters.CAPS + ": no line of a remapping unit, expected a boot "
                    + "log with lines such as \"DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2078c106f0466 "
                    + "ecap f020de\"");
        }
        return found;
    }

    private static Capabilities capabilities(String line, String cap, String ecap) {
        try {
            return new Capabilities(Long.parseUnsignedLong(cap, 16), Long.parseUnsignedLong(ecap, 16));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(VtdParameters.CAPS + ": \"" + line + "\": " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(VtdParameters.DMAR + ": " + what);
    }
}
