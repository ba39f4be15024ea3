/**
 * Scenarios: YAML files that say which machine, which steps, what runs concurrently, and which oracles watch.
 *
 * <p>Can: read untrusted files within limits and say where one is wrong, find scenarios by name, read expected
 * matrices, write a JSON schema. Can't: name a patch in a scenario, include one file in another, or resolve tags.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.dmalab.lab.scenario;
