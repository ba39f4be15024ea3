package org.dmalab.lab.scenario;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.google.gson.stream.JsonWriter;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.lab.catalog.Catalog;

/** Makes a JSON schema (draft 2020-12) for the scenario files of an architecture from what is registered. */
public final class ScenarioSchema {
    private static final String NUMBER = "^(0x[0-9a-fA-F_]+|[0-9_]+)([KMGT]?)(iB|B)?$";

    private final JsonWriter json;

    private ScenarioSchema(JsonWriter json) {
        this.json = json;
    }

    /** The schema, for an editor's completion and checks. */
    public static String write(Catalog catalog, String arch) {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.setIndent("  ");
        try {
            new ScenarioSchema(json).document(catalog, catalog.architecture(arch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private void document(Catalog catalog, Architecture architecture) throws IOException {
        List<Action> actions = catalog.actions(architecture.name());
        json.beginObject();
        json.name("$schema").value("https://json-schema.org/draft/2020-12/schema");
        json.name("title").value("Scenario of " + architecture.name());
        start("object", "title");
        for (String key : List.of("title", "source", "about")) {
            json.name(key).beginObject().name("type").value("string").endObject();
        }
        machine(architecture);
        steps("steps", "#/$defs/step");
        concurrent();
        json.name("hardware").beginObject().name("type").value("array").name("items").beginObject().name("type")
                .value("string").endObject().endObject();
        steps("after", "#/$defs/step");
        json.name("oracles").beginObject().name("type").value("array").name("items");
        choice(catalog.oracles(architecture.name()).stream().map(Oracle::name).toList());
        json.endObject();
        json.endObject();
        json.name("$defs").beginObject();
        step("step", actions);
        step("concurrentStep", actions.stream().filter(action -> action.concurrent() || action.byDevice()).toList());
        json.endObject();
        json.endObject();
    }

    /** Opens the properties of an object without others. */
    private void start(String type, String... required) throws IOException {
        json.name("type").value(type);
        json.name("additionalProperties").value(false);
        if (required.length > 0) {
            json.name("required").beginArray();
            for (String one : required) {
                json.value(one);
            }
            json.endArray();
        }
        json.name("properties").beginObject();
    }

    private void machine(Architecture architecture) throws IOException {
        json.name("machine").beginObject();
        start("object");
        json.name("arch");
        choice(List.of(architecture.name()));
        json.name("preset");
        choice(Stream.concat(Stream.of(architecture.name()), architecture.presets().stream().map(Preset::name))
                .distinct().toList());
        json.name("profile");
        choice(architecture.profiles().stream().map(Preset::name).toList());
        json.name("set").beginObject();
        start("object");
        parameters(architecture.parameters());
        json.endObject();
        json.endObject();
        json.name("files").beginObject();
        start("object");
        for (String file : architecture.fileParameters()) {
            json.name(file).beginObject().name("type").value("string").endObject();
        }
        json.endObject();
        json.endObject();
        for (var list : new TreeMap<>(architecture.listParameters()).entrySet()) {
            json.name(list.getKey()).beginObject().name("type").value("array").name("items").beginObject();
            start("object");
            for (String key : list.getValue()) {
                json.name(key).beginObject().name("type").beginArray().value("string").value("boolean")
                        .value("integer").endArray().endObject();
            }
            json.endObject();
            json.endObject();
            json.endObject();
        }
        json.endObject();
        json.endObject();
    }

    private void concurrent() throws IOException {
        json.name("concurrent").beginObject().name("type").value("array").name("items").beginObject();
        start("object");
        json.name("name").beginObject().name("type").value("string").endObject();
        json.name("processor").beginObject().name("type").value("integer").name("minimum").value(0).endObject();
        json.name("level");
        choice(ScenarioReader.levels());
        json.name("times").beginObject().name("type").value("integer").name("minimum").value(1).endObject();
        json.name("migrates").beginObject().name("type").value("boolean").endObject();
        steps("steps", "#/$defs/concurrentStep");
        json.endObject();
        json.endObject();
        json.endObject();
    }

    private void steps(String name, String item) throws IOException {
        json.name(name).beginObject().name("type").value("array");
        json.name("items").beginObject().name("$ref").value(item).endObject().endObject();
    }

    private void step(String name, List<Action> actions) throws IOException {
        json.name(name).beginObject().name("oneOf").beginArray();
        List<String> plain = actions.stream().filter(action -> action.parameters().stream()
                .allMatch(parameter -> parameter.otherwise() != null)).map(Action::name).toList();
        choice(plain);
        for (Action action : actions) {
            json.beginObject();
            json.name("description").value(action.summary());
            start("object", action.name());
            json.name(action.name()).beginObject();
            String[] required = action.parameters().stream().filter(parameter -> parameter.otherwise() == null)
                    .map(Parameter::name).toArray(String[]::new);
            start("object", required);
            parameters(action.parameters());
            json.endObject();
            json.endObject();
            json.endObject();
            json.endObject();
        }
        json.endArray().endObject();
    }

    private void parameters(List<Parameter> parameters) throws IOException {
        for (Parameter parameter : parameters) {
            json.name(parameter.name()).beginObject();
            json.name("description").value(parameter.summary());
            switch (parameter.type()) {
                case NUMBER, SIZE, ADDRESS -> {
                    json.name("type").beginArray().value("integer").value("string").endArray();
                    json.name("pattern").value(NUMBER);
                }
                case DEVICE -> {
                    json.name("type").value("string");
                    json.name("pattern").value("^(0{0,3}[0-9a-fA-F]:)?[0-9a-fA-F]{1,2}:[0-9a-fA-F]{1,2}\\.[0-7]$");
                }
                case CHOICE -> values(parameter.choices());
                case FLAG -> json.name("type").value("boolean");
                default -> throw new IllegalStateException(parameter.type().name());
            }
            if (parameter.otherwise() != null) {
                json.name("default").value(parameter.otherwise());
            }
            json.endObject();
        }
    }

    private void choice(List<String> values) throws IOException {
        json.beginObject();
        values(values);
        json.endObject();
    }

    private void values(List<String> values) throws IOException {
        json.name("enum").beginArray();
        for (String value : values) {
            json.value(value);
        }
        json.endArray();
    }
}
