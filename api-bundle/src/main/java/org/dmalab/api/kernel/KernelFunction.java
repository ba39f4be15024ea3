package org.dmalab.api.kernel;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The C function that a method of kernel or patch code stands for. Stacks in schedules, replays and violations print
 * the name; a variant that overrides such a method replaces that function, and {@code patch:show} lists it.
 *
 * <p>A method that overrides one with a name stands for the same function and need not say so again.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface KernelFunction {
    /**
     * Name of the function as the kernel's source has it: {@code tce_setrange_multi_pSeriesLP}. Empty: that of the
     * method, for the functions that a variant can replace, which have their C names in Java too.
     */
    String value() default "";
}
