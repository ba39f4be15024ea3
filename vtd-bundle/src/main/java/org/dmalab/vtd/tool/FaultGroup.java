package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Faults of one device with one reason.
 *
 * @param faults at least one, in their order; of one kind, source-id, PASID and reason
 */
record FaultGroup(List<Fault> faults) {
    /** The groups in the order of their first faults. */
    static List<FaultGroup> of(List<Fault> faults) {
        Map<String, List<Fault>> groups = new LinkedHashMap<>();
        for (Fault fault : faults) {
            groups.computeIfAbsent(fault.kind() + " " + fault.device() + " " + fault.pasid() + " " + fault.reason(),
                    key -> new ArrayList<>()).add(fault);
        }
        return groups.values().stream().map(FaultGroup::new).toList();
    }

    Fault first() {
        return faults.get(0);
    }

    Fault last() {
        return faults.get(faults.size() - 1);
    }

    /** The addresses, each once, from the lowest. */
    List<Long> addresses() {
        return faults.stream().map(Fault::address).distinct().sorted(Long::compareUnsigned).toList();
    }
}
