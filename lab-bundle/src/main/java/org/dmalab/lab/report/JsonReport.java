package org.dmalab.lab.report;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

import com.google.gson.stream.JsonWriter;

import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;

/** JSON documents, in the shapes of design.md section 7. */
public final class JsonReport {
    private JsonReport() { }

    /** Runs or a comparison: an array of {scenario, patch, profile, backend, verdict, reason, violations, metrics}. */
    public static String results(List<RunResult> results) {
        return write(json -> {
            json.beginArray();
            for (RunResult result : results) {
                result(json, result);
            }
            json.endArray();
        });
    }

    private static void result(JsonWriter json, RunResult result) throws IOException {
        json.beginObject();
        json.name("scenario").value(result.scenario());
        json.name("patch").value(result.patch());
        json.name("profile").value(result.profile());
        json.name("backend").value(result.backend());
        json.name("verdict").value(result.verdict().text());
        json.name("reason").value(result.reason());
        json.name("violations").beginArray();
        for (Violation violation : result.violations()) {
            json.beginObject();
            json.name("oracle").value(violation.oracle());
            json.name("step").value(violation.step());
            json.name("message").value(violation.message());
            json.endObject();
        }
        json.endArray();
        json.name("metrics").beginObject();
        for (Map.Entry<String, Long> metric : result.metrics().entrySet()) {
            json.name(metric.getKey()).value(metric.getValue());
        }
        json.endObject();
        json.endObject();
    }

    /** Variants: an array of {arch, patch, services, commit, since, origin, description}. */
    public static String patches(List<VariantInfo> variants) {
        return write(json -> {
            json.beginArray();
            for (VariantInfo variant : variants) {
                json.beginObject();
                json.name("arch").value(variant.arch());
                json.name("patch").value(variant.id());
                json.name("services").beginArray();
                for (var kind : variant.services()) {
                    json.value(Selection.serviceName(kind));
                }
                json.endArray();
                json.name("commit").value(variant.commit());
                json.name("since").value(variant.since());
                json.name("origin").value(variant.origin());
                json.name("description").value(variant.description());
                json.endObject();
            }
            json.endArray();
        });
    }

    /** Scenarios: an array of {scenario, arch, title, source}. */
    public static String scenarios(List<Scenario> scenarios) {
        return write(json -> {
            json.beginArray();
            for (Scenario scenario : scenarios) {
                json.beginObject();
                json.name("scenario").value(scenario.name());
                json.name("arch").value(scenario.arch());
                json.name("title").value(scenario.title());
                json.name("source").value(scenario.source());
                json.endObject();
            }
            json.endArray();
        });
    }

    private interface Body {
        void write(JsonWriter json) throws IOException;
    }

    private static String write(Body body) {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.setIndent("  ");
        try {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }
}
