package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The translation tables as the kernel found them after a fault ({@code dmar_fault_dump_ptes}, 6.0 on with
 * CONFIG_DMAR_DEBUG). What the processor reads need not be what the unit read: it may have cached an older entry, or
 * memory may lack what is in the processor's caches.
 *
 * @param line number of its first line, from 1
 * @param address of the request
 * @param entries what was printed, from the root on
 */
record TableDump(int line, long address, List<Entry> entries) {
    private static final Pattern BEGIN = Pattern.compile("Dump \\S{1,20} table entries for IOVA 0x([0-9a-f]{1,16})");
    private static final Pattern PAIR = Pattern.compile("(scalable mode root|context) entry: hi 0x([0-9a-f]{1,16}),"
            + " low 0x([0-9a-f]{1,16})");
    private static final Pattern WORD = Pattern.compile("(root entry|pasid dir entry|pasid table entry\\[([0-7])\\]):"
            + " 0x([0-9a-f]{1,16})");
    private static final Pattern LEVEL = Pattern.compile("(?i)pte level: ?([1-5]), pte value: ?0x([0-9a-f]{1,16})");
    private static final Pattern ABSENT = Pattern.compile("(?i)((?:root|context|pasid directory|pasid|page)"
            + "(?: table)?(?: entry)?|pte) (?:is )?not present(?: at level ([1-5]))?");
    private static final String NOT_PRESENT = "not present";
    private static final Entry NOTHING = new Entry("", "", true);
    private static final String[] TYPES = {"PGTT 0", "first-level", "second-level", "nested", "pass-through", "PGTT 5",
        "PGTT 6", "PGTT 7"};

    /** Copies the list. */
    TableDump {
        entries = List.copyOf(entries);
    }

    /**
     * One entry.
     *
     * @param name of the table, with level or index
     * @param words what it holds
     * @param present whether it leads on
     */
    record Entry(String name, String words, boolean present) { }

    /** Collects the lines of the dumps. */
    static final class Collector {
        private final List<TableDump> dumps = new ArrayList<>();
        private boolean scalable;

        /** Takes a message if it is of a dump, and says whether it was. */
        boolean take(LogLines.Message message) {
            Matcher begin = BEGIN.matcher(message.text());
            if (begin.find()) {
                scalable = false;
                dumps.add(new TableDump(message.number(), Long.parseUnsignedLong(begin.group(1), 16), List.of()));
                return true;
            }
            Entry entry = dumps.isEmpty() ? null : entry(message.text());
            if (entry != null && entry != NOTHING) {
                TableDump last = dumps.remove(dumps.size() - 1);
                List<Entry> all = new ArrayList<>(last.entries());
                all.add(entry);
                dumps.add(new TableDump(last.line(), last.address(), all));
            }
            return entry != null;
        }

        private Entry entry(String text) {
            Matcher pair = PAIR.matcher(text);
            if (pair.find()) {
                scalable |= !pair.group(1).equals("context");
                long high = Long.parseUnsignedLong(pair.group(2), 16);
                long low = Long.parseUnsignedLong(pair.group(3), 16);
                return pair.group(1).equals("context") ? context(high, low) : root(high, low);
            }
            Matcher word = WORD.matcher(text);
            if (word.find()) {
                long value = Long.parseUnsignedLong(word.group(3), 16);
                return word.group(2) == null ? new Entry(word.group(1), half(value), (value & 1) != 0)
                        : pasid(Integer.parseInt(word.group(2)), value);
            }
            Matcher level = LEVEL.matcher(text);
            if (level.find()) {
                long value = Long.parseUnsignedLong(level.group(2), 16);
                return new Entry("level " + level.group(1), String.format("R=%d W=%d address 0x%x", value & 1,
                        value >>> 1 & 1, value & 0xffffffffff000L), (value & 3) != 0);
            }
            Matcher absent = ABSENT.matcher(text);
            if (!absent.find() || !text.contains("DMAR")) {
                return null;
            }
            String table = absent.group(2) == null ? absent.group(1).toLowerCase(java.util.Locale.ROOT)
                    : "level " + absent.group(2);
            return new Entry(table, NOT_PRESENT, false);
        }

        private static Entry root(long high, long low) {
            return new Entry("root entry", String.format("lower half (devices 00 to 0f) %s, upper half (10 to 1f) %s",
                    half(low), half(high)), ((low | high) & 1) != 0);
        }

        private static String half(long word) {
            return (word & 1) == 0 ? "P=0" : String.format("P=1 table 0x%x", word & -4096);
        }

        private Entry context(long high, long low) {
            boolean present = (low & 1) != 0;
            String words = scalable ? String.format("RID_PASID %d, PASID directory 0x%x", high & 0xfffff, low & -4096)
                    : String.format("domain-id %d, AW=%d, TT=%d, tables 0x%x", high >>> 8 & 0xffff, high & 7,
                            low >>> 2 & 3, low & -4096);
            return new Entry("context entry", present ? "P=1 " + words : "P=0", present);
        }

        /** The eight words of one entry of the PASID table. */
        private static Entry pasid(int word, long value) {
            String name = "pasid table entry";
            return switch (word) {
                case 0 -> new Entry(name, (value & 1) == 0 ? "P=0" : String.format("P=1 %s, second-level tables 0x%x",
                        TYPES[(int) (value >>> 6 & 7)], value & -4096), (value & 1) != 0);
                case 1 -> new Entry(name, "domain-id " + (value & 0xffff), true);
                case 2 -> new Entry(name, String.format("first-level tables 0x%x", value & -4096), true);
                default -> value == 0 ? NOTHING : new Entry(name, String.format("word %d 0x%x", word, value), true);
            };
        }

        List<TableDump> dumps() {
            return dumps;
        }
    }

    /** Tells whether an entry of a table is there, as the processor read it. */
    boolean shows(String name, boolean present) {
        return entries.stream().anyMatch(entry -> entry.name().startsWith(name) && entry.present() == present);
    }

    /** Tells whether the last level that was printed has what a request needs. */
    boolean allows(boolean read) {
        Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
        return last != null && last.name().equals("level 1") && last.words().contains(read ? "R=1" : "W=1");
    }

    String words() {
        List<String> all = new ArrayList<>();
        entries.forEach(entry -> all.add(entry.name() + " " + entry.words()));
        return all.isEmpty() ? "nothing was printed" : String.join("; ", all);
    }
}
