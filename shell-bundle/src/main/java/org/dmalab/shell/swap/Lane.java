package org.dmalab.shell.swap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;

/**
 * The path of one machine's kernel code to the variant in use. One thread owns a machine and so its lane.
 *
 * <p>The host pushes each new offer here. A call begins with the owner's own fields: it gets the binding that the owner
 * took over last and counts itself in. When the last call has ended, the owner looks whether there is a newer offer,
 * takes it over and notes its generation; an exchange is complete for a lane that has noted the new generation or is
 * not working at all. So calls within a call stay in its variant, and at most one call begins in the old variant after
 * an offer, while the exchange still waits for it. No fence is needed: the note is a release store after the last
 * use of the old binding, and what is called next was taken over before it.
 */
public final class Lane implements Services {
    private static final VarHandle SEEN;

    static {
        try {
            SEEN = MethodHandles.lookup().findVarHandle(Lane.class, "seen", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Published offered;
    private volatile String working;
    /** The owner's: the offer taken over; null if idle, lest a removed variant be kept from collection. */
    private Published taken;
    /** The owner's: what calls use, null if nothing can be called. A field of its own saves each call a read. */
    private Binding current;
    /** The owner's: calls that have begun and not ended. */
    private int depth;
    @SuppressWarnings("unused") // by SEEN
    private long seen;

    Lane(Published offered) {
        this.offered = offered;
    }

    /** By the host: what new calls are to get. */
    void offer(Published published) {
        offered = published;
    }

    /**
     * The owner begins to work; calls are possible until {@link #offline}.
     *
     * @param what for the message of an exchange that has to wait too long
     */
    public void online(String what) {
        working = what;
        takeOver();
    }

    /** The owner has stopped working; an exchange need not wait for this lane. */
    public void offline() {
        depth = 0;
        taken = null;
        current = null;
        working = null;
    }

    @Override
    public Binding enter() {
        Binding binding = current;
        if (binding == null) {
            binding = lookAgain();
        }
        depth++;
        return binding;
    }

    /** There was nothing to call, so the owner is in no call, and there may be a variant by now. */
    private Binding lookAgain() {
        takeOver();
        if (current == null) {
            throw new NoVariantException(taken.missing());
        }
        return current;
    }

    @Override
    public void leave() {
        int left = depth - 1;
        if (left < 0) {
            throw new WrongUse("the services are left and were not entered");
        }
        depth = left;
        if (left == 0 && offered != taken) {
            takeOver();
        }
    }

    private void takeOver() {
        Published now = offered;
        taken = now;
        current = now.callable();
        SEEN.setRelease(this, now.generation());
    }

    /** What the owner works at while it may still be in a call of an older generation; null if it is not. */
    String stillBefore(long generation) {
        String what = working;
        return what != null && (long) SEEN.getAcquire(this) < generation ? what : null;
    }
}
