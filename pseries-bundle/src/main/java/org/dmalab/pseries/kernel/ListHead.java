package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.kernel.Variable;

/** The kernel's doubly linked lists: a node is the address of its next pointer, the prev pointer follows it. */
public final class ListHead {
    private static final int PREV = 8;

    private ListHead() { }

    /** Makes a list empty. */
    public static void init(Cpu cpu, Variable head) {
        cpu.store(head.address(), 8, head.address());
        cpu.store(head.address() + PREV, 8, head.address());
    }

    /** The first object of a list; 0 if it is empty. */
    public static long first(Cpu cpu, Variable head, Field link) {
        return object(head, cpu.load(head.address(), 8), link);
    }

    /** The object after an object; 0 if it was the last. */
    public static long next(Cpu cpu, Variable head, long object, Field link) {
        return object(head, cpu.load(object + link.offset(), 8), link);
    }

    private static long object(Variable head, long node, Field link) {
        return node == head.address() ? 0 : node - link.offset();
    }

    /** list_add: in front. */
    @KernelFunction("list_add")
    public static void add(Cpu cpu, Variable head, long object, Field link) {
        insert(cpu, object + link.offset(), head.address(), cpu.load(head.address(), 8));
    }

    /** list_add_tail: at the end. */
    @KernelFunction("list_add_tail")
    public static void addTail(Cpu cpu, Variable head, long object, Field link) {
        insert(cpu, object + link.offset(), cpu.load(head.address() + PREV, 8), head.address());
    }

    private static void insert(Cpu cpu, long node, long previous, long next) {
        cpu.store(next + PREV, 8, node);
        cpu.store(node, 8, next);
        cpu.store(node + PREV, 8, previous);
        cpu.store(previous, 8, node);
    }

    /** list_del. */
    @KernelFunction("list_del")
    public static void remove(Cpu cpu, long object, Field link) {
        long node = object + link.offset();
        long next = cpu.load(node, 8);
        long previous = cpu.load(node + PREV, 8);
        cpu.store(next + PREV, 8, previous);
        cpu.store(previous, 8, next);
    }
}
