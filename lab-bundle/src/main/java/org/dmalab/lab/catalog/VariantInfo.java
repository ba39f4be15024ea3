package org.dmalab.lab.catalog;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

import org.dmalab.api.service.ServiceKind;

/**
 * What a variant says of itself in its service properties; see {@link org.dmalab.api.service.Variant}.
 *
 * @param arch architecture
 * @param id short name, unique in its architecture
 * @param services what it provides, in the order of {@link ServiceKind}
 * @param commit kernel commit; empty if there is none
 * @param since first and last kernel release, or the date of the proposal
 * @param date the day of release or posting; null if it is not known
 * @param origin {@code mainline}, {@code proposed}, {@code mutant}, {@code local} or {@code c}
 * @param description one line
 * @param steps the order of steps, one an element
 * @param defects known defects, empty if there are none
 * @param layout how it keeps kernel state
 */
public record VariantInfo(String arch, String id, List<ServiceKind> services, String commit, String since,
        LocalDate date, String origin, String description, List<String> steps, List<String> defects, String layout) {
    /** What an id looks like. */
    public static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    /** The order of the kernel's history; variants without a date come last. */
    public static final Comparator<VariantInfo> BY_DATE = Comparator
            .comparing(VariantInfo::date, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(VariantInfo::id);

    /** Copies the lists. */
    public VariantInfo {
        services = List.copyOf(services);
        steps = List.copyOf(steps);
        defects = List.copyOf(defects);
    }

    /** Tells whether it belongs to what {@code --all} means. */
    public boolean mainlineOrProposed() {
        return origin.equals("mainline") || origin.equals("proposed");
    }
}
