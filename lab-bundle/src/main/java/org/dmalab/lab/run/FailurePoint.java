package org.dmalab.lab.run;

/**
 * A call of a run that can fail.
 *
 * @param number among those of the run, from 1
 * @param call what fails, and how
 * @param line where it stands in the source
 */
public record FailurePoint(int number, String call, String line) { }
