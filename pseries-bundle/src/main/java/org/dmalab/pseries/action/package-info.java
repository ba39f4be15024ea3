/**
 * What a kernel, a device or a person can do to a partition, one event each.
 *
 * <p>Can: be steps of scenarios and commands of the shell. Can't: keep anything.
 */
package org.dmalab.pseries.action;
