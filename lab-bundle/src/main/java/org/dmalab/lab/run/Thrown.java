package org.dmalab.lab.run;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.lab.guard.Described;
import org.dmalab.lab.guard.EndlessLoop;
import org.dmalab.lab.guard.UnusableVariant;

/** What code threw, and where, in the eyes of whoever writes a variant. */
public final class Thrown {
    private static final String OURS = "org.dmalab.";

    private Thrown() { }

    /**
     * Class, message and place: the first frame in the package of a variant; if there is none, the first in kernel,
     * hardware or action; else the first that is not of the Java library. Of a class that was refused when it was
     * loaded what the guard said. Never throws, whatever the class of what was thrown does.
     *
     * @param thrown what was thrown
     * @param services how the variant is reached
     * @return {@code class: message (class:line)}, as far as there is a message and a place
     */
    public static String describe(Throwable thrown, Services services) {
        if (UnusableVariant.in(thrown) != null) {
            return UnusableVariant.in(thrown).getMessage();
        }
        String place = place(Described.trace(thrown), packages(services))
                .map(frame -> " (" + words(frame) + ")").orElse("");
        String words = thrown instanceof EndlessLoop || thrown instanceof WrongUse ? Described.message(thrown)
                : Described.of(thrown);
        return words + place;
    }

    /** Class and line of Java code, file, line and function of C code. */
    private static String words(StackTraceElement frame) {
        boolean java = frame.getFileName() == null || frame.getFileName().endsWith(".java");
        return java ? frame.getClassName() + ":" + frame.getLineNumber()
                : frame.getFileName() + ":" + frame.getLineNumber() + " " + frame.getMethodName();
    }

    private static Optional<StackTraceElement> place(StackTraceElement[] trace, String[] variants) {
        return Stream.<Predicate<String>>of(
                name -> Arrays.stream(variants).anyMatch(name::startsWith),
                name -> name.startsWith(OURS) && !name.startsWith(OURS + "lab.") && !name.startsWith(OURS + "api.")
                        && !name.startsWith(OURS + "shell."),
                name -> !name.startsWith("java.") && !name.startsWith("jdk."),
                name -> true)
                .flatMap(wanted -> Arrays.stream(trace).filter(frame -> wanted.test(frame.getClassName())).limit(1))
                .findFirst();
    }

    /** Packages of the variant's classes; what the kernel itself provides, as a setting, is no variant. */
    private static String[] packages(Services services) {
        Binding binding;
        try {
            binding = services.enter();
        } catch (NoVariantException e) {
            return new String[0];
        }
        try {
            services.leave();
        } catch (WrongUse e) {
            // what is described has left them once too often
        }
        return Arrays.stream(ServiceKind.values()).map(binding::get).filter(object -> object != null)
                .map(object -> object.getClass().getPackageName())
                .filter(name -> !(name.startsWith(OURS) && name.endsWith(".kernel")))
                .map(name -> name + ".").distinct().toArray(String[]::new);
    }
}
