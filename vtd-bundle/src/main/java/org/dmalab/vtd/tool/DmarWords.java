package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Andd;
import org.dmalab.vtd.hardware.DmarTable.Atsr;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Other;
import org.dmalab.vtd.hardware.DmarTable.Rhsa;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Satc;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Sidp;
import org.dmalab.vtd.hardware.DmarTable.Structure;

/** Names of what is in a DMAR table. */
final class DmarWords {
    static final int NAMESPACE_DEVICE = 5;
    private static final int ENDPOINT = 1;
    private static final int BRIDGE = 2;
    private static final String[] SCOPES = {"", "endpoint", "bridge", "I/O APIC", "HPET", "namespace"};
    private static final String[] FLAGS = {"interrupt remapping", "x2APIC opt-out", "DMA control opt-in"};

    private DmarWords() { }

    static String type(Structure structure) {
        return structure instanceof Other other ? "type " + other.type()
                : structure.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    static List<Scope> scopes(Structure structure) {
        if (structure instanceof Drhd unit) {
            return unit.scopes();
        } else if (structure instanceof Rmrr region) {
            return region.scopes();
        } else if (structure instanceof Atsr ports) {
            return ports.scopes();
        } else if (structure instanceof Satc caches) {
            return caches.scopes();
        }
        return structure instanceof Sidp properties ? properties.scopes() : List.of();
    }

    /** The PCI segment that a structure is about; -1 if it is about none. */
    static int segment(Structure structure) {
        if (structure instanceof Drhd unit) {
            return unit.segment();
        } else if (structure instanceof Rmrr region) {
            return region.segment();
        } else if (structure instanceof Atsr ports) {
            return ports.segment();
        } else if (structure instanceof Satc caches) {
            return caches.segment();
        }
        return structure instanceof Sidp properties ? properties.segment() : -1;
    }

    /** Bytes of a unit's registers: 2^n pages, n in bits 3:0. */
    static long registerBytes(Drhd unit) {
        return 4096L << (unit.size() & 0xf);
    }

    /** A structure without its scopes. */
    static String facts(Structure structure) {
        if (structure instanceof Drhd unit) {
            return "unit at " + hex(unit.base()) + ", " + units(registerBytes(unit)) + " of registers"
                    + segment(unit.segment()) + (includesAll(unit) ? ", all devices that no other unit has" : "");
        } else if (structure instanceof Rmrr region) {
            return hex(region.base()) + " to " + hex(region.limit()) + size(region) + segment(region.segment());
        } else if (structure instanceof Atsr ports) {
            return ((ports.flags() & 1) != 0 ? "all root ports" : "these root ports") + segment(ports.segment());
        } else if (structure instanceof Rhsa affinity) {
            return "unit at " + hex(affinity.base()) + ", proximity domain " + affinity.proximity();
        } else if (structure instanceof Andd device) {
            return "namespace device " + device.deviceNumber() + ": " + device.name();
        } else if (structure instanceof Satc caches) {
            return ((caches.flags() & 1) != 0 ? "address translation caches that must be on"
                    : "address translation caches") + segment(caches.segment());
        } else if (structure instanceof Sidp properties) {
            return "properties of integrated devices" + segment(properties.segment());
        }
        String body = ((Other) structure).body();
        return "not known here, " + (4 + body.length() / 2) + " bytes" + (body.isEmpty() ? "" : ": " + brief(body));
    }

    private static String brief(String body) {
        return body.length() <= 64 ? body : body.substring(0, 64) + "...";
    }

    static boolean includesAll(Drhd unit) {
        return (unit.flags() & 1) != 0;
    }

    private static String size(Rmrr region) {
        long bytes = region.limit() - region.base() + 1;
        boolean sane = Long.compareUnsigned(region.base(), region.limit()) <= 0 && bytes > 0;
        if (!sane) {
            return "";
        }
        return bytes % 1024 == 0 ? " (" + units(bytes) + ")" : " (" + bytes + " bytes)";
    }

    private static String units(long bytes) {
        long count = bytes;
        int unit = 0;
        while (count % 1024 == 0 && unit < 4) {
            count /= 1024;
            unit++;
        }
        return count + List.of("", " KiB", " MiB", " GiB", " TiB").get(unit);
    }

    private static String segment(int segment) {
        return String.format(", segment %04x", segment);
    }

    static String scopeType(Scope scope) {
        return scope.type() > 0 && scope.type() < SCOPES.length ? SCOPES[scope.type()] : "type " + scope.type();
    }

    /** As {@code lspci -P} writes a path, since buses below the first are numbered later: {@code 00:1c.0/00.0}. */
    static String path(Scope scope) {
        List<String> hops = new ArrayList<>();
        for (Hop hop : scope.path()) {
            hops.add(String.format("%02x.%x", hop.device(), hop.function()));
        }
        return String.format("%02x:%s", scope.startBus(), String.join("/", hops));
    }

    static String scopeRemark(Scope scope) {
        String flags = scope.flags() == 0 ? "" : String.format("flags 0x%02x", scope.flags());
        String what = scope.type() == BRIDGE ? "and all below it" : id(scope);
        return what + (what.isEmpty() || flags.isEmpty() ? "" : ", ") + flags;
    }

    private static String id(Scope scope) {
        return scope.type() == ENDPOINT && scope.enumerationId() == 0 ? "" : "id " + scope.enumerationId();
    }

    static List<String> flags(DmarTable table) {
        List<String> words = new ArrayList<>();
        for (int bit = 0; bit < 8; bit++) {
            if ((table.flags() >> bit & 1) != 0) {
                words.add(bit < FLAGS.length ? FLAGS[bit] : "bit " + bit);
            }
        }
        return words;
    }

    /** A text field of fixed length without its padding and without what a terminal can't show. */
    static String text(String field) {
        return field.replaceAll("[\0 ]+$", "").replaceAll("[^ -~]", "?");
    }

    /** Four characters, as the creator id is, or the number. */
    static String characters(long word) {
        StringBuilder text = new StringBuilder();
        for (int shift = 0; shift < 32; shift += 8) {
            char c = (char) (word >> shift & 0xff);
            if (c < ' ' || c > '~') {
                return hex(word);
            }
            text.append(c);
        }
        return text.toString().stripTrailing();
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
