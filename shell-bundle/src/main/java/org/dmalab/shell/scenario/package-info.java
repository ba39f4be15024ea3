/**
 * The commands over scenarios and patches: {@code scenario:*}, {@code patch:list}, {@code patch:show},
 * {@code patch:diff} and {@code tour}.
 *
 * <p>Can: find the scenario folder, choose patches, run cell by cell with progress and Ctrl-C, colour verdicts on a
 * terminal, complete names. Can't: judge or report by itself; runs, verdicts and documents are the lab's. Named
 * machines and swapping are in {@code org.dmalab.shell.swap}.
 */
package org.dmalab.shell.scenario;
