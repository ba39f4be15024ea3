package org.dmalab.shell.swap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;

/**
 * The path of one machine's kernel code to the variant in use. One thread owns a machine and so its lane.
 *
 * <p>A call costs a read of the published binding and an uncontended write of the lane's own depth. When its depth is
 * back at 0 the lane notes which generation it has seen; an exchange is complete for a lane that has seen the new one
 * or is not working at all. No fence is needed on the call path: the note is a release store after the last use of the
 * old binding, and the next call reads what was published no earlier than the note says.
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

    private final MachineHost host;
    private int depth;
    @SuppressWarnings("unused") // by SEEN
    private long seen;
    private volatile String working;

    Lane(MachineHost host) {
        this.host = host;
    }

    /**
     * The owner begins to work; calls are possible until {@link #offline}.
     *
     * @param what for the message of an exchange that has to wait too long
     */
    public void online(String what) {
        working = what;
        SEEN.setRelease(this, host.published().generation());
    }

    /** The owner has stopped working; an exchange need not wait for this lane. */
    public void offline() {
        depth = 0;
        working = null;
    }

    @Override
    public Binding enter() {
        Published published = host.published();
        if (published.missing() != null) {
            if (depth == 0) {
                SEEN.setRelease(this, published.generation()); // it is in no call of an older one
            }
            throw new NoVariantException(published.missing());
        }
        depth++;
        return published.binding();
    }

    @Override
    public void leave() {
        if (--depth <= 0) {
            SEEN.setRelease(this, host.published().generation());
        }
    }

    /** What the owner works at while it may still be in a call of an older generation; null if it is not. */
    String stillBefore(long generation) {
        String what = working;
        return what != null && (long) SEEN.getAcquire(this) < generation ? what : null;
    }
}
