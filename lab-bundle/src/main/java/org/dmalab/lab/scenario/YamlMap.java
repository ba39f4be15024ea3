package org.dmalab.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;

/**
 * A map of a YAML file whose keys are known: reads values by key and says precisely what is wrong.
 *
 * @param file the file, for messages
 * @param path keys that lead here, for messages; empty at the top
 * @param node the map
 */
record YamlMap(String file, String path, Yaml.Node node) {
    /** A map with no other keys than these. */
    static YamlMap of(String file, String path, Yaml.Node node, String... known) {
        YamlMap map = any(file, path, node);
        List<String> names = List.of(known);
        node.entries().keySet().stream().filter(key -> !names.contains(key)).findFirst().ifPresent(key -> {
            throw map.error(node.keys().get(key), path, Names.unknown("key", key, names));
        });
        return map;
    }

    /** A map with any keys. */
    static YamlMap any(String file, String path, Yaml.Node node) {
        if (node.kind() != Yaml.Kind.MAP) {
            throw new InputException(file, node.place().line(), node.place().column(), path,
                    node.word() + ", expected a map");
        }
        return new YamlMap(file, path, node);
    }

    boolean has(String key) {
        Yaml.Node value = node.entries().get(key);
        return value != null && !value.isNull();
    }

    Yaml.Node get(String key) {
        return node.entries().get(key);
    }

    Yaml.Place keyPlace(String key) {
        return node.keys().get(key);
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** A text that must be there. */
    String text(String key) {
        if (!has(key)) {
            throw error(node.place(), path, "no \"" + key + "\"; it must be given");
        }
        return scalar(get(key), pathOf(key));
    }

    /** A text, or another if the key is not there; a key with nothing is no text. */
    String text(String key, String otherwise) {
        return node.entries().containsKey(key) ? scalar(get(key), pathOf(key)) : otherwise;
    }

    String scalar(Yaml.Node value, String where) {
        if (value.kind() != Yaml.Kind.SCALAR || value.isNull()) {
            throw error(value.place(), where, value.word() + ", expected a single value"
                    + (value.isNull() ? ", or no such key" : ""));
        }
        return value.text();
    }

    /** The elements of a list; none if it is not there. */
    List<Yaml.Node> list(String key) {
        if (!has(key)) {
            return List.of();
        }
        Yaml.Node value = get(key);
        if (value.kind() != Yaml.Kind.LIST) {
            throw error(value.place(), pathOf(key), value.word() + ", expected a list");
        }
        return value.items();
    }

    /** A list of texts. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Yaml.Node item : list(key)) {
            texts.add(scalar(item, pathOf(key)));
        }
        return texts;
    }

    /** Texts by key. */
    Map<String, String> textMap() {
        Map<String, String> texts = new LinkedHashMap<>();
        node.entries().forEach((key, value) -> texts.put(key, scalar(value, pathOf(key))));
        return texts;
    }

    InputException error(Yaml.Place place, String where, String problem) {
        return new InputException(file, place.line(), place.column(), where, problem);
    }
}
