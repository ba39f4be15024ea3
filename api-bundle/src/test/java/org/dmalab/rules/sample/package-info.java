/** A bundle in which every rule is broken once, by a class named after the rule. */
package org.dmalab.rules.sample;
