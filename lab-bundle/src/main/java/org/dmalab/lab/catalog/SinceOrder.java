package org.dmalab.lab.catalog;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts variants in the order of the kernel's history. {@code since} is a release, a span of releases or a date; a
 * release counts as the month in which it came out, reckoned from the first of its series.
 */
final class SinceOrder {
    static final Comparator<VariantInfo> COMPARATOR = Comparator
            .<VariantInfo>comparingDouble(info -> months(info.since())).thenComparing(VariantInfo::id);
    private static final Pattern UNTIL = Pattern.compile("^\\s*(?:to|before|until|up to|-|\\.\\.)\\s*\\d.*");
    private static final Pattern DATE = Pattern.compile("\\b(19|20)(\\d\\d)(?:-(\\d\\d))?");
    private static final Pattern MONTH = Pattern.compile(
            "\\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* ?$");
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final Pattern RELEASE = Pattern.compile("\\bv?(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    private static final double MONTHS_PER_RELEASE = 2.15;
    private static final double UNKNOWN = 1e6;
    /** Month, counted from the year 0, of releases 2.6.0 and 3.0 to 7.0. */
    private static final int FIRST_26 = 2003 * 12 + 11;
    private static final int[] FIRST_OF_SERIES = {2011 * 12 + 6, 2015 * 12 + 3, 2019 * 12 + 2, 2022 * 12 + 9,
        2026 * 12 + 3};
    private static final int FIRST_SERIES = 3;

    private SinceOrder() { }

    static double months(String since) {
        if (UNTIL.matcher(since).matches()) {
            return 0;
        }
        Matcher date = DATE.matcher(since);
        Matcher release = RELEASE.matcher(since);
        boolean hasDate = date.find();
        if (release.find() && (!hasDate || release.start() < date.start())) {
            return monthOfRelease(release);
        }
        if (!hasDate) {
            return UNKNOWN;
        }
        int year = Integer.parseInt(date.group(1) + date.group(2));
        Matcher month = MONTH.matcher(since.substring(0, date.start()));
        int named = month.find() ? MONTHS.indexOf(month.group(1)) / 3 : 0;
        return year * 12 + (date.group(3) == null ? named : Integer.parseInt(date.group(3)) - 1);
    }

    private static double monthOfRelease(Matcher release) {
        double major = number(release.group(1));
        double minor = number(release.group(2));
        if (major < FIRST_SERIES) {
            return FIRST_26 + number(release.group(3)) * MONTHS_PER_RELEASE;
        }
        int series = (int) Math.min(major - FIRST_SERIES, FIRST_OF_SERIES.length - 1);
        return FIRST_OF_SERIES[series] + minor * MONTHS_PER_RELEASE;
    }

    private static double number(String digits) {
        return digits == null ? 0 : Double.parseDouble(digits);
    }
}
