package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The JSON schema for editors takes the scenario files that the platform takes, and refuses what does not fit. */
public class ScenarioSchemaIT {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonSchema schema(String arch) throws Exception {
        RunnableJar.Result result = RunnableJar.run(folder, "scenario:schema", arch);
        assertEquals(result.err(), 0, result.code());
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(result.out());
    }

    private static JsonNode yaml(String text) {
        return MAPPER.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(text));
    }

    private static List<Path> scenarios(String arch) throws IOException {
        try (Stream<Path> files = Files.list(Platform.root().resolve("scenarios").resolve(arch))) {
            return files.filter(file -> file.getFileName().toString().matches("\\d.*\\.yaml")).sorted().toList();
        }
    }

    @Test
    public void everyScenarioFits() throws Exception {
        for (String arch : List.of("pseries", "vtd", "mips")) {
            JsonSchema schema = schema(arch);
            assertTrue(arch, scenarios(arch).size() > 5);
            for (Path file : scenarios(arch)) {
                assertEquals(file.toString(), "[]", schema.validate(yaml(Files.readString(file))).toString());
            }
        }
    }

    @Test
    public void whatIsWrongDoesNotFit() throws Exception {
        JsonSchema schema = schema("mips");
        String good = "title: t\nmachine: {preset: tiny, set: {writeBufferLines: 0x1}}\nsteps:\n  - kernel.boot\n"
            + "  - page.alloc: {page: 0, zone: high}\nconcurrent:\n"
            + "  - {level: hardirq, steps: [page.free: {page: 0}]}\n"
            + "oracles: [op-on-intended-page]\n";
        assertEquals("[]", schema.validate(yaml(good)).toString());
        for (String[] change : new String[][] {{"title: t\n", ""}, {"title: t", "title: [t]"}, {"machine:", "machina:"},
            {"tiny", "tinny"}, {"writeBufferLines", "writeBufferLine"}, {"0x1", "some"}, {"kernel.boot", "kernel.root"},
            {"page.alloc", "page.allocate"}, {"{page: 0, zone", "{pages: 0, zone"}, {"page: 0, zone: high",
            "zone: high"},
            {"zone: high", "zone: higher"}, {"hardirq", "irq"}, {"page.free: {page: 0}", "kernel.boot"},
            {"[op-on-intended-page]", "[op-on-any-page]"}}) {
            String bad = good.replace(change[0], change[1]);
            assertFalse(bad, bad.equals(good));
            assertFalse(bad, schema.validate(yaml(bad)).isEmpty());
        }
    }
}
