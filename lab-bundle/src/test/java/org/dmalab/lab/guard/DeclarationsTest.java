package org.dmalab.lab.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import javax.xml.stream.XMLStreamException;

import org.junit.jupiter.api.Test;

class DeclarationsTest {
    private static List<Declarations.Component> read(String xml) throws XMLStreamException {
        return Declarations.read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void componentsAreRead() throws XMLStreamException {
        List<Declarations.Component> found = read("""
            <r xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0">
              <scr:component name="a"><implementation class="x.A"/>
                <service><provide interface="org.dmalab.api.service.Iommu"/><provide interface="x.Y"/></service>
              </scr:component>
              <scr:component><implementation class="x.B"/></scr:component>
            </r>""");
        assertEquals(List.of(
                new Declarations.Component("a", "x.A", Set.of("org.dmalab.api.service.Iommu", "x.Y")),
                new Declarations.Component("x.B", "x.B", Set.of())), found);
        assertTrue(new Declarations(found, List.of()).variants());
        assertFalse(new Declarations(found.subList(1, 2), List.of()).variants());
    }

    @Test
    void whatIsNoXmlIsSaid() {
        assertThrows(XMLStreamException.class, () -> read("<component"));
        assertThrows(XMLStreamException.class, () -> read(""));
        assertThrows(XMLStreamException.class, () -> read(
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><component name='b'>&e;</component>"));
    }
}
