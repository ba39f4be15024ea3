package org.dmalab.pseries;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Reads traces of QEMU's TCE calls. A stuff line has the address after the loop, an indirect line the index of the last
 * entry, not its address; both are turned into start and count here. Only calls that succeeded can be.
 */
final class RecordedTraces {
    private static final Pattern LINE = Pattern.compile("(?:\\d+@\\d+\\.\\d+:)?spapr_iommu_(?:pci_)?(\\w+) (.*)");
    private static final Pattern AVAILABLE = Pattern.compile("(\\d+) windows available");
    private static final Pattern VALUE = Pattern.compile("(\\w[\\w ]*)=(-?(?:0x)?[0-9a-f]+)");

    private RecordedTraces() { }

    /** One call: put, stuff, indirect or create; start and count of TCEs, the last or only TCE. */
    record Call(String kind, long liobn, long ioba, long count, long tce) {
        @Override
        public String toString() {
            return String.format("%s liobn=0x%x ioba=0x%x count=%d tce=0x%x", kind, liobn, ioba, count, tce);
        }
    }

    /** The lines of a kernel's console about DMA windows and memory, in order. */
    static List<String> console(String name) {
        try (InputStream in = RecordedTraces.class.getResourceAsStream("/consoles/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(String name) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(
                RecordedTraces.class.getResourceAsStream("/traces/" + name + ".trace.gz")),
                StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** TCE calls and creations of one boot (from 0), without those of the firmware: from its first stuff on. */
    static List<Call> boot(String name, int boot) {
        return everyCall(name, boot).stream().filter(call -> !call.kind().equals("query")).toList();
    }

    /** The same with the queries, of which the number of windows that are available is kept. */
    static List<Call> everyCall(String name, int boot) {
        List<Call> calls = new ArrayList<>();
        int seen = -1;
        boolean kernel = false;
        long pageBytes = 0x1000;
        for (String line : lines(name)) {
            Matcher match = LINE.matcher(line);
            if (!match.matches()) {
                continue;
            }
            String kind = match.group(1);
            if (kind.equals("new_table") && value(match.group(2), "liobn") == 0x80000000L) {
                seen++;
                kernel = false;
            }
            kernel |= kind.equals("stuff");
            if (seen != boot || !kernel) {
                continue;
            }
            if (kind.equals("ddw_create")) {
                pageBytes = value(match.group(2), "page size");
            }
            Call call = call(kind, match.group(2), pageBytes);
            if (call != null) {
                calls.add(call);
            }
        }
        return calls;
    }

    private static Call call(String kind, String text, long ddwPageBytes) {
        if (kind.equals("ddw_query")) {
            Matcher windows = AVAILABLE.matcher(text);
            return windows.find() ? new Call("query", Long.parseLong(windows.group(1)), 0, 0, 0) : null;
        }
        long liobn = value(text, "liobn");
        long pageBytes = liobn == 0x80000000L ? 0x1000 : ddwPageBytes;
        return switch (kind) {
            case "put" -> new Call(kind, liobn, value(text, "ioba"), 1, value(text, "tce"));
            case "stuff" -> new Call(kind, liobn, value(text, "ioba") - value(text, "npages") * pageBytes,
                    value(text, "npages"), value(text, "tcevalue"));
            case "indirect" -> new Call(kind, liobn, value(text, "ioba"), value(text, "iobaN") + 1,
                    value(text, "tceN"));
            case "ddw_create" -> new Call("create", liobn, value(text, "start addr"), value(text, "requested"),
                    value(text, "page size"));
            default -> null;
        };
    }

    private static long value(String text, String name) {
        Matcher match = VALUE.matcher(text.replace(",", ""));
        while (match.find()) {
            if (match.group(1).trim().endsWith(name)
                    && (match.group(1).trim().equals(name) || match.group(1).endsWith(" " + name))) {
                return Long.decode(match.group(2));
            }
        }
        throw new IllegalArgumentException("no " + name + " in " + text);
    }
}
