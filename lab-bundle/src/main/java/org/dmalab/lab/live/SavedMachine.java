package org.dmalab.lab.live;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.store.Region;
import org.dmalab.lab.InputException;

/**
 * The file of a saved machine: a header that says what the machine was made from and who watches it, the texts that its
 * logs need, and the cells of its store. It is not trusted when it is read: sizes are bounded and the specification
 * must be the same.
 */
final class SavedMachine {
    private static final byte[] MAGIC = {'d', 'm', 'a', 'm'};
    private static final int VERSION = 3;
    /** The words of an identity before its parameters: architecture, preset, profile, back end. */
    private static final int MADE_FROM = 4;
    private static final int MAX_TEXTS = 1 << 16;
    private static final long MAX_BYTES = 1L << 30;
    private static final String UNKNOWN_TEXT = "text 0x";

    private SavedMachine() { }

    static void write(Machine machine, List<String> oracles, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out));
        data.write(MAGIC);
        data.writeInt(VERSION);
        data.writeUTF(identity(machine.spec()));
        data.writeUTF(String.join(" ", oracles));
        TreeSet<String> texts = texts(machine);
        data.writeInt(texts.size());
        for (String text : texts) {
            data.writeUTF(text);
        }
        machine.store().save(data);
        data.flush();
    }

    /** Reads into a machine that was just made. */
    static void read(Machine machine, List<String> oracles, InputStream in) {
        DataInputStream data = new DataInputStream(new Bounded(new BufferedInputStream(in)));
        try {
            if (!Arrays.equals(data.readNBytes(MAGIC.length), MAGIC)) {
                throw new InputException("no saved machine, expected a file that machine:save wrote");
            }
            int version = data.readInt();
            if (version != VERSION) {
                throw new InputException("saved in format " + version + ", this version of dmalab reads format "
                        + VERSION + "; save the machine again");
            }
            requireSame(data.readUTF(), machine.spec());
            requireSameOracles(data.readUTF(), String.join(" ", oracles));
            int texts = data.readInt();
            if (texts < 0 || texts > MAX_TEXTS) {
                throw new InputException("damaged: " + texts + " texts, at most " + MAX_TEXTS);
            }
            for (int i = 0; i < texts; i++) {
                Text.id(data.readUTF());
            }
            machine.store().load(data);
            if (data.read() >= 0) {
                throw new InputException("damaged: something follows after its end");
            }
        } catch (EOFException e) {
            throw new InputException("cut off: the file ends before the machine does");
        } catch (IOException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new InputException("damaged: " + e.getMessage());
        }
    }

    private static void requireSame(String saved, MachineSpec spec) {
        List<String> theirs = List.of(saved.split(" ", -1));
        List<String> ours = List.of(identity(spec).split(" ", -1));
        if (theirs.size() < MADE_FROM || !theirs.subList(0, MADE_FROM).equals(ours.subList(0, MADE_FROM))) {
            throw new InputException("saved from a machine of " + words(theirs) + ", this one is of " + words(ours)
                    + "; make one of the same with machine:create");
        }
        List<String> other = theirs.stream().filter(one -> !ours.contains(one)).toList();
        if (other.size() + ours.stream().filter(one -> !theirs.contains(one)).count() > 0) {
            throw new InputException("saved from a machine with other parameters: " + String.join(", ", other)
                    + "; this one has " + ours.stream().filter(one -> !theirs.contains(one))
                            .collect(Collectors.joining(", ")));
        }
    }

    /** What oracles remember is a part of the state; those who join later would miss what they have not seen. */
    private static void requireSameOracles(String theirs, String ours) {
        if (!theirs.equals(ours)) {
            throw new InputException("saved from a machine that other oracles watch: "
                    + (theirs.isEmpty() ? "none" : theirs) + "; this one has " + (ours.isEmpty() ? "none" : ours)
                    + "; make one with machine:create ... --oracles " + (theirs.isEmpty() ? "none"
                    : theirs.replace(' ', ',')));
        }
    }

    private static String words(List<String> identity) {
        return identity.size() < MADE_FROM ? "nothing known" : identity.get(0) + ", preset " + identity.get(1)
                + ", profile " + identity.get(2) + ", back end " + identity.get(3);
    }

    /** Everything that decides what a machine is. */
    private static String identity(MachineSpec spec) {
        StringBuilder text = new StringBuilder(spec.arch() + " " + spec.preset() + " " + spec.profile() + " "
                + spec.backend());
        spec.parameters().forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        spec.files().forEach((name, bytes) -> text.append(' ').append(name).append('#')
                .append(Arrays.hashCode(bytes)));
        return text.toString();
    }

    /** Formats and texts that lines of the kernel log refer to, and names of layouts. */
    private static TreeSet<String> texts(Machine machine) {
        TreeSet<String> texts = new TreeSet<>();
        for (Region region : machine.store().regions()) {
            if (region.kind() == Region.Kind.LOG) {
                region.forEachNonZero((cell, value) -> {
                    String text = Text.of(value);
                    if (!text.startsWith(UNKNOWN_TEXT) && text.length() < 1 << 13) {
                        texts.add(text);
                    }
                });
            }
        }
        return texts;
    }

    /** Ends with an error where a file is larger than any machine. */
    private static final class Bounded extends FilterInputStream {
        private long left = MAX_BYTES;

        private Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return checked(super.read(), 1);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            return checked(count, count);
        }

        private int checked(int result, int count) throws IOException {
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException("larger than " + MAX_BYTES + " bytes");
            }
            return result;
        }
    }
}
