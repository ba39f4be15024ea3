package org.dmalab.vtd;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.event.Actor;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;
import org.dmalab.vtd.hardware.PciDevice;
import org.dmalab.vtd.hardware.PciDevice.Kind;
import org.dmalab.vtd.hardware.PciSpace;
import org.dmalab.vtd.hardware.PciTree;

/**
 * What is on a machine's buses: what a scenario or a file says, one device a line with {@code key=value}; else the
 * usual three devices, and those that a DMAR table of the user's own names.
 */
final class VtdDevices {
    /** What a line says. */
    static final List<String> KEYS = List.of("device", "behind", "kind", "ats");
    private static final Parameter DEVICE = Parameter.required("device", Parameter.Type.DEVICE, "");
    private static final int MOST = 256;
    private static final int FIRST_FREE_BUS = 0x10;
    private static final int LAST_BUS = 0xff;
    private static final int BUS_SHIFT = 8;
    private static final int BRIDGE_SCOPE = 2;
    private static final List<Integer> WITH_ATS = List.of(PciSpace.CONTROLLER, PciSpace.NETWORK);
    private final Map<Integer, Function> found = new TreeMap<>();
    private final List<Integer> order = new ArrayList<>();

    /** A function as it is said; its buses follow from those behind it. */
    private record Function(int sourceId, Kind kind, int behind, boolean ats, int bus, int line) { }

    private VtdDevices() { }

    /**
     * The functions of a machine.
     *
     * @param spec the machine's
     * @param table its DMAR table
     * @throws IllegalArgumentException if a line is wrong; the message begins with "devices:"; devices are counted
     *     from 1
     */
    static PciTree of(MachineSpec spec, DmarTable table) {
        VtdDevices devices = new VtdDevices();
        byte[] said = spec.file(VtdParameters.DEVICES);
        if (said != null) {
            devices.read(new String(said, StandardCharsets.UTF_8));
        } else {
            for (int sourceId : new int[] {PciSpace.CONTROLLER, PciSpace.NETWORK, PciSpace.USB}) {
                devices.add(new Function(sourceId, Kind.ENDPOINT, -1, false, 0, 0));
            }
            if (spec.file(VtdParameters.DMAR) != null) {
                devices.readTable(table);
            }
        }
        return devices.tree(spec.number("ats") != 0);
    }

    // ---- what is said ----

    private void read(String text) {
        int number = 0;
        for (String line : text.lines().toList()) {
            String words = line.replaceFirst("#.*", "").strip();
            if (!words.isEmpty()) {
                number++;
                add(function(number, words));
            }
        }
        found.values().forEach(this::checkBehind);
    }

    private static Function function(int line, String words) {
        Map<String, String> values = new TreeMap<>();
        for (String word : words.split("\\s+")) {
            String[] pair = word.split("=", 2);
            if (pair.length < 2 || !KEYS.contains(pair[0]) || values.put(pair[0], pair[1]) != null) {
                throw wrong(line, "\"" + word + "\", expected device=02:00.0, and behind=00:1c.0, kind="
                        + String.join("|", Kind.words()) + ", ats=true once each");
            }
        }
        if (!values.containsKey("device")) {
            throw wrong(line, "no device, expected device=02:00.0");
        }
        int kind = Kind.words().indexOf(values.getOrDefault("kind", Kind.ENDPOINT.word()));
        if (kind < 0) {
            throw wrong(line, "kind \"" + values.get("kind") + "\", expected one of "
                    + String.join(", ", Kind.words()));
        }
        String ats = values.getOrDefault("ats", "false");
        if (!ats.equals("true") && !ats.equals("false")) {
            throw wrong(line, "ats \"" + ats + "\", expected true or false");
        }
        String behind = values.get("behind");
        return new Function(sourceId(line, values.get("device")), Kind.values()[kind],
                behind == null ? -1 : sourceId(line, behind), ats.equals("true"), 0, line);
    }

    private static int sourceId(int line, String text) {
        try {
            return (int) Values.parse(DEVICE, text);
        } catch (IllegalArgumentException e) {
            throw wrong(line, e.getMessage());
        }
    }

    private void add(Function function) {
        if (found.put(function.sourceId(), function) != null) {
            throw wrong(function.line(), Actor.bdf(function.sourceId()) + " is there already");
        }
        order.add(function.sourceId());
        if (order.size() > MOST) {
            throw wrong(function.line(), "more than " + MOST + " devices");
        }
    }

    private void checkBehind(Function function) {
        Function bridge = found.get(function.behind());
        if (function.behind() >= 0 && (bridge == null || bridge.kind() == Kind.ENDPOINT)) {
            throw wrong(function.line(), Actor.bdf(function.behind()) + " is no bridge, expected one that has a line: "
                    + "kind=" + String.join("|", Kind.words().subList(1, Kind.words().size())));
        }
        if (function.behind() >= 0 && (bus(function) <= bus(bridge)
                || bus(function) >>> BUS_SHIFT != bus(bridge) >>> BUS_SHIFT)) {
            throw wrong(function.line(), Actor.bdf(function.sourceId()) + " is behind " + Actor.bdf(function.behind())
                    + ", expected a bus of the same segment with a higher number");
        }
    }

    private static int bus(Function function) {
        return function.sourceId() >>> BUS_SHIFT;
    }

    private static IllegalArgumentException wrong(int line, String what) {
        return new IllegalArgumentException(VtdParameters.DEVICES + ": " + (line == 0 ? "" : "device " + line + ": ")
                + what);
    }

    // ---- what a table names ----

    private void readTable(DmarTable table) {
        for (Structure structure : table.structures()) {
            if (structure instanceof DmarTable.Drhd unit) {
                readScopes(unit.segment(), unit.scopes());
            } else if (structure instanceof DmarTable.Rmrr region) {
                readScopes(region.segment(), region.scopes());
            } else if (structure instanceof DmarTable.Atsr ports) {
                readScopes(ports.segment(), ports.scopes());
            } else if (structure instanceof DmarTable.Satc caches) {
                readScopes(caches.segment(), caches.scopes());
            }
        }
    }

    private void readScopes(int segment, List<Scope> scopes) {
        for (Scope scope : scopes) {
            if (scope.type() != 1 && scope.type() != BRIDGE_SCOPE) {
                continue;
            }
            int bus = (segment << BUS_SHIFT) | scope.startBus();
            int behind = -1;
            for (int i = 0; i < scope.path().size(); i++) {
                boolean last = i == scope.path().size() - 1;
                boolean bridge = !last || scope.type() == BRIDGE_SCOPE;
                int sourceId = (bus << BUS_SHIFT) | ((scope.path().get(i).device() & 0x1f) << 3)
                        | (scope.path().get(i).function() & 7);
                Function there = found.get(sourceId);
                if (there == null) {
                    there = new Function(sourceId, bridge ? Kind.ROOT_PORT : Kind.ENDPOINT, behind, false,
                            bridge ? freeBus(segment) : 0, 0);
                    add(there);
                }
                behind = sourceId;
                bus = (segment << BUS_SHIFT) | there.bus();
            }
        }
    }

    /** A bus behind a bridge of whose buses the table says nothing. */
    private int freeBus(int segment) {
        int bus = FIRST_FREE_BUS;
        while (bus <= LAST_BUS && taken((segment << BUS_SHIFT) | bus)) {
            bus++;
        }
        if (bus > LAST_BUS) {
            throw wrong(0, "no bus is free behind a bridge that the DMAR table names");
        }
        return bus;
    }

    private boolean taken(int bus) {
        return found.values().stream().anyMatch(one -> bus(one) == bus
                || (one.bus() != 0 && ((bus(one) & ~0xff) | one.bus()) == bus));
    }

    // ---- together ----

    private PciTree tree(boolean ats) {
        List<PciDevice> devices = new ArrayList<>();
        for (int sourceId : order) {
            Function function = found.get(sourceId);
            boolean bridge = function.kind() != Kind.ENDPOINT;
            devices.add(new PciDevice(sourceId, function.kind(), bridge ? firstBus(function) : 0,
                    bridge ? lastBus(function) : 0, function.ats() || (ats && WITH_ATS.contains(sourceId))));
        }
        return new PciTree(devices);
    }

    private int firstBus(Function bridge) {
        if (bridge.bus() != 0) {
            return bridge.bus();
        }
        List<Integer> buses = behind(bridge).stream().map(one -> bus(one) & LAST_BUS).distinct().toList();
        if (buses.size() != 1) {
            throw wrong(bridge.line(), "the devices behind bridge " + Actor.bdf(bridge.sourceId()) + " are on "
                    + buses.size() + " buses, expected one");
        }
        return buses.get(0);
    }

    private int lastBus(Function bridge) {
        int last = firstBus(bridge);
        for (Function below : behind(bridge)) {
            last = Math.max(last, below.kind() == Kind.ENDPOINT ? last : lastBus(below));
        }
        return last;
    }

    private List<Function> behind(Function bridge) {
        return found.values().stream().filter(one -> one.behind() == bridge.sourceId()).toList();
    }
}
