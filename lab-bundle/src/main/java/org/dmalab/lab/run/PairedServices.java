package org.dmalab.lab.run;

import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;

/** Services that can only be left by who has entered them: the services of one piece of code that runs. */
public final class PairedServices implements Services {
    private final Services services;
    private int depth;
    private WrongUse wrong;

    /** Over those that lead to the variant. */
    public PairedServices(Services services) {
        this.services = services;
    }

    @Override
    public Binding enter() {
        Binding binding = services.enter();
        depth++;
        return binding;
    }

    @Override
    public void leave() {
        // Once wrong it stays so, in the words of the first time: the kernel leaves, too, where the patch has left.
        wrong = wrong == null && depth <= 0 ? notEntered() : wrong;
        if (wrong != null) {
            throw wrong;
        }
        depth--;
        services.leave();
    }

    /** What is wrong with leaving services that were not entered. */
    static WrongUse notEntered() {
        return new WrongUse("the services are left and were not entered");
    }
}
