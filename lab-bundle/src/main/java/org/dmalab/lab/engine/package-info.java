/**
 * How an action is run, announced and judged: the one place for plain runs, named machines and exploring.
 *
 * <p>{@link org.dmalab.lab.engine.ActionEnd} says what an action has come to, {@link org.dmalab.lab.engine.Engine}
 * turns that into events, violations and what was declined, {@link org.dmalab.lab.engine.Judgement} into a verdict
 * with its reason. It knows nothing of who runs the code, or how often: code that is run again to be explored has the
 * same outcomes, which are announced when its steps are taken.
 */
package org.dmalab.lab.engine;
