/**
 * Named machines and the commands on them: {@code machine:*}, {@code patch:use}, {@code patch:storm}, and one command
 * for every registered action.
 */
package org.dmalab.shell.machine;
