/**
 * The main class of the runnable jar. It starts Felix with the bundles that lie inside the jar and hands over to the
 * service that wants the main thread. bnd's own launcher can't be used: it calls a method that JDK 24 removed.
 */
package org.dmalab.dist;
