package org.dmalab.mips.hardware;

import org.dmalab.api.Spontaneous;

/**
 * A core that speculates fetches a line that no instruction asked for. One place for each core and line of the pages
 * that it may come to: a real core may come to any line, but no other one matters.
 *
 * @param caches where the line goes
 * @param pages number of pages to choose from
 * @param page which these are
 */
public record Prefetch(Caches caches, int pages, Candidate page) implements Spontaneous {
    /** A page that a core may come to; stateless. */
    @FunctionalInterface
    public interface Candidate {
        /** Physical address of a page by number, or -1 if there is none now. */
        long physical(int number);
    }

    @Override
    public String family() {
        return "prefetch";
    }

    @Override
    public String summary() {
        return "a core that speculates fetches a line of a page in use";
    }

    @Override
    public int count() {
        return caches.shape().processors() * pages * linesPerPage();
    }

    @Override
    public boolean enabled(int index) {
        return page.physical(pageOf(index)) >= 0 && !caches.holds(processorOf(index), line(index));
    }

    @Override
    public void take(int index) {
        caches.prefetch(processorOf(index), line(index));
    }

    @Override
    public String describe(int index) {
        return page.physical(pageOf(index)) < 0 ? "prefetch of a page that is not in use"
                : String.format("prefetch of line 0x%08x by cpu%d", line(index), processorOf(index));
    }

    private int linesPerPage() {
        return Segment.PAGE_BYTES / caches.shape().primary().lineBytes();
    }

    private int processorOf(int index) {
        return index / (pages * linesPerPage());
    }

    private int pageOf(int index) {
        return index / linesPerPage() % pages;
    }

    private long line(int index) {
        return page.physical(pageOf(index)) + (long) index % linesPerPage() * caches.shape().primary().lineBytes();
    }
}
