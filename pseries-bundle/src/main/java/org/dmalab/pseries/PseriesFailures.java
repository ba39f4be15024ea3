package org.dmalab.pseries;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.Rtas;
import org.dmalab.pseries.hardware.RtasTokens;
import org.dmalab.pseries.kernel.KernelLayout;
import org.dmalab.pseries.kernel.Pages;

/** What firmware and the page allocator may refuse whatever the kernel asks for. Nothing is done of what was asked. */
final class PseriesFailures {
    private static final long H_HARDWARE = -1;

    private PseriesFailures() { }

    static List<Failure> all() {
        List<Failure> all = new ArrayList<>();
        hypercall(all, "H_PUT_TCE", Papr.H_PUT_TCE);
        hypercall(all, "H_PUT_TCE_INDIRECT", Papr.H_PUT_TCE_INDIRECT);
        hypercall(all, "H_STUFF_TCE", Papr.H_STUFF_TCE);
        all.add(new Window("ibm,query-pe-dma-window = hardware error", Service.QUERY, Papr.RTAS_HARDWARE));
        all.add(new Window("ibm,create-pe-dma-window = hardware error", Service.CREATE, Papr.RTAS_HARDWARE));
        all.add(new Window("ibm,create-pe-dma-window = busy", Service.CREATE, Papr.RTAS_BUSY));
        all.add(new Window("ibm,remove-pe-dma-window = hardware error", Service.REMOVE, Papr.RTAS_HARDWARE));
        all.add(new NoPage());
        return all;
    }

    private static void hypercall(List<Failure> all, String name, long number) {
        all.add(new Hypercall(name + " = H_HARDWARE", number, H_HARDWARE));
        all.add(new Hypercall(name + " = H_NOT_ENOUGH_RESOURCES", number, Papr.H_NOT_ENOUGH_RESOURCES));
    }

    private record Hypercall(String name, long number, long code) implements Failure {
        @Override
        public boolean fits(Machine machine, int kind, long a) {
            return kind == Op.HCALL && a == number;
        }

        @Override
        public long fail(Machine machine, long a) {
            return code;
        }
    }

    private enum Service { QUERY, CREATE, REMOVE }

    private record Window(String name, Service service, long status) implements Failure {
        @Override
        public boolean fits(Machine machine, int kind, long a) {
            if (kind != Op.RTAS) {
                return false;
            }
            RtasTokens tokens = rtas(machine).tokens();
            return rtas(machine).token(a) == switch (service) {
                case QUERY -> tokens.query();
                case CREATE -> tokens.create();
                case REMOVE -> tokens.remove();
            };
        }

        @Override
        public long fail(Machine machine, long a) {
            rtas(machine).setStatus(a, status);
            return 0;
        }

        private static Rtas rtas(Machine machine) {
            return machine.model(PseriesModel.class).partition().rtas();
        }
    }

    /** Where the page allocator looks for the next page there is none. */
    private record NoPage() implements Failure {
        @Override
        public String name() {
            return "no page";
        }

        @Override
        public boolean fits(Machine machine, int kind, long a) {
            return kind == Op.LOAD && a == KernelLayout.NEXT_FREE_PAGE.address();
        }

        @Override
        public long fail(Machine machine, long a) {
            return Pages.END_FREE;
        }
    }
}
