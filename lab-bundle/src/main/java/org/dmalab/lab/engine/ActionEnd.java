package org.dmalab.lab.engine;

import java.util.function.LongSupplier;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.NoVariantException;

/**
 * What an action has come to. What is none of these (something unexpected was thrown, the thread was interrupted) is
 * no end of an action, and passes through.
 *
 * @param kind how it ended
 * @param action its name
 * @param result what it returned; of one that was not ready {@code -ECANCELED}, of one that threw nothing of meaning
 * @param thrown what it has thrown; null if it returned
 */
public record ActionEnd(Kind kind, String action, long result, RuntimeException thrown) {
    /** Who objects to a BUG. */
    public static final String BUG_ORACLE = "no-bug";
    /** Who objects to a wait for what will not come. */
    public static final String BLOCKED_ORACLE = "no-lock-cycle";

    /** How an action can end. */
    public enum Kind {
        /** With a value. */
        DONE,
        /** With a negative error number: the kernel declined. */
        DECLINED,
        /** Not tried: another action has to come first. */
        NOT_READY,
        /** In a BUG: the kernel does not go on. */
        BUG,
        /** In a wait for what nobody will bring about: the kernel does not go on. */
        BLOCKED,
        /** Not at all: no variant is bound. */
        NO_VARIANT
    }

    /** Runs an action. */
    public static ActionEnd of(String action, LongSupplier work) {
        try {
            long result = work.getAsLong();
            return new ActionEnd(result < 0 ? Kind.DECLINED : Kind.DONE, action, result, null);
        } catch (NotReadyException e) {
            return new ActionEnd(Kind.NOT_READY, action, Errno.ECANCELED, e);
        } catch (NoVariantException e) {
            return new ActionEnd(Kind.NO_VARIANT, action, 0, e);
        } catch (KernelBug | Blocked e) {
            return thrown(action, e);
        }
    }

    /** The end of an action whose code did not go on after a call. */
    public static ActionEnd thrown(String action, RuntimeException bugOrBlocked) {
        return new ActionEnd(bugOrBlocked instanceof Blocked ? Kind.BLOCKED : Kind.BUG, action, 0, bugOrBlocked);
    }

    /** Tells whether the kernel does not go on after it. */
    public boolean ends() {
        return kind == Kind.BUG || kind == Kind.BLOCKED;
    }

    /** What was declined, in the words of a verdict: {@code memory.online: -EPERM}; null if nothing was. */
    public String declined() {
        return switch (kind) {
            case DECLINED -> action + ": " + Errno.name(result);
            case NOT_READY -> action + ": " + thrown.getMessage();
            default -> null;
        };
    }

    /** Who objects to it; null if nobody does. */
    public String oracle() {
        return switch (kind) {
            case BUG -> BUG_ORACLE;
            case BLOCKED -> BLOCKED_ORACLE;
            default -> null;
        };
    }

    /** What is objected to. */
    public String objection() {
        String words = thrown instanceof KernelBug bug ? bug.words() : thrown.getMessage() + ": nobody will end this";
        return action.isEmpty() ? words : words + ", in " + action;
    }
}
