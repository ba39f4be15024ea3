package org.dmalab.pseries.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.Store;

/**
 * Run-time abstraction services (LoPAR 7.2, 7.3): which call a token means, and its answer. A call that fails writes
 * its status and leaves the other results as they were.
 *
 * <p>Announced as {@link HardwareEvent#RTAS}: query with windows available and largest block, create with page shift
 * {@code << 8} | window shift and LIOBN, remove with the LIOBN, reset with the unit id and 1 for limited addresses,
 * set-indicator with index and state.
 */
public final class Rtas {
    /** The whole of memory's DRC indexes: 0x80000000 plus the number of the block. */
    public static final long LMB_DRC = 0x80000000L;

    private final WindowRules rules;
    private final RtasBlock blocks;
    private final RtasTokens tokens;
    private final DmaWindowCalls windows;
    private final DynamicMemory dynamicMemory;
    private final Emitter emitter;

    /** What a call came to: its status, and the two numbers that are announced with it. */
    record Answer(long status, long x, long y) {
        static Answer parameterError(long x, long y) {
            return new Answer(Papr.RTAS_PARAMETER, x, y);
        }
    }

    /** Declares what the services remember, over memory and tables. */
    public Rtas(Store store, Emitter emitter, MachineMemory memory, TceTables tables, WindowRules rules,
            Behaviour behaviour, RtasTokens tokens) {
        this.blocks = new RtasBlock(memory);
        this.rules = rules;
        this.tokens = tokens;
        this.windows = new DmaWindowCalls(store, emitter, blocks, tables, rules, behaviour);
        this.dynamicMemory = new DynamicMemory(store, memory, blocks, rules.lmbBytes(),
                behaviour.isolateNeedsUnplug());
        this.emitter = emitter;
    }

    /** The tokens. */
    public RtasTokens tokens() {
        return tokens;
    }

    /** What the hypervisor offers. */
    public WindowRules rules() {
        return rules;
    }

    /** Memory that comes and goes. */
    public DynamicMemory dynamicMemory() {
        return dynamicMemory;
    }

    /** Text id of why the hypervisor has ended itself; 0 while it lives. */
    public long abortReason() {
        return windows.abortReason();
    }

    /** Power on or partition reset: every window goes, each bridge gets its default window. */
    public void reset() {
        windows.resetAll();
        emitter.emit(HardwareEvent.RESET, Actor.MACHINE, 0, 0, 0, 0);
    }

    /** Executes the call whose argument block lies at a real address; nothing if the hypervisor has ended itself. */
    public void call(long block) {
        long token = blocks.token(block);
        if (abortReason() != 0) {
            return;
        }
        if (token == tokens.query()) {
            answerWindow(block, windows.query(block));
        } else if (token == tokens.create()) {
            answerWindow(block, windows.create(block));
        } else if (token == tokens.remove()) {
            answerWindow(block, windows.remove(block));
        } else if (token == tokens.reset()) {
            answerWindow(block, windows.resetPe(block));
        } else if (token == tokens.setIndicator()) {
            answer(block, dynamicMemory.setIndicator(block));
        } else {
            answerWindow(block, Answer.parameterError(0, 0));
        }
    }

    /** The token in an argument block at a real address. */
    public long token(long block) {
        return blocks.token(block);
    }

    /** Writes the status into an argument block, as a call does that does nothing else. */
    public void setStatus(long block, long status) {
        blocks.setResult(block, 0, status);
    }

    private void answer(long block, Answer answer) {
        setStatus(block, answer.status());
        emitter.emit(HardwareEvent.RTAS, Actor.MACHINE, token(block), answer.status(), answer.x(), answer.y());
    }

    /** An answer that also says that a command was refused; a memory block that is not to be had is no such thing. */
    private void answerWindow(long block, Answer answer) {
        if (abortReason() != 0) {
            return; // nobody is left to answer
        }
        answer(block, answer);
        if (answer.status() < 0 && answer.status() != Papr.RTAS_BUSY) {
            emitter.emit(EventKind.COMMAND_REFUSED, Actor.MACHINE, token(block), answer.status(), 0, 0);
        }
    }
}
