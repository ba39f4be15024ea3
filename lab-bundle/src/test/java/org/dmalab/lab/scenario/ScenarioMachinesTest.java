package org.dmalab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakePlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioMachinesTest {
    private static void check(Scenario scenario) {
        ScenarioMachines.check(FakePlatform.catalog(), scenario);
    }

    private static String error(Scenario scenario) {
        return assertThrows(InputException.class, () -> check(scenario)).getMessage();
    }

    /** A line of YAML below a title, and what must be said about it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "machine: {set: {processors: 9}}    | test.yaml:2:29: machine.set.processors: 9, expected 1 to 8",
        "concurrent: [{processor: 2, steps: [lock.take]}] | test.yaml:2:14: concurrent[0]: strand strand0 runs on "
                + "processor 2, the machine has 2",
        "hardware: [evictions]              | test.yaml:2:12: hardware[0]: there is no family of hardware steps "
                + "\"evictions\"; there is none at all",
        "after: [dma.map: {address: 0, device: 02:00.1}] | test.yaml:2:9: dma.map.device: there is no device of the "
                + "machine \"02:00.1\", did you mean \"02:00.0\"? there is: 00:01.0, 02:00.0",
    })
    void saysWhereAndWhat(String line, String message) {
        assertEquals(message, error(FakePlatform.read("title: t\n" + line + "\nsteps: [kernel.boot]\n")));
    }

    @Test
    void whatIsRightPasses() {
        check(FakePlatform.read("title: t\nmachine: {set: {processors: 3}}\nsteps: [kernel.boot, "
                + "dma.map: {address: 0, device: 2:0.0}]\nconcurrent: [{processor: 2, steps: [lock.take]}]\n"));
    }

    @Test
    void aWrongFileIsNamedWithItsOwnPlace(@TempDir Path folder) throws IOException {
        Path table = Files.write(folder.resolve("t.bin"), new byte[3]);
        Path file = Files.writeString(folder.resolve("s.yaml"),
                "title: t\nmachine: {arch: fake, files: {table: t.bin}}\nsteps: [kernel.boot]\n");
        Scenario scenario = new ScenarioReader(FakePlatform.catalog()).read(file);
        assertEquals(file + ":2:38: machine.files.table: file " + table + ": offset 0x3, expected 4 bytes",
                error(scenario));
        assertEquals(error(scenario), assertThrows(InputException.class,
                () -> FakePlatform.run(scenario, "exact")).getMessage());
    }
}
