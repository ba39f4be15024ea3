/**
 * Live machines: named, kept between commands, changed by actions, stepped back by action.
 *
 * <p>Can: run actions, mark, compare, step back, save and load. Can't: step by single Cpu calls (Java stacks do not
 * roll back) or be used by two threads at once.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.live;
