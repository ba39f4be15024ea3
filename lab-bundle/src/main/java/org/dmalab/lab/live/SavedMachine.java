package org.dmalab.lab.live;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.store.Region;
import org.dmalab.lab.InputException;

/**
 * The file of a saved machine: a header that says what the machine was made from, the texts that its kernel log needs,
 * and the cells of its store. It is not trusted when it is read: sizes are bounded and the specification must be the
 * same.
 */
final class SavedMachine {
    private static final int MAGIC = 0x646d616d;
    private static final int VERSION = 1;
    private static final int MAX_TEXTS = 1 << 16;
    private static final long MAX_BYTES = 1L << 30;
    private static final String UNKNOWN_TEXT = "text 0x";

    private SavedMachine() { }

    static void write(Machine machine, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out));
        data.writeInt(MAGIC);
        data.writeInt(VERSION);
        data.writeUTF(identity(machine.spec()));
        TreeSet<String> texts = texts(machine);
        data.writeInt(texts.size());
        for (String text : texts) {
            data.writeUTF(text);
        }
        machine.store().save(data);
        data.flush();
    }

    /** Reads into a machine that was just made. */
    static void read(Machine machine, InputStream in) {
        DataInputStream data = new DataInputStream(new Bounded(new BufferedInputStream(in)));
        try {
            if (data.readInt() != MAGIC || data.readInt() != VERSION) {
                throw new InputException("not a saved machine of this version");
            }
            String saved = data.readUTF();
            if (!saved.equals(identity(machine.spec()))) {
                throw new InputException("saved from another machine: " + saved + "; this one is "
                        + identity(machine.spec()));
            }
            int texts = data.readInt();
            if (texts < 0 || texts > MAX_TEXTS) {
                throw new InputException("a saved machine with " + texts + " texts, at most " + MAX_TEXTS);
            }
            for (int i = 0; i < texts; i++) {
                Text.id(data.readUTF());
            }
            machine.store().load(data);
            if (data.read() >= 0) {
                throw new InputException("a saved machine with something after its end");
            }
        } catch (IOException e) {
            throw new InputException("a saved machine that cannot be read: "
                    + (e.getMessage() == null ? "it ends too early" : e.getMessage()));
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw new InputException("a saved machine that cannot be read: " + e.getMessage());
        }
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
