package org.dmalab.c.build;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A C file as a row of items: functions, variables, types, macros. It knows as much of the language as it takes to say
 * where an item begins and ends, what it defines and which names it uses; names that are members are left out.
 *
 * @param file path as messages name it
 * @param text its content
 * @param items in the order of the file
 */
record CSource(String file, String text, List<Item> items) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern DEFINING_MACRO =
            Pattern.compile("(DEFINE|DECLARE)_\\w+|H?LIST_HEAD|LAB_\\w+|EXPORT_SYMBOL\\w*|MODULE_\\w+|module_\\w+");
    private static final Pattern ATTRIBUTE = Pattern.compile("__attribute__|__printf|__section|__aligned|__init_or_\\w+"
            + "|__must_hold|__acquires|__releases|__cold|_Static_assert|static_assert|__typeof__|typeof");
    private static final Set<String> WORDS = Set.of("int", "char", "short", "long", "void", "unsigned", "signed",
            "const",
            "volatile", "static", "extern", "inline", "bool", "float", "double", "if", "while", "for", "return",
            "sizeof");
    private static final Set<String> TAGS = Set.of("struct", "union", "enum");

    /** What an item is. */
    enum Kind { FUNCTION, DECLARATION, MACRO, DIRECTIVE, INCLUDE }

    /**
     * One item.
     *
     * @param kind what it is
     * @param start offset of its first character
     * @param end offset after its last one
     * @param line where it starts, from 1
     * @param names what it defines or declares
     * @param uses what it names besides
     */
    record Item(Kind kind, int start, int end, int line, Set<String> names, Set<String> uses) {
        /** Its name in messages. */
        String name() {
            return names.isEmpty() ? "?" : names.iterator().next();
        }

        boolean function() {
            return kind == Kind.FUNCTION;
        }
    }

    private record Token(String text, int start, int end) {
        boolean isName() {
            return NAME.matcher(text).matches();
        }
    }

    /** Reads a file. */
    static CSource parse(String file, String text) {
        return new CSource(file, text, new Reader(text).read());
    }

    /** Items that define a name. */
    List<Item> named(String name) {
        return items.stream().filter(item -> item.names().contains(name)).toList();
    }

    /** The function of a name; null if the file has none. */
    Item function(String name) {
        return items.stream().filter(item -> item.function() && item.name().equals(name)).findFirst().orElse(null);
    }

    /** Text of one item. */
    String text(Item item) {
        return text.substring(item.start(), item.end());
    }

    /** The line of an offset, from 1. */
    int line(int offset) {
        return (int) text.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
    }

    /** The first and the last line of an item. */
    int lastLine(Item item) {
        return line(item.end() - 1);
    }

    /** The file with everything blank but the chosen items and what decides on them: line numbers stay. */
    String only(Set<Item> chosen) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        for (Item item : items) {
            blank(out, at, item.start());
            if (item.kind() == Kind.DIRECTIVE || chosen.contains(item)) {
                out.append(text, item.start(), item.end());
            } else {
                blank(out, item.start(), item.end());
            }
            at = item.end();
        }
        blank(out, at, text.length());
        return out.toString();
    }

    private void blank(StringBuilder out, int from, int to) {
        for (int i = from; i < to; i++) {
            out.append(text.charAt(i) == '\n' ? '\n' : ' ');
        }
    }

    /** The parameters of a function: what stands between its parentheses, one by one. */
    List<String> parameters(Item function) {
        String head = text(function);
        int open = head.indexOf('(', head.indexOf(function.name() + "(") < 0
                ? matcherEnd(head, function.name()) : head.indexOf(function.name() + "("));
        List<String> parameters = new ArrayList<>();
        int depth = 0;
        int from = open + 1;
        for (int i = open; i < head.length(); i++) {
            char c = head.charAt(i);
            depth += Reader.deeper(String.valueOf(c));
            if ((depth == 1 && c == ',') || depth == 0) {
                parameters.add(head.substring(from, i).replaceAll("\\s+", " ").trim());
                from = i + 1;
            }
            if (depth == 0) {
                break;
            }
        }
        return parameters.equals(List.of("void")) || parameters.equals(List.of("")) ? List.of() : parameters;
    }

    private static int matcherEnd(String head, String name) {
        Matcher matcher = Pattern.compile("\\b" + name + "\\s*\\(").matcher(head);
        return matcher.find() ? matcher.end() - 1 : 0;
    }

    /** What a function returns, as its head says: {@code static struct page *}. */
    String returnType(Item function) {
        Matcher matcher = Pattern.compile("\\b" + function.name() + "\\s*\\(").matcher(text(function));
        return matcher.find() ? text(function).substring(0, matcher.start()).replaceAll("\\s+", " ").trim() : "";
    }

    /** Splits a text into items. */
    private static final class Reader {
        private final String text;
        private final List<Item> items = new ArrayList<>();
        private int at;

        Reader(String text) {
            this.text = text;
        }

        List<Item> read() {
            List<Token> pending = new ArrayList<>();
            int depth = 0;
            boolean body = false;
            for (Token token = next(); token != null; token = next()) {
                if (token.text().startsWith("#")) {
                    if (pending.isEmpty()) {
                        directive(token);
                    }
                    continue;
                }
                if (depth == 0 && token.text().equals("{")) {
                    body = !pending.isEmpty() && pending.get(pending.size() - 1).text().equals(")");
                }
                pending.add(token);
                depth += switch (token.text()) {
                    case "{", "(", "[" -> 1;
                    case "}", ")", "]" -> -1;
                    default -> 0;
                };
                depth = Math.max(depth, 0);
                boolean ends = depth == 0 && (token.text().equals(";") || (token.text().equals("}") && body));
                if (ends) {
                    add(pending, body);
                    pending = new ArrayList<>();
                    body = false;
                }
            }
            if (!pending.isEmpty()) {
                add(pending, body); // not closed: the compiler says where, if it is wanted
            }
            return items;
        }

        private void directive(Token token) {
            Matcher matcher = Pattern.compile("#\\s*(\\w+)\\s*([A-Za-z_]\\w*)?").matcher(token.text());
            String word = matcher.lookingAt() ? matcher.group(1) : "";
            int line = line(token.start());
            if (word.equals("define")) {
                String name = String.valueOf(matcher.group(2));
                Set<String> uses = new LinkedHashSet<>();
                Matcher names = NAME.matcher(token.text().substring(matcher.end()));
                while (names.find()) {
                    uses.add(names.group());
                }
                items.add(new Item(Kind.MACRO, token.start(), token.end(), line, Set.of(name), uses));
            } else {
                items.add(new Item(word.equals("include") ? Kind.INCLUDE : Kind.DIRECTIVE, token.start(), token.end(),
                        line, Set.of(), Set.of()));
            }
        }

        private int line(int offset) {
            int count = 1;
            for (int i = 0; i < offset; i++) {
                count += text.charAt(i) == '\n' ? 1 : 0;
            }
            return count;
        }

        private void add(List<Token> tokens, boolean body) {
            int start = tokens.get(0).start();
            int end = tokens.get(tokens.size() - 1).end();
            Set<String> names = new LinkedHashSet<>();
            Kind kind = Kind.DECLARATION;
            if (body) {
                kind = Kind.FUNCTION;
                names.add(functionName(tokens));
            } else {
                declared(tokens, names);
            }
            Set<String> uses = new LinkedHashSet<>();
            for (int i = 0; i < tokens.size(); i++) {
                String before = i == 0 ? "" : tokens.get(i - 1).text();
                if (tokens.get(i).isName() && !before.equals(".") && !before.equals("->")
                        && !names.contains(tokens.get(i).text())) {
                    uses.add(tokens.get(i).text());
                }
            }
            items.add(new Item(kind, start, end, line(start), names, uses));
        }

        private static int deeper(String token) {
            return switch (token) {
                case "(" -> 1;
                case ")" -> -1;
                default -> 0;
            };
        }

        private static String functionName(List<Token> tokens) {
            int depth = 0;
            for (int i = 0; i + 1 < tokens.size(); i++) {
                Token token = tokens.get(i);
                boolean opens = tokens.get(i + 1).text().equals("(");
                if (depth == 0 && token.isName() && opens && !ATTRIBUTE.matcher(token.text()).matches()) {
                    return token.text();
                }
                depth += deeper(token.text());
            }
            return "?";
        }

        /** Names of what a declaration declares: variables, functions, types, tags, constants of an enum. */
        private static void declared(List<Token> tokens, Set<String> names) {
            boolean isEnum = false;
            int depth = 0;
            int braces = 0;
            boolean initializer = false;
            for (int i = 0; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                String before = i == 0 ? "" : tokens.get(i - 1).text();
                String after = i + 1 < tokens.size() ? tokens.get(i + 1).text() : "";
                switch (token.text()) {
                    case "(", "[" -> depth++;
                    case ")", "]" -> depth--;
                    case "{" -> braces++;
                    case "}" -> braces--;
                    case "=" -> initializer |= braces == 0;
                    case "," -> initializer &= braces > 0 || depth > 0;
                    default -> { }
                }
                isEnum |= token.text().equals("enum") && braces == 0;
                if (!token.isName() || initializer || WORDS.contains(token.text())) {
                    continue;
                }
                boolean tag = TAGS.contains(before) && after.equals("{");
                boolean constant = isEnum && braces == 1 && depth == 0 && (before.equals("{") || before.equals(","));
                boolean declarator = braces == 0 && depth == 0 && !TAGS.contains(before)
                        && List.of(";", ",", "=", "[", "(").contains(after)
                        && !ATTRIBUTE.matcher(token.text()).matches();
                boolean pointer = braces == 0 && depth == 1 && before.equals("*") && after.equals(")")
                        && i > 1 && tokens.get(i - 2).text().equals("(");
                if (declarator && after.equals("(") && DEFINING_MACRO.matcher(token.text()).matches()) {
                    inside(tokens, i + 1, names);
                } else if (tag || constant || declarator || pointer) {
                    names.add(token.text());
                }
            }
        }

        private static void inside(List<Token> tokens, int open, Set<String> names) {
            int depth = 0;
            for (int i = open; i < tokens.size(); i++) {
                depth += deeper(tokens.get(i).text());
                if (depth == 0) {
                    return;
                }
                if (tokens.get(i).isName() && depth == 1) {
                    names.add(tokens.get(i).text());
                }
            }
        }

        private Token next() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (Character.isWhitespace(c)) {
                    at++;
                } else if (text.startsWith("/*", at)) {
                    int end = text.indexOf("*/", at + 2);
                    at = end < 0 ? text.length() : end + 2;
                } else if (text.startsWith("//", at)) {
                    at = lineEnd(at);
                } else if (c == '#' && startsLine(at)) {
                    return token(directiveEnd(at));
                } else if (c == '"' || c == '\'') {
                    return token(quoteEnd(at, c));
                } else {
                    return token(plainEnd(at));
                }
            }
            return null;
        }

        private Token token(int end) {
            Token token = new Token(text.substring(at, end), at, end);
            at = end;
            return token;
        }

        private int plainEnd(int start) {
            char c = text.charAt(start);
            if (Character.isLetterOrDigit(c) || c == '_') {
                int end = start;
                while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end))
                        || text.charAt(end) == '_')) {
                    end++;
                }
                return end;
            }
            return text.startsWith("->", start) || text.startsWith("==", start) ? start + 2 : start + 1;
        }

        private boolean startsLine(int offset) {
            int i = offset - 1;
            while (i >= 0 && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
                i--;
            }
            return i < 0 || text.charAt(i) == '\n';
        }

        private int lineEnd(int from) {
            int end = text.indexOf('\n', from);
            return end < 0 ? text.length() : end;
        }

        private int directiveEnd(int from) {
            int end = lineEnd(from);
            while (end < text.length() && text.charAt(end - 1) == '\\') {
                end = lineEnd(end + 1);
            }
            return end;
        }

        private int quoteEnd(int from, char quote) {
            int end = from + 1;
            while (end < text.length() && text.charAt(end) != quote && text.charAt(end) != '\n') {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            return Math.min(end + 1, text.length());
        }
    }
}
