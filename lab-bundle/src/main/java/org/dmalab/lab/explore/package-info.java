/**
 * The history automaton: kernel code run through interleavings without threads or continuations.
 *
 * <p>A processor's local state is exactly the sequence of results its code has received. {@link
 * org.dmalab.lab.explore.Histories} hash-conses those sequences; a node knows the next call. Code is run only when a
 * history is seen for the first time, fed with the recorded results and cut off at the new call. {@link
 * org.dmalab.lab.explore.World} has the machine with what is still to run and the transitions that are enabled; {@link
 * org.dmalab.lab.explore.Exploration} searches over it with an undo trail and a table of visited states, and takes a
 * recorded {@link org.dmalab.lab.explore.Schedule} again; {@link org.dmalab.lab.explore.ScenarioExplorer} brings a
 * scenario's machine to where its concurrent part begins.
 *
 * <p>Can: every order of the strands of several processors, every arrival of each interrupt where its processor lets
 * it in, inter-processor interrupts, what devices do and what hardware does by itself at any point, the exchange of
 * the patch at any call of a service, tasks that move to another processor; finds violations, deadlocks, livelocks,
 * hidden state, marks that lie, swallowed stops and unbounded histories; shows the schedule with the fewest unusual
 * choices, and runs it once more with real stacks ({@link org.dmalab.lab.explore.ReplayStep}); leaves out what sleep
 * sets and steps on private cells show to be needless, and runs no stretch of steps again for values that it knows;
 * says whether a second hash function confirms it. Can't: weaken the order of memory but by what hardware does by
 * itself, let more than 64 transitions sleep.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.explore;
