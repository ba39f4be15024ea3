package org.dmalab.lab.report;

import java.io.StringWriter;
import java.util.List;
import java.util.function.Predicate;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

import org.dmalab.lab.Verdict;

/**
 * JUnit XML: a suite for each scenario, a case for each patch. A refusal counts as skipped, an undecided search as an
 * error.
 */
public final class JunitReport {
    private JunitReport() { }

    /** The document. */
    public static String text(List<Tested> all) {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            line(xml, 0);
            xml.writeStartElement("testsuites");
            counts(xml, all);
            for (String scenario : Tested.scenarios(all)) {
                suite(xml, scenario, all.stream().filter(one -> one.scenario().equals(scenario)).toList());
            }
            line(xml, 0);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("JUnit XML cannot be written: " + e.getMessage(), e);
        }
        return out + "\n";
    }

    private static void counts(XMLStreamWriter xml, List<Tested> results) throws XMLStreamException {
        xml.writeAttribute("tests", Integer.toString(results.size()));
        xml.writeAttribute("failures", count(results, result -> result.verdict() == Verdict.FAIL));
        xml.writeAttribute("errors", count(results, Tested::noVerdict));
        xml.writeAttribute("skipped", count(results, result -> result.verdict() == Verdict.REFUSED));
    }

    private static String count(List<Tested> results, Predicate<Tested> which) {
        return Long.toString(results.stream().filter(which).count());
    }

    private static void suite(XMLStreamWriter xml, String scenario, List<Tested> results)
            throws XMLStreamException {
        line(xml, 1);
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", legal(scenario));
        counts(xml, results);
        for (Tested result : results) {
            line(xml, 2);
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", legal(scenario));
            xml.writeAttribute("name", legal(result.patch()));
            verdict(xml, result);
            line(xml, 2);
            xml.writeEndElement();
        }
        line(xml, 1);
        xml.writeEndElement();
    }

    private static void verdict(XMLStreamWriter xml, Tested result) throws XMLStreamException {
        String element = switch (result.verdict()) {
            case BROKEN, UNDECIDED -> "error";
            case FAIL -> "failure";
            case REFUSED -> "skipped";
            case PASS -> null;
        };
        if (element == null) {
            return;
        }
        line(xml, 3);
        xml.writeStartElement(element);
        xml.writeAttribute("message", legal(result.reason()));
        StringBuilder text = new StringBuilder();
        result.evidence().forEach(line -> text.append(line).append('\n'));
        if (text.length() > 0) {
            xml.writeCharacters(legal(text.toString()));
        }
        xml.writeEndElement();
    }

    private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }

    /** XML 1.0 has no way to write most control characters. */
    static String legal(String text) {
        StringBuilder legal = new StringBuilder(text.length());
        text.codePoints().forEach(c -> legal.appendCodePoint(c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xd7ff)
                || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000 ? c : 0xfffd));
        return legal.toString();
    }
}
