package org.dmalab.lab.report;

import java.io.StringWriter;
import java.util.List;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunResult;

/** JUnit XML: a suite for each scenario, a case for each patch. A refusal counts as skipped. */
public final class JunitReport {
    private JunitReport() { }

    /** The document. */
    public static String text(Comparison comparison) {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            line(xml, 0);
            xml.writeStartElement("testsuites");
            counts(xml, comparison.results());
            for (String scenario : comparison.scenarios()) {
                suite(xml, scenario, comparison.results().stream()
                        .filter(result -> result.scenario().equals(scenario)).toList());
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

    private static void counts(XMLStreamWriter xml, List<RunResult> results) throws XMLStreamException {
        xml.writeAttribute("tests", Integer.toString(results.size()));
        xml.writeAttribute("failures", count(results, Verdict.FAIL));
        xml.writeAttribute("errors", count(results, Verdict.BROKEN));
        xml.writeAttribute("skipped", count(results, Verdict.REFUSED));
    }

    private static String count(List<RunResult> results, Verdict verdict) {
        return Long.toString(results.stream().filter(result -> result.verdict() == verdict).count());
    }

    private static void suite(XMLStreamWriter xml, String scenario, List<RunResult> results)
            throws XMLStreamException {
        line(xml, 1);
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", legal(scenario));
        counts(xml, results);
        for (RunResult result : results) {
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

    private static void verdict(XMLStreamWriter xml, RunResult result) throws XMLStreamException {
        String element = switch (result.verdict()) {
            case BROKEN -> "error";
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
        for (Violation violation : result.violations()) {
            text.append(violation.oracle()).append(" at step ").append(violation.step()).append(": ")
                    .append(violation.message()).append('\n');
        }
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
        text.codePoints().forEach(c -> legal.appendCodePoint(c == '\t' || c == '\n' || c >= 0x20 && c <= 0xd7ff
                || c >= 0xe000 && c <= 0xfffd || c >= 0x10000 ? c : 0xfffd));
        return legal.toString();
    }
}
