/**
 * What is printed: reports of runs, searches and schedules, comparison matrices, patches and scenarios in words; JSON,
 * JUnit XML, KTAP; the first difference of two variants.
 *
 * <p>Can: print the same bytes for the same results. Can't: know about terminals, colours or options; that is the
 * shell's.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.report;
