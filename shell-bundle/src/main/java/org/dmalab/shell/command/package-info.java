/**
 * What a class with commands needs: a {@link org.dmalab.shell.command.CommandSpec} says what a command takes,
 * {@link org.dmalab.shell.command.Arguments} reads it, {@link org.dmalab.shell.command.Output} writes its result, and
 * {@link org.dmalab.shell.command.CommandException} ends it with an exit code.
 *
 * <p>One description drives parsing, error messages, {@code help} and completion.
 */
@Export
@Version("1.1.0")
package org.dmalab.shell.command;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
