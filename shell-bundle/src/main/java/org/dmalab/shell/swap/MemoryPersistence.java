package org.dmalab.shell.swap;

import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import org.apache.felix.cm.PersistenceManager;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps configurations in memory. Named machines end with the process, so writing each exchange of a variant to a file
 * would only cost time. ConfigurationAdmin is told to use it by the framework property {@code felix.cm.pm}.
 */
@Component(service = PersistenceManager.class, property = PersistenceManager.PROPERTY_NAME + "="
        + MemoryPersistence.NAME)
public final class MemoryPersistence implements PersistenceManager {
    /** The value of {@code felix.cm.pm}. */
    static final String NAME = "memory";

    private final Map<String, Dictionary<String, Object>> configurations = new ConcurrentSkipListMap<>();

    @Override
    public boolean exists(String pid) {
        return configurations.containsKey(pid);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Dictionary load(String pid) throws IOException {
        Dictionary<String, Object> properties = configurations.get(pid);
        if (properties == null) {
            throw new IOException("there is no configuration " + pid);
        }
        return copy(properties);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Enumeration getDictionaries() {
        return Collections.enumeration(configurations.values().stream().map(MemoryPersistence::copy).toList());
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public void store(String pid, Dictionary properties) {
        configurations.put(pid, copy(properties));
    }

    @Override
    public void delete(String pid) {
        configurations.remove(pid);
    }

    private static Dictionary<String, Object> copy(Dictionary<String, Object> properties) {
        Dictionary<String, Object> copy = new Hashtable<>();
        for (String key : Collections.list(properties.keys())) {
            copy.put(key, properties.get(key));
        }
        return copy;
    }
}
