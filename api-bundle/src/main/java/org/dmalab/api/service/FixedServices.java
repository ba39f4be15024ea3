package org.dmalab.api.service;

/** Services that never change. */
record FixedServices(Binding binding) implements Services {
    @Override
    public Binding enter() {
        return binding;
    }

    @Override
    public void leave() {
        // nobody waits for a call to end
    }
}
