package org.dmalab.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CommandSpecTest {
    @Test
    void helpSaysHowValuesAreWritten() {
        assertEquals("""
            usage: memory:online MACHINE [--size SIZE] [--format FORMAT] [--output FILE]
            Puts memory on line.
              MACHINE          the machine's name
              --size SIZE      how much, in bytes
              --format FORMAT  how to write the result (text, json)
              --output FILE    write the result to a file
            SIZE: bytes, decimal or hexadecimal, or with a unit of powers of 1024, 4096, 4K, 1G
            """, CommandSpec.command("memory", "online", "Puts memory on line.")
                .required("MACHINE", "the machine's name")
                .option("--size", "SIZE", "how much, in bytes").build().usage());
    }

    @Test
    void nothingStandsTwice() {
        CommandSpec.Builder twice = CommandSpec.command("a", "b", "").flag("--all", "").option("--all", "N", "");
        assertThrows(IllegalArgumentException.class, twice::build);
    }
}
