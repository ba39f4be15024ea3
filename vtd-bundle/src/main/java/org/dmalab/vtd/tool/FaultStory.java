package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A log with several problems, told in the order of time. */
final class FaultStory {
    private static final int MOST = 30;

    private FaultStory() { }

    private record Moment(int line, String timestamp, String words) { }

    /** One line for each thing that happened; none if the log has but one problem. */
    static List<String> of(FaultLog log, List<FaultGroup> groups) {
        if (groups.size() + log.queueErrors().size() < 2) {
            return List.of();
        }
        List<Moment> moments = new ArrayList<>();
        log.notes().forEach(note -> moments.add(new Moment(note.line(), note.timestamp(), note.words())));
        groups.forEach(group -> faults(group, moments));
        log.queueErrors().forEach(error -> moments.add(new Moment(error.line(), error.timestamp(), error.title())));
        moments.sort(Comparator.comparingInt(Moment::line));
        List<String> story = new ArrayList<>();
        moments.stream().limit(MOST).forEach(moment -> story.add(FaultText.when(moment.line(), moment.timestamp())
                + ": " + moment.words()));
        if (moments.size() > MOST) {
            story.add("and " + (moments.size() - MOST) + " more");
        }
        return story;
    }

    private static void faults(FaultGroup group, List<Moment> moments) {
        Fault first = group.first();
        String what = String.format("%s of %s, fault reason 0x%02x", first.kind().label(), first.device(),
                first.reason());
        moments.add(new Moment(first.line(), first.timestamp(), what));
        if (group.faults().size() > 1) {
            moments.add(new Moment(group.last().line(), group.last().timestamp(), "the last of "
                    + group.faults().size() + " such faults of " + first.device()));
        }
    }
}
