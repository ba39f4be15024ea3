package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.vtd.hardware.DmarReader;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/**
 * What is odd about a DMAR table that can be read.
 *
 * <p>Specification: BIOS Considerations; the rules for DRHD (a unit with INCLUDE_PCI_ALL is the last of its segment),
 * RMRR (whole pages of 4 KiB), RHSA and ANDD (they refer to a DRHD, and are referred to by a scope).
 */
final class DmarChecks {
    private static final long PAGE_OFFSET = 0xfff;
    private static final int LAST_DEVICE = 31;
    private static final int LAST_FUNCTION = 7;

    private DmarChecks() { }

    static List<String> check(DmarReader.Inspection inspection) {
        List<String> problems = new ArrayList<>();
        DmarTable table = inspection.table();
        if (units(table).isEmpty()) {
            problems.add("there is no DRHD, so no remapping unit: a kernel finds no DMAR devices");
        }
        for (int i = 0; i < table.structures().size(); i++) {
            Structure structure = table.structures().get(i);
            String where = String.format("offset 0x%x, %s: ", inspection.offsets().get(i), DmarWords.type(structure));
            List<String> found = new ArrayList<>();
            if (structure instanceof Drhd unit) {
                unit(table, i, unit, found);
            } else if (structure instanceof Rmrr region) {
                region(table, region, found);
            } else if (structure instanceof Rhsa affinity && units(table).stream()
                    .noneMatch(unit -> unit.base() == affinity.base())) {
                found.add("there is no unit at " + DmarWords.hex(affinity.base()));
            } else if (structure instanceof Andd device && table.structures().stream()
                    .flatMap(one -> DmarWords.scopes(one).stream()).noneMatch(scope -> names(scope, device))) {
                found.add("no scope refers to namespace device " + device.deviceNumber());
            }
            scopes(table, structure, found);
            found.forEach(problem -> problems.add(where + problem));
        }
        return problems;
    }

    private static List<Drhd> units(DmarTable table) {
        return table.structures().stream().filter(Drhd.class::isInstance).map(Drhd.class::cast).toList();
    }

    private static void unit(DmarTable table, int index, Drhd unit, List<String> found) {
        if (unit.base() == 0 || (unit.base() & PAGE_OFFSET) != 0) {
            found.add("registers at " + DmarWords.hex(unit.base()) + ", expected a multiple of 4 KiB other than 0");
        }
        beyondWidth(table, unit.base(), found);
        List<Structure> after = table.structures().subList(index + 1, table.structures().size());
        for (Structure later : after) {
            if (later instanceof Drhd other) {
                if (other.base() == unit.base()) {
                    found.add("a later unit has its registers at " + DmarWords.hex(unit.base()) + " too");
                }
                if (DmarWords.includesAll(unit) && other.segment() == unit.segment()) {
                    found.add("takes all remaining devices of its segment, but a unit of that segment follows");
                }
            }
        }
    }

    private static void region(DmarTable table, Rmrr region, List<String> found) {
        if (Long.compareUnsigned(region.limit(), region.base()) < 0) {
            found.add("ends before it begins");
        } else if ((region.base() & PAGE_OFFSET) != 0 || (region.limit() & PAGE_OFFSET) != PAGE_OFFSET) {
            found.add("expected whole pages of 4 KiB");
        }
        beyondWidth(table, region.limit(), found);
        if (region.scopes().isEmpty()) {
            found.add("no device is named that uses it");
        }
    }

    private static void beyondWidth(DmarTable table, long address, List<String> found) {
        int bits = table.hostAddressBits();
        if (bits < Long.SIZE && address >>> bits != 0) {
            found.add(DmarWords.hex(address) + " does not fit into the host address width of " + bits + " bits");
        }
    }

    private static void scopes(DmarTable table, Structure structure, List<String> found) {
        for (Scope scope : DmarWords.scopes(structure)) {
            String name = "scope " + DmarWords.scopeType(scope) + " " + DmarWords.path(scope) + ": ";
            if (scope.path().isEmpty()) {
                found.add(name + "its path is empty");
            }
            if (scope.path().stream().anyMatch(hop -> hop.device() > LAST_DEVICE || hop.function() > LAST_FUNCTION)) {
                found.add(name + "expected devices up to 1f and functions up to 7");
            }
            if (scope.type() == 0 || scope.type() > DmarWords.NAMESPACE_DEVICE) {
                found.add(name + "the type is not known here");
            }
            if (scope.type() == DmarWords.NAMESPACE_DEVICE && table.structures().stream()
                    .noneMatch(one -> one instanceof Andd device && names(scope, device))) {
                found.add(name + "there is no ANDD with number " + scope.enumerationId());
            }
        }
    }

    private static boolean names(Scope scope, Andd device) {
        return scope.type() == DmarWords.NAMESPACE_DEVICE && scope.enumerationId() == device.deviceNumber();
    }
}
