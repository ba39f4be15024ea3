package org.dmalab.shell.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes names of commands, options and their fixed values; asks the completers of the bundles for the rest. */
final class CommandCompleter implements Completer {

    private final CommandCatalog catalog;

    CommandCompleter(CommandCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        // Only the statement before the cursor counts: in "a; b" the first word is b.
        List<String> words = line.words().subList(0, line.wordIndex() + 1);
        int start = 0;
        for (int i = 0; i < words.size() - 1; i++) {
            start = words.get(i).endsWith(";") || words.get(i).equals("|") ? i + 1 : start;
        }
        List<String> statement = words.subList(start, words.size());
        if (statement.size() == 1) {
            commands(candidates);
        } else {
            arguments(statement.get(0), statement.subList(1, statement.size()), candidates);
        }
    }

    private void commands(List<Candidate> candidates) {
        for (Map.Entry<String, CommandSpec> entry : catalog.specs().entrySet()) {
            String summary = entry.getValue().summary().lines().findFirst().orElse("");
            candidates.add(new Candidate(entry.getKey(), entry.getKey(), null, summary, null, null, true));
        }
        for (String name : catalog.platformCommands()) {
            candidates.add(new Candidate(name));
        }
    }

    private void arguments(String command, List<String> words, List<Candidate> candidates) {
        if (command.equals("help")) {
            catalog.specs().keySet().forEach(name -> candidates.add(new Candidate(name)));
        }
        Optional<CommandSpec> spec = catalog.find(command);
        String word = words.get(words.size() - 1);
        Optional<Slot> slot = spec.flatMap(known -> Slot.of(known, words));
        if (slot.isPresent()) {
            values(slot.get(), word.substring(0, word.length() - slot.get().typed().length()), candidates);
        } else if (spec.isPresent() && word.startsWith("-")) {
            for (CommandSpec.Option option : spec.get().options()) {
                candidates.add(new Candidate(option.name(), option.name(), null, option.text(), null, null, true));
            }
        }
    }

    /** @param before what the word has before its value: {@code --option=} or nothing */
    private void values(Slot slot, String before, List<Candidate> candidates) {
        List<String> names = new ArrayList<>(catalog.candidates(slot));
        if (names.isEmpty()) {
            slot.spec().option(slot.name()).ifPresent(option -> names.addAll(option.choices()));
        }
        for (String name : names) {
            // After a list, SERVICE= or a folder more may follow: no blank behind it.
            boolean whole = !name.endsWith("=") && !name.endsWith("/") && !name.contains(",");
            candidates.add(new Candidate(before + name, name, null, null, null, null, whole));
        }
    }
}
