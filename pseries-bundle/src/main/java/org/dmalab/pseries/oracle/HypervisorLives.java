package org.dmalab.pseries.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventSink;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.osgi.service.component.annotations.Component;

/** Whatever the kernel asks for, the hypervisor goes on. */
@Component(service = Oracle.class)
public final class HypervisorLives implements Oracle {
    @Override
    public String name() {
        return "hypervisor-lives";
    }

    @Override
    public String summary() {
        return "no request of the kernel ends the hypervisor";
    }

    @Override
    public String arch() {
        return "pseries";
    }

    private record Sink(Watch watch) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if (kind == HardwareEvent.HYPERVISOR_ABORT) {
                watch.violation("the hypervisor aborts at the window 0x" + Long.toHexString(b) + ": " + Text.of(a));
            }
        }
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink(watch);
    }
}
