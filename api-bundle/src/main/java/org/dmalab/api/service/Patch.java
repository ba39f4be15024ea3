package org.dmalab.api.service;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * What a variant says of itself: a component property type, so that each element becomes the service property
 * {@code dmalab.} and its name, as {@link Variant} lists them.
 *
 * <pre>
 * &#64;Component(service = Iommu.class)
 * &#64;Patch(arch = "vtd", id = "flush-old-did", commit = "aec0e86172a7", since = "4.10 to 5.19", date = "2016-12-05",
 *         origin = Origin.MAINLINE, layout = "copied-bit-67", description = "...", steps = {...}, defects = {...})
 * public final class FlushOldDid implements VtdKernel {
 * </pre>
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Patch {
    /** What stands before each element's name in the service properties. */
    String PREFIX_ = "dmalab.";

    /** Architecture: {@code pseries}, {@code vtd}, {@code mips}. */
    String arch();

    /** Short id, unique in its architecture: {@code [a-z0-9][a-z0-9._-]*}. */
    String id();

    /** The kernel commit; empty if there is none. */
    String commit() default "";

    /** First and last kernel release, or the version of the proposal, as a person says it. */
    String since() default "";

    /** The day on which it was released or posted, {@code yyyy-mm-dd}; puts variants in order. */
    String date() default "";

    /** Where it comes from. */
    Origin origin() default Origin.LOCAL;

    /** How the variant keeps kernel state; two with different values cannot be swapped on a live machine. */
    String layout() default "";

    /** The order of steps, one an element. */
    String[] steps() default {};

    /** Known defects, one an element. */
    String[] defects() default {};

    /** What it is, in one line. */
    String description();
}
