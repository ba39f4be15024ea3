package org.dmalab.shell.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.shell.swap.Lane;
import org.dmalab.shell.swap.Swappable;

/** A named machine under load: itself, and for further threads machines of the same kind that share its host. */
final class StormTarget implements Swappable {
    private final MachineRegistry registry;
    private final NamedMachine named;
    private final Architecture architecture;

    StormTarget(MachineRegistry registry, NamedMachine named) {
        this.registry = registry;
        this.named = named;
        this.architecture = registry.catalog().architecture(named.spec().arch());
    }

    @Override
    public List<Loaded> machines(int threads) {
        List<Loaded> loaded = new ArrayList<>();
        loaded.add(new Under(named.live(), named.lane(), () -> { }));
        for (int i = 1; i < threads; i++) {
            loaded.add(another(named.name() + "#" + i));
        }
        return loaded;
    }

    private Loaded another(String name) {
        Lane lane = named.host().lane();
        LiveMachine live = LiveMachine.create(name, registry.catalog(), named.spec(), named.live().oracles(), lane);
        lane.online("boot");
        try {
            for (ActionOutcome outcome : live.boot()) {
                if (outcome.problem() != null) {
                    throw new IllegalStateException(name + " does not boot: " + outcome.line());
                }
            }
        } finally {
            lane.offline();
        }
        return new Under(live, lane, () -> named.host().remove(lane));
    }

    @Override
    public void use(String patch) throws InterruptedException {
        registry.patchSwitch().use(named.name(), named.spec(), Selection.parse(patch));
    }

    @Override
    public long call(Machine under, long sequence) {
        return architecture.traffic(under, sequence);
    }

    @Override
    public long seen(Machine under) {
        return architecture.trafficSeen(under);
    }

    private record Under(LiveMachine live, Lane lane, Runnable end) implements Loaded {
        @Override
        public LiveMachine.Load own(Consumer<Machine> load) {
            lane.online("load");
            try {
                return live.underLoad("patch.storm", load);
            } finally {
                lane.offline();
            }
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
