package org.dmalab.c.build;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What compiler and linker say, in terms of the user's files, with what to do about it. */
final class Diagnostics {
    private static final Pattern LINE = Pattern.compile("([^:\\s]+):(\\d+):\\d+: (error|fatal error|warning): (.*)");
    private static final Pattern QUOTED = Pattern.compile("'([^']*)'");
    private static final int MOST = 10;
    private static final List<String[]> KINDS = List.of(
            new String[] {"use of undeclared identifier 'LAB_PARAMETER_", "adapter"},
            new String[] {"implicit declaration of function", "a function"},
            new String[] {"use of undeclared identifier", "a variable, constant or macro"},
            new String[] {"unknown type name", "a type"},
            new String[] {"incomplete definition of type", "a structure"},
            new String[] {"has incomplete type", "a structure"},
            new String[] {"incomplete type", "a structure"},
            new String[] {"no member named", "a member"});

    private final Kit kit;
    private final Map<String, String> names;

    /** With the paths of the files, by the names under which they are compiled. */
    Diagnostics(Kit kit, Map<String, String> names) {
        this.kit = kit;
        this.names = names;
    }

    /** The errors, one a line. */
    String errors(String output) {
        Set<String> errors = new LinkedHashSet<>();
        output.lines().map(LINE::matcher).filter(Matcher::matches).filter(match -> match.group(3).contains("error"))
                .forEach(match -> errors.add(place(match) + ": " + help(match.group(4))));
        output.lines().filter(line -> line.contains("undefined symbol")).forEach(line ->
                errors.add("the linker finds no " + line.replaceAll(".*undefined symbol: ", "")
                + ", which the text declares and does not define; " + where()));
        if (errors.isEmpty()) {
            return output.isBlank() ? "the compiler failed without a word" : output.strip();
        }
        List<String> first = new ArrayList<>(errors).subList(0, Math.min(errors.size(), MOST));
        return String.join("\n", first) + (errors.size() > MOST ? "\nand " + (errors.size() - MOST) + " more" : "");
    }

    /** The warnings, one a line. */
    List<String> warnings(String output) {
        return output.lines().map(LINE::matcher).filter(Matcher::matches)
                .filter(match -> match.group(3).equals("warning"))
                .map(match -> place(match) + ": " + match.group(4)).distinct().toList();
    }

    private String place(Matcher match) {
        String file = match.group(1).replaceFirst("^\\./", "");
        return names.getOrDefault(file, file) + ":" + match.group(2);
    }

    private String help(String message) {
        for (String[] kind : KINDS) {
            if (message.contains(kind[0])) {
                Matcher quoted = QUOTED.matcher(message);
                String name = quoted.find() ? quoted.group(1) : "it";
                if (kind[1].equals("adapter")) {
                    return "the lab does not know what to give for the parameter "
                            + name.replaceAll("LAB_PARAMETER_\\w+?_(\\w+)$", "$1") + "; define " + name + " in "
                            + header() + " or with --define " + name + "=VALUE";
                }
                return (kind[1].equals("a member") ? message : "nothing declares " + name + " (" + kind[1] + ")")
                        + "; " + where();
            }
        }
        if (message.contains("invalid instruction") || message.contains("invalid output constraint")
                || message.contains("invalid input constraint") || message.contains("register name")
                || message.contains("in asm")) {
            return "inline assembly can't be run here (" + message + "); what it does has to come from a macro of "
                    + header() + ", which goes before the text's own if the text includes it";
        }
        return message;
    }

    private String where() {
        return "declare it in " + header() + ", as that declares its like, or give a value with --define";
    }

    private String header() {
        return kit.name() + "-bundle/src/main/resources/c/" + kit.name() + "/" + kit.name() + ".h";
    }
}
