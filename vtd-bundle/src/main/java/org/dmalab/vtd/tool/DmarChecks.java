package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
import org.dmalab.vtd.hardware.DmarTable.Structure;

/**
 * What is odd about a DMAR table that can be read: against the specification, and what Linux makes of it.
 *
 * <p>Specification: BIOS Considerations; the order of structures by type; the rules for DRHD (a unit with
 * INCLUDE_PCI_ALL is the last of its segment), RMRR (whole pages of 4 KiB), RHSA and ANDD (they refer to a DRHD, and
 * are referred to by a scope). Linux: {@code dmar_validate_one_drhd}, {@code dmar_find_matched_drhd_unit},
 * {@code arch_rmrr_sanity_check}.
 */
final class DmarChecks {
    private static final long PAGE_OFFSET = 0xfff;
    private static final int LAST_DEVICE = 31;
    private static final int LAST_FUNCTION = 7;
    private static final int KNOWN_TYPES = 7;
    private static final int TABLE_FLAGS = 7;
    private static final int FLAG = 1;
    private static final int SIZE_BITS = 0xf;

    private final DmarTable table;
    private final List<Integer> offsets;
    private final List<Problem> problems = new ArrayList<>();
    private int offset;
    private String where = "";

    private DmarChecks(DmarReader.Inspection inspection) {
        this.table = inspection.table();
        this.offsets = inspection.offsets();
    }

    static List<Problem> check(DmarReader.Inspection inspection) {
        DmarChecks checks = new DmarChecks(inspection);
        checks.run();
        return List.copyOf(checks.problems);
    }

    /** The lines that somebody says. */
    static List<String> of(Says says, List<Problem> problems) {
        return problems.stream().filter(problem -> problem.says() == says).map(Problem::where).distinct()
                .toList();
    }

    private void run() {
        if (units().isEmpty()) {
            problem("there is no DRHD, so no remapping unit");
            kernels("Linux finds no DMAR devices");
        }
        reserved("header: flags", table.flags(), TABLE_FLAGS);
        for (int i = 0; i < table.structures().size(); i++) {
            Structure structure = table.structures().get(i);
            at(i);
            order(i, structure);
            structure(i, structure);
            scopes(structure);
            int segment = DmarWords.segment(structure);
            if (segment >= 0 && units().stream().noneMatch(unit -> unit.segment() == segment)) {
                problem(String.format("segment %04x has no unit", segment));
            }
        }
        devicesOfTwoUnits();
    }

    private void at(int index) {
        offset = offsets.get(index);
        where = String.format("offset 0x%x, %s: ", offset, DmarWords.type(table.structures().get(index)));
    }

    private void problem(String what) {
        problems.add(new Problem(Says.SPECIFICATION, offset, where + what));
    }

    private void kernels(String what) {
        problems.add(new Problem(Says.KERNELS, offset, where + what));
    }

    private List<Drhd> units() {
        return table.structures().stream().filter(Drhd.class::isInstance).map(Drhd.class::cast).toList();
    }

    private static int order(Structure structure) {
        return structure instanceof Other other ? other.type()
                : List.of("DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC", "SIDP").indexOf(DmarWords.type(structure));
    }

    private void order(int index, Structure structure) {
        int type = order(structure);
        if (index > 0 && order(table.structures().get(index - 1)) > type) {
            problem("stands behind a structure of a later type, " + DmarWords.type(table.structures().get(index - 1))
                    + "; they are to stand in the order of their types");
        }
        if (type >= KNOWN_TYPES) {
            kernels("Linux ignores the type");
        }
    }

    private void reserved(String what, int value, int known) {
        if ((value & ~known) != 0) {
            problem(what + String.format(" 0x%02x: bits 0x%02x are reserved, expected 0", value, value & ~known));
        }
    }

    private void structure(int index, Structure structure) {
        if (structure instanceof Drhd unit) {
            unit(index, unit);
        } else if (structure instanceof Rmrr region) {
            region(index, region);
        } else if (structure instanceof Atsr ports) {
            reserved("flags", ports.flags(), FLAG);
            if ((ports.flags() & FLAG) == 0 && ports.scopes().isEmpty()) {
                problem("names no root port, and is not for all");
            }
        } else if (structure instanceof Satc caches) {
            reserved("flags", caches.flags(), FLAG);
        } else if (structure instanceof Rhsa affinity && units().stream()
                .noneMatch(unit -> unit.base() == affinity.base())) {
            problem("there is no unit at " + DmarWords.hex(affinity.base()));
            kernels("Linux warns: \"Your BIOS is broken; RHSA refers to non-existent DMAR unit\"");
        } else if (structure instanceof Andd device && table.structures().stream()
                .flatMap(one -> DmarWords.scopes(one).stream()).noneMatch(scope -> names(scope, device))) {
            problem("no scope refers to namespace device " + device.deviceNumber());
        }
    }

    private void unit(int index, Drhd unit) {
        reserved("flags", unit.flags(), FLAG);
        reserved("size", unit.size(), SIZE_BITS);
        if (unit.base() == 0 || (unit.base() & PAGE_OFFSET) != 0) {
            problem("registers at " + DmarWords.hex(unit.base()) + ", expected a multiple of 4 KiB other than 0");
        }
        if (unit.base() == 0) {
            kernels("Linux takes DMA remapping for broken: \"DMAR reported at address 0\"");
        }
        beyondWidth(unit.base());
        if (unit.scopes().isEmpty() && !DmarWords.includesAll(unit)) {
            problem("names no device, and does not take the remaining ones: no device belongs to it");
        }
        for (Structure later : table.structures().subList(index + 1, table.structures().size())) {
            if (later instanceof Drhd other) {
                later(unit, other);
            } else if (later instanceof Rmrr region && !backwards(region)
                    && overlap(unit.base(), DmarWords.registerBytes(unit) - 1,
                    region.base(), region.limit() - region.base())) {
                problem("its registers lie in a reserved memory region, " + DmarWords.hex(region.base()) + " to "
                        + DmarWords.hex(region.limit()));
            }
        }
    }

    private void later(Drhd unit, Drhd other) {
        if (other.base() == unit.base()) {
            problem("a later unit has its registers at " + DmarWords.hex(unit.base()) + " too");
        } else if (overlap(unit.base(), DmarWords.registerBytes(unit) - 1, other.base(),
                DmarWords.registerBytes(other) - 1)) {
            problem("its registers overlap with those of the unit at " + DmarWords.hex(other.base()));
        }
        if (DmarWords.includesAll(unit) && other.segment() == unit.segment()) {
            problem("takes all remaining devices of its segment, but a unit of that segment follows");
        }
    }

    /** Whether two ranges have a byte in common; each is given by its first byte and how many follow. */
    private static boolean overlap(long first, long more, long second, long moreOfSecond) {
        return Long.compareUnsigned(second - first, more) <= 0
                || Long.compareUnsigned(first - second, moreOfSecond) <= 0;
    }

    private void region(int index, Rmrr region) {
        if (backwards(region)) {
            problem("ends before it begins");
            kernels("Linux warns: \"Your BIOS is broken; RMRR ends before it starts!\"");
        } else if ((region.base() & PAGE_OFFSET) != 0 || (region.limit() & PAGE_OFFSET) != PAGE_OFFSET) {
            problem("expected whole pages of 4 KiB");
        }
        beyondWidth(region.limit());
        if (region.scopes().isEmpty()) {
            problem("no device is named that uses it");
        }
        for (Structure later : table.structures().subList(index + 1, table.structures().size())) {
            if (!backwards(region) && later instanceof Rmrr other && !backwards(other)
                    && other.segment() == region.segment()
                    && !same(region, other) && overlap(region.base(), region.limit() - region.base(), other.base(),
                            other.limit() - other.base())) {
                problem("overlaps with the region from " + DmarWords.hex(other.base()) + " to "
                        + DmarWords.hex(other.limit()));
            }
        }
    }

    private static boolean backwards(Rmrr region) {
        return Long.compareUnsigned(region.limit(), region.base()) < 0;
    }

    /** One region may be told once for each device that uses it. */
    private static boolean same(Rmrr region, Rmrr other) {
        return region.base() == other.base() && region.limit() == other.limit();
    }

    private void beyondWidth(long address) {
        int bits = table.hostAddressBits();
        if (bits < Long.SIZE && address >>> bits != 0) {
            problem(DmarWords.hex(address) + " does not fit into the host address width of " + bits + " bits");
        }
    }

    private void scopes(Structure structure) {
        for (Scope scope : DmarWords.scopes(structure)) {
            String name = "scope " + DmarWords.scopeType(scope) + " " + DmarWords.path(scope) + ": ";
            if (scope.path().isEmpty()) {
                problem(name + "its path is empty");
            }
            if (scope.path().stream().anyMatch(hop -> hop.device() > LAST_DEVICE || hop.function() > LAST_FUNCTION)) {
                problem(name + "expected devices up to 1f and functions up to 7");
            }
            if (scope.type() == 0 || scope.type() > DmarWords.NAMESPACE_DEVICE) {
                problem(name + "the type is not known here");
                kernels(name + "Linux warns: \"Unsupported device scope\"");
            }
            if (scope.type() == DmarWords.NAMESPACE_DEVICE && table.structures().stream()
                    .noneMatch(one -> one instanceof Andd device && names(scope, device))) {
                problem(name + "there is no ANDD with number " + scope.enumerationId());
            }
        }
    }

    private static boolean names(Scope scope, Andd device) {
        return scope.type() == DmarWords.NAMESPACE_DEVICE && scope.enumerationId() == device.deviceNumber();
    }

    /** A device that two units name belongs to the one that comes first. */
    private void devicesOfTwoUnits() {
        Map<String, Integer> first = new TreeMap<>();
        for (int i = 0; i < table.structures().size(); i++) {
            if (table.structures().get(i) instanceof Drhd unit) {
                for (Scope scope : unit.scopes()) {
                    String device = String.format("%04x %s", unit.segment(), DmarWords.path(scope));
                    Integer other = first.putIfAbsent(device, i);
                    if (other != null && other != i && scope.type() <= 2) {
                        at(i);
                        problem("scope " + DmarWords.scopeType(scope) + " " + DmarWords.path(scope)
                                + String.format(": the unit at offset 0x%x names it too", offsets.get(other)));
                        kernels("scope " + DmarWords.scopeType(scope) + " " + DmarWords.path(scope)
                                + String.format(": for Linux it belongs to the one at offset 0x%x",
                                offsets.get(other)));
                    }
                }
            }
        }
    }
}
