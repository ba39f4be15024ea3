package org.dmalab.lab.guard;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

import org.dmalab.api.service.ServiceKind;
import org.osgi.framework.Bundle;

/**
 * What the component descriptions of a bundle say, read from the files that its header {@code Service-Component} names.
 *
 * @param components what was found
 * @param problems files that are not there or cannot be read, one line each
 */
public record Declarations(List<Component> components, List<String> problems) {
    private static final String HEADER = "Service-Component";
    private static final Set<String> SERVICES = Stream.of(ServiceKind.values()).map(kind -> kind.type().getName())
            .collect(Collectors.toUnmodifiableSet());

    /** Copies the lists. */
    public Declarations {
        components = List.copyOf(components);
        problems = List.copyOf(problems);
    }

    /**
     * One component.
     *
     * @param name its name; that of its class if it has none
     * @param implementation its class
     * @param services the interfaces under which it is registered
     */
    public record Component(String name, String implementation, Set<String> services) {
        /** Copies the set. */
        public Component {
            services = Set.copyOf(services);
        }
    }

    /** Reads those of a bundle. */
    public static Declarations of(Bundle bundle) {
        List<Component> components = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String header = bundle.getHeaders("").get(HEADER);
        for (String path : header == null ? new String[0] : header.split(",")) {
            if (!path.isBlank()) {
                read(bundle, path.trim(), components, problems);
            }
        }
        return new Declarations(components, problems);
    }

    /** Tells whether one of the four services is declared. */
    public boolean variants() {
        return components.stream().anyMatch(component -> component.services().stream().anyMatch(SERVICES::contains));
    }

    /** A path may be that of one file, or its last part a pattern. */
    private static void read(Bundle bundle, String path, List<Component> components, List<String> problems) {
        int slash = path.lastIndexOf('/');
        Enumeration<URL> found = bundle.findEntries(slash < 0 ? "/" : path.substring(0, slash),
                path.substring(slash + 1), false);
        if (found == null && path.indexOf('*') < 0) {
            problems.add(path + " is named by " + HEADER + " and not there");
        }
        for (URL url : found == null ? List.<URL>of() : Collections.list(found)) {
            String file = url.getPath().substring(1);
            try (InputStream in = url.openStream()) {
                components.addAll(read(in));
            } catch (IOException e) {
                problems.add(file + " cannot be read: " + e.getMessage());
            } catch (XMLStreamException e) {
                problems.add(file + " is no component description: line " + e.getLocation().getLineNumber()
                        + ", column " + e.getLocation().getColumnNumber() + ": " + reason(e));
            }
        }
    }

    /** The message without the parser's own line with the place. */
    private static String reason(XMLStreamException e) {
        String message = String.valueOf(e.getMessage());
        int text = message.indexOf("Message: ");
        return (text < 0 ? message : message.substring(text + "Message: ".length())).replaceAll("\\s+", " ").trim();
    }

    static List<Component> read(InputStream in) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(in);
        List<Component> components = new ArrayList<>();
        String name = null;
        String implementation = "";
        Set<String> services = new TreeSet<>();
        while (reader.hasNext()) {
            int event = reader.next();
            String element = reader.isStartElement() || reader.isEndElement() ? reader.getLocalName() : "";
            if (event == XMLStreamConstants.END_ELEMENT && element.equals("component")) {
                components.add(new Component(name == null ? implementation : name, implementation, services));
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                switch (element) {
                    case "component" -> {
                        name = reader.getAttributeValue(null, "name");
                        implementation = "";
                        services.clear();
                    }
                    case "implementation" -> implementation = attribute(reader, "class");
                    case "provide" -> services.add(attribute(reader, "interface"));
                    default -> { }
                }
            }
        }
        return components;
    }

    private static String attribute(XMLStreamReader reader, String name) {
        String value = reader.getAttributeValue(null, name);
        return value == null ? "" : value.trim();
    }
}
