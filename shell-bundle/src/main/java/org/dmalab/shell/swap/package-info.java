/**
 * The patch switch: named machines as factory configurations, and how a variant is exchanged under them.
 *
 * <p>{@link org.dmalab.shell.swap.MachineHost} holds the services that Declarative Services binds for one named
 * machine; {@link org.dmalab.shell.swap.Lane} is the path of its kernel code to them and knows when the last call has
 * left an old variant; {@link org.dmalab.shell.swap.PatchSwitch} changes the target filters through
 * ConfigurationAdmin; {@link org.dmalab.shell.swap.Storm} throws the switch at random under load.
 */
package org.dmalab.shell.swap;
