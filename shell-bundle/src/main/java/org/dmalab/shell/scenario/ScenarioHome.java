package org.dmalab.shell.scenario;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

import org.dmalab.lab.InputException;

/** Where the scenarios lie: below the folder in which the script {@code dmalab} is, else in the working directory. */
final class ScenarioHome {
    /** System property with the root of the repository; the script sets it. */
    static final String HOME = "dmalab.home";
    /** Name of the folder. */
    static final String FOLDER = "scenarios";

    private ScenarioHome() { }

    /** The folder, if it is there. */
    static Optional<Path> find() {
        return candidates().filter(Files::isDirectory).findFirst();
    }

    /** Fails if the folder is not there. */
    static void require() {
        if (find().isEmpty()) {
            throw new InputException("there is no folder with scenarios: looked for "
                    + String.join(" and ", candidates().map(path -> path.toAbsolutePath().toString()).toList())
                    + "; start ./dmalab, or name a scenario file");
        }
    }

    private static Stream<Path> candidates() {
        String home = System.getProperty(HOME, "");
        Path here = Path.of(FOLDER);
        return home.isBlank() ? Stream.of(here) : Stream.of(Path.of(home, FOLDER), here);
    }
}
