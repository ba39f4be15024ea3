package org.dmalab.shell.command;

import java.util.List;

/** A service that proposes words for the arguments and option values of commands. The shell asks all of them. */
public interface ArgumentCompleter {

    /**
     * The candidates for one word; the shell filters by what has been typed. Names of options come from the
     * {@link CommandSpec} and are not to be repeated; so do fixed choices, as long as nobody proposes fewer.
     *
     * @param slot the word
     * @return the candidates, or an empty list when this service knows none
     */
    List<String> candidates(Slot slot);
}
