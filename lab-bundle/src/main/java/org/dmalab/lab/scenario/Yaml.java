package org.dmalab.lab.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.InputException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A YAML document as plain nodes with places, from untrusted text: no tags are resolved and every scalar is text. Size,
 * depth, number of aliases and number of nodes after expanding aliases are bounded.
 */
final class Yaml {
    /** Characters of a document. */
    static final int MAX_CODE_POINTS = 1 << 20;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_ALIASES = 100;
    private static final int MAX_NODES = 100_000;

    private final String file;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private int aliases;
    private Node root;

    private Yaml(String file) {
        this.file = file;
    }

    /** What a node is. */
    enum Kind {
        SCALAR, LIST, MAP
    }

    /**
     * A node.
     *
     * @param kind what it is
     * @param text of a scalar
     * @param isNull a plain scalar that is empty or {@code null}
     * @param items of a list
     * @param entries of a map
     * @param keys the nodes of a map's keys, for their places
     * @param place where it starts
     * @param size number of nodes in it, itself included, aliases expanded
     */
    record Node(Kind kind, String text, boolean isNull, List<Node> items, Map<String, Node> entries,
            Map<String, Place> keys, Place place, long size) {
        /** What it is, in words. */
        String word() {
            return switch (kind) {
                case SCALAR -> isNull ? "nothing" : "\"" + text + "\"";
                case LIST -> "a list";
                case MAP -> "a map";
            };
        }
    }

    /** Line and column, from 1. */
    record Place(int line, int column) { }

    private record Open(Node node, Anchor anchor, long[] size, String[] pendingKey) { }

    /** Reads one document. */
    static Node read(String text, String file) {
        if (text.length() > MAX_CODE_POINTS) {
            throw new InputException(file, 0, 0, null, "larger than 1 MiB; a scenario file is at most that");
        }
        LoadSettings settings = LoadSettings.builder().setLabel(file).setCodePointLimit(MAX_CODE_POINTS)
                .setUseMarks(true).setParseComments(false).build();
        Yaml yaml = new Yaml(file);
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                yaml.event(event);
            }
        } catch (InputException e) {
            throw e;
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().orElse(null);
            throw new InputException(file, mark == null ? 0 : mark.getLine() + 1,
                    mark == null ? 0 : mark.getColumn() + 1, null, "no YAML: " + e.getProblem());
        } catch (ReaderException e) {
            Place place = firstNotPrintable(text);
            throw new InputException(file, place.line(), place.column(), null, String.format("no YAML: character U+%04X"
                    + ", expected text without control characters", e.getCodePoint()));
        } catch (YamlEngineException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new InputException(file, 0, 0, null, "no YAML: " + e.getMessage());
        }
        if (yaml.root == null) {
            throw new InputException(file, 1, 1, null, "empty; expected a map");
        }
        return yaml.root;
    }

    private static Place firstNotPrintable(String text) {
        int at = 0;
        while (at < text.length() && StreamReader.isPrintable(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return ScenarioFiles.place(text.substring(0, at));
    }

    private void event(Event event) {
        Place place = place(event);
        switch (event.getEventId()) {
            case DocumentStart -> {
                if (root != null) {
                    throw at(place, "a second document; expected one");
                }
            }
            case Scalar -> add(scalar((ScalarEvent) event, place), anchor(event), place);
            case Alias -> add(alias((AliasEvent) event, place), null, place);
            case SequenceStart -> start(Kind.LIST, anchor(event), ((SequenceStartEvent) event).getTag().isPresent(),
                    place);
            case MappingStart -> start(Kind.MAP, anchor(event), ((MappingStartEvent) event).getTag().isPresent(),
                    place);
            case SequenceEnd, MappingEnd -> end();
            default -> { }
        }
    }

    private static Place place(Event event) {
        return event.getStartMark().map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(new Place(0, 0));
    }

    private static Anchor anchor(Event event) {
        return ((NodeEvent) event).getAnchor().orElse(null);
    }

    private Node scalar(ScalarEvent event, Place place) {
        if (event.getTag().isPresent()) {
            throw at(place, "a tag; scenario files have none");
        }
        String text = event.getValue();
        boolean isNull = event.isPlain() && (text.isEmpty() || text.equals("null") || text.equals("~"));
        return new Node(Kind.SCALAR, text, isNull, List.of(), Map.of(), Map.of(), place, 1);
    }

    private Node alias(AliasEvent event, Place place) {
        Node node = anchors.get(event.getAlias());
        if (node == null) {
            throw at(place, "alias *" + event.getAlias() + " of no anchor");
        }
        if (++aliases > MAX_ALIASES) {
            throw at(place, "more than " + MAX_ALIASES + " aliases");
        }
        return node;
    }

    private void start(Kind kind, Anchor anchor, boolean tagged, Place place) {
        if (tagged) {
            throw at(place, "a tag; scenario files have none");
        }
        if (open.size() >= MAX_DEPTH) {
            throw at(place, "nested deeper than " + MAX_DEPTH);
        }
        if (!open.isEmpty() && open.peek().node().kind() == Kind.MAP && open.peek().pendingKey()[0] == null) {
            throw at(place, "a " + (kind == Kind.MAP ? "map" : "list") + " as a key; expected a name");
        }
        Node node = new Node(kind, "", false, new ArrayList<>(), new LinkedHashMap<>(), new HashMap<>(), place, 0);
        open.push(new Open(node, anchor, new long[] {1}, new String[1]));
    }

    private void end() {
        Open closed = open.pop();
        Node node = closed.node();
        add(new Node(node.kind(), "", false, node.items(), node.entries(), node.keys(), node.place(),
                closed.size()[0]), closed.anchor(), node.place());
    }

    private void add(Node node, Anchor anchor, Place place) {
        if (anchor != null) {
            anchors.put(anchor, node);
        }
        if (open.isEmpty()) {
            root = node;
            return;
        }
        Open parent = open.peek();
        parent.size()[0] += node.size();
        if (parent.size()[0] > MAX_NODES) {
            throw at(place, "more than " + MAX_NODES + " values, aliases expanded");
        }
        if (parent.node().kind() == Kind.LIST) {
            parent.node().items().add(node);
        } else if (parent.pendingKey()[0] == null) {
            addKey(parent, node, place);
        } else {
            parent.node().entries().put(parent.pendingKey()[0], node);
            parent.pendingKey()[0] = null;
        }
    }

    private void addKey(Open parent, Node node, Place place) {
        if (node.kind() != Kind.SCALAR || node.isNull()) {
            throw at(place, node.word() + " as a key; expected a name");
        }
        if (parent.node().keys().putIfAbsent(node.text(), place) != null) {
            throw at(place, "key \"" + node.text() + "\" a second time");
        }
        parent.pendingKey()[0] = node.text();
    }

    private InputException at(Place place, String problem) {
        return new InputException(file, place.line(), place.column(), null, problem);
    }
}
