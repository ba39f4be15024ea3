package org.dmalab.lab.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.scenario.MachineSpecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
    private static final MachineSpec SPEC = MachineSpecs.resolve(new FakeArchitecture(), null, null, null, Map.of(),
            Map.of());
    private final PlainCatalog catalog = FakePlatform.catalog();

    @Test
    void variantsAreInTheOrderOfHistory() {
        assertEquals(List.of("no-flush", "off-by-one", "exact", "throwing", "hidden-counter", "counter-elsewhere",
                "parity-elsewhere", "refuse", "swallowing"), catalog.variants("fake").stream()
                        .map(VariantInfo::id).toList());
        VariantInfo info = catalog.variants("fake").get(1);
        assertEquals(new VariantInfo("fake", "off-by-one", List.of(ServiceKind.IOMMU), "0123456789ab", "5.0",
                LocalDate.of(2019, 5, 1), "mutant", "Variant off-by-one of the fake patch.", List.of("flush", "map"),
                List.of("maps the next page"), ""), info);
        assertEquals(List.of(), catalog.variants("other"));
    }

    @Test
    void variantsComeInTheOrderOfTheirDatesAndThoseWithoutOneLast() {
        PlainCatalog.Builder builder = PlainCatalog.builder();
        String[][] variants = {{"undated", ""}, {"third", "2016-12-05"}, {"no-date", "last spring"},
            {"second", "2010-09-06"}, {"first", "2010-09-05"}, {"also-third", "2016-12-05"}};
        for (String[] variant : variants) {
            builder.variant(Map.of(Variant.ARCH, "fake", Variant.ID, variant[0], Variant.DATE, variant[1]),
                    new FakeVariants.Exact());
        }
        List<String> order = builder.build().variants("fake").stream().map(VariantInfo::id).toList();
        assertEquals(List.of("first", "second", "also-third", "third", "no-date", "undated"), order);
    }

    @Test
    void whatPatchSaysIsReadAndWordsByHandToo() {
        Map<String, Object> annotated = Map.of(Variant.ARCH, "fake", Variant.ID, "annotated", Variant.ORIGIN,
                "PROPOSED", Variant.DATE, "2016-12-05", Variant.DESCRIPTION, "By annotation.");
        Map<String, Object> byHand = Map.of(Variant.ARCH, "fake", Variant.PATCH, "by-hand", "service.description",
                "By hand.");
        List<VariantInfo> infos = PlainCatalog.builder().variant(annotated, new FakeVariants.Exact())
                .variant(byHand, new FakeVariants.Exact()).build().variants("fake");
        assertEquals(new VariantInfo("fake", "annotated", List.of(ServiceKind.IOMMU), "", "",
                LocalDate.of(2016, 12, 5), "proposed", "By annotation.", List.of(), List.of(), ""), infos.get(0));
        assertEquals(new VariantInfo("fake", "by-hand", List.of(ServiceKind.IOMMU), "", "", null, "local",
                "By hand.", List.of(), List.of(), ""), infos.get(1));
    }

    @Test
    void namesThatAreNotKnownAreAnswered() {
        assertEquals("there is no architecture \"fke\", did you mean \"fake\"? there is: fake",
                assertThrows(InputException.class, () -> catalog.architecture("fke")).getMessage());
        InputException patch = assertThrows(InputException.class, () -> Selection.parse("noflush", catalog, "fake"));
        assertTrue(patch.getMessage().contains("did you mean \"no-flush\"?"), patch.getMessage());
        assertTrue(patch.getMessage().contains("there is: counter-elsewhere, exact, "), patch.getMessage());
        assertEquals("patch exact of fake provides no DmaWindows; it provides Iommu", assertThrows(
                InputException.class, () -> Selection.parse("DmaWindows=exact", catalog, "fake")).getMessage());
    }

    @Test
    void selectionsAreParsedAndPrinted() {
        assertEquals("pmem-guard", Selection.parse(" pmem-guard ").name());
        Selection both = Selection.parse("MemoryNotifier=b,DmaWindows=a");
        assertEquals("a+b", both.toString());
        assertEquals("DmaWindows=a,MemoryNotifier=b", both.text());
        assertEquals(List.of("a", "b"), both.ids());
        assertEquals("a", both.id(ServiceKind.DMA_WINDOWS));
        assertNull(both.id(ServiceKind.IOMMU));
        assertEquals(both, Selection.parse(both.text()));
        assertEquals(both.hashCode(), Selection.parse(both.text()).hashCode());
        assertEquals(Map.of(), Selection.of("x").byService());
        assertEquals("x", Selection.of("x").single().orElseThrow());
        assertEquals(List.of("a", "b"), Selection.parseList("a,b,a").stream().map(Selection::name).toList());
        assertEquals(List.of("a+b"), Selection.parseList("DmaWindows=a,MemoryNotifier=b").stream()
                .map(Selection::name).toList());
        for (String bad : List.of("", "a,b", "DmaWindow=a", "DmaWindows=", "=a", "DmaWindows=a,,", "x".repeat(1001),
                "DmaWindows=a,DmaWindows=b")) {
            assertThrows(InputException.class, () -> Selection.parse(bad), bad);
        }
        assertThrows(InputException.class, () -> Selection.of(Map.of()));
    }

    @Test
    void allAndMutantsAreSelected() {
        assertEquals(List.of("no-flush", "exact", "refuse"), names(Selection.all(catalog, "fake", true, false)));
        assertEquals(List.of("off-by-one"), names(Selection.all(catalog, "fake", false, true)));
    }

    private static List<String> names(List<Selection> selections) {
        return selections.stream().map(Selection::name).toList();
    }

    @Test
    void borrowsWithBuiltInsForWhatAVariantDoesNotProvide() {
        try (Lease lease = catalog.borrow(SPEC, Selection.of("exact"))) {
            assertInstanceOf(FakeVariants.Exact.class, lease.binding().iommu());
            assertInstanceOf(FakeVariants.AcceptingNotifier.class, lease.binding().memoryNotifier());
            assertNull(lease.binding().dmaWindows());
        }
        try (Lease lease = catalog.borrow(SPEC, Selection.parse("Iommu=no-flush,MemoryNotifier=refuse"))) {
            assertInstanceOf(FakeVariants.NoFlush.class, lease.binding().iommu());
            assertInstanceOf(FakeVariants.RefusingNotifier.class, lease.binding().memoryNotifier());
        }
        assertEquals("patch refuse provides no Iommu, which a machine of fake needs; choose one with Iommu=ID",
                assertThrows(InputException.class, () -> catalog.borrow(SPEC, Selection.of("refuse"))).getMessage());
    }

    @Test
    void oneComponentPerServiceIsOneVariant() {
        Map<String, Object> properties = FakeVariants.properties("pair", "6.0", "proposed");
        PlainCatalog pair = PlainCatalog.builder().architecture(new FakeArchitecture())
                .component(properties, new FakeVariants.Exact())
                .component(properties, new FakeVariants.RefusingNotifier()).build();
        assertEquals(List.of(ServiceKind.IOMMU, ServiceKind.MEMORY_NOTIFIER), pair.variants("fake").get(0).services());
        try (Lease lease = pair.borrow(SPEC, Selection.of("pair"))) {
            assertInstanceOf(FakeVariants.RefusingNotifier.class, lease.binding().memoryNotifier());
        }
    }

    @Test
    void componentsAreReadFromTheirDescriptions(@TempDir Path root) throws IOException {
        Path folder = Files.createDirectories(root.resolve("OSGI-INF"));
        Files.writeString(folder.resolve("exact.xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="exact">
                  <property name="dmalab.arch" value="fake"/>
                  <property name="dmalab.patch" value="described"/>
                  <property name="dmalab.steps" type="String">
                    one
                    two
                  </property>
                  <implementation class="org.dmalab.lab.fake.FakeVariants$Exact"/>
                </scr:component>
                """);
        Files.writeString(folder.resolve("needs.xml"), """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="needs">
                  <implementation class="org.dmalab.lab.catalog.ServiceCatalog"/>
                </scr:component>
                """);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {root.toUri().toURL()},
                FakePlatform.class.getClassLoader())) {
            PlainCatalog found = PlainCatalog.builder().components(loader).build();
            VariantInfo info = found.variants("fake").stream().filter(one -> one.id().equals("described"))
                    .findFirst().orElseThrow();
            assertEquals(List.of("one", "two"), info.steps());
            assertEquals("local", info.origin());
        }
        Files.writeString(folder.resolve("hostile.xml"),
                "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:/etc/passwd\">]><x>&y;</x>");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {root.toUri().toURL()}, null)) {
            assertThrows(IllegalStateException.class, () -> Components.load(loader));
        }
    }

    @Test
    void linesOfAPropertyMayHaveAnyForm() {
        assertEquals(List.of("a", "b"), Variants.lines(new String[] {"a", "", "b"}));
        assertEquals(List.of("a"), Variants.lines("a"));
        assertEquals(List.of("a", "b"), Variants.lines(Arrays.asList("a", "b")));
        assertEquals(List.of(), Variants.lines(null));
    }
}
