/**
 * The history automaton: kernel code run through interleavings without threads or continuations.
 *
 * <p>A processor's local state is exactly the sequence of results its code has received. {@link
 * org.dmalab.lab.explore.Histories} hash-conses those sequences; a node knows the next call. Code is run only when a
 * history is seen for the first time, fed with the recorded results and cut off at the new call. {@link
 * org.dmalab.lab.explore.PlacementSearch} walks all placements of interrupts over it with an undo trail and a table of
 * visited states.
 *
 * <p>Can: every placement of each interrupt strand at every point where its processor lets it in, every order of the
 * strands of several processors, inter-processor interrupts; finds violations, deadlocks, hidden state, swallowed
 * stops and unbounded histories. Can't: reduce the search (no sleep sets, no private cells), merge at {@code mark},
 * explore what hardware does by itself (eviction, prefetch, late DMA), nor print a token: that comes with the explorer.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.explore;
