package org.dmalab.lab.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.dmalab.lab.catalog.PlainCatalog.Registered;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Reads Declarative Services component descriptions from a class path and makes their objects, for tests without OSGi.
 *
 * <p>Descriptions are found through the {@code Service-Component} header of each manifest (jars, wildcards not needed:
 * bnd lists every file) and in {@code OSGI-INF} folders. Components that cannot be made with a public constructor
 * without parameters (those that need a bundle context or a reference) are left out.
 */
public final class Components {
    private static final String FOLDER = "OSGI-INF";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private Components() { }

    /** Makes every component of the dmalab packages and of others that a description names. */
    public static List<Registered<Object>> load(ClassLoader loader) {
        List<Registered<Object>> components = new ArrayList<>();
        try {
            for (String path : descriptions(loader)) {
                for (URL url : Collections.list(loader.getResources(path))) {
                    try (InputStream in = url.openStream()) {
                        read(in, loader, components);
                    }
                }
            }
        } catch (IOException | SAXException | ParserConfigurationException | URISyntaxException e) {
            throw new IllegalStateException("component descriptions cannot be read: " + e.getMessage(), e);
        }
        return components;
    }

    private static TreeSet<String> descriptions(ClassLoader loader) throws IOException, URISyntaxException {
        TreeSet<String> paths = new TreeSet<>();
        for (URL url : Collections.list(loader.getResources(MANIFEST))) {
            try (InputStream in = url.openStream()) {
                String header = new Manifest(in).getMainAttributes().getValue("Service-Component");
                for (String path : header == null ? new String[0] : header.split(",")) {
                    if (!path.isBlank()) {
                        paths.add(path.trim());
                    }
                }
            }
        }
        for (URL url : Collections.list(loader.getResources(FOLDER))) {
            if (url.getProtocol().equals("file")) {
                try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
                    files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".xml"))
                            .forEach(name -> paths.add(FOLDER + "/" + name));
                }
            }
        }
        return paths;
    }

    private static void read(InputStream in, ClassLoader loader, List<Registered<Object>> components)
            throws ParserConfigurationException, SAXException, IOException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setXIncludeAware(false);
        factory.setExpandEntityReferences(false);
        factory.setNamespaceAware(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        Document document = builder.parse(in);
        Element root = document.getDocumentElement();
        NodeList nested = root.getElementsByTagNameNS("*", "component");
        List<Element> found = new ArrayList<>();
        if ("component".equals(root.getLocalName())) {
            found.add(root);
        }
        for (int i = 0; i < nested.getLength(); i++) {
            found.add((Element) nested.item(i));
        }
        for (Element component : found) {
            add(component, loader, components);
        }
    }

    private static void add(Element component, ClassLoader loader, List<Registered<Object>> components) {
        NodeList implementation = component.getElementsByTagName("implementation");
        if (implementation.getLength() == 0) {
            return;
        }
        String name = ((Element) implementation.item(0)).getAttribute("class");
        try {
            Object object = loader.loadClass(name).getConstructor().newInstance();
            components.add(new Registered<>(properties(component), object));
        } catch (NoSuchMethodException e) {
            return; // needs injection
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("component " + name + " cannot be made: " + e, e);
        }
    }

    private static Map<String, Object> properties(Element component) {
        Map<String, Object> properties = new TreeMap<>();
        NodeList elements = component.getElementsByTagName("property");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (element.hasAttribute("value")) {
                properties.put(element.getAttribute("name"), element.getAttribute("value"));
            } else {
                String[] lines = element.getTextContent().lines().map(String::trim)
                        .filter(line -> !line.isEmpty()).toArray(String[]::new);
                properties.put(element.getAttribute("name"), lines);
            }
        }
        return properties;
    }
}
