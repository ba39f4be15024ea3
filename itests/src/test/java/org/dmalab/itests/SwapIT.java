package org.dmalab.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;

/** Variants are exchanged under running machines in each of the three ways, and nothing is lost. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SwapIT {
    private static final int MANY_LOOKS = 6_000;
    private static final String EXAMPLE = "global-flush-1.0.0.jar";

    @Inject
    private BundleContext context;

    @Inject
    private CommandProcessor processor;

    private Shell shell;

    @Configuration
    public static Option[] configuration() throws Exception {
        Files.createDirectories(Platform.dropFolder());
        Files.deleteIfExists(Platform.dropFolder().resolve(EXAMPLE));
        return new Option[] {Platform.options()};
    }

    @Before
    public void openShell() {
        shell = new Shell(processor);
    }

    @Test
    public void theFourServicesAreThereForTheirArchitectures() throws Exception {
        assertService(DmaWindows.class, "(&(dmalab.arch=pseries)(dmalab.id=pmem-guard))");
        assertService(MemoryNotifier.class, "(&(dmalab.arch=pseries)(dmalab.id=pmem-guard))");
        assertService(Iommu.class, "(&(dmalab.arch=vtd)(dmalab.id=flush-old-did))");
        assertService(CacheFlush.class, "(&(dmalab.arch=mips)(dmalab.id=per-page-irq-off))");
    }

    private void assertService(Class<?> type, String filter) throws Exception {
        assertEquals(filter, 1, context.getServiceReferences(type, filter).size());
    }

    @Test
    public void aMachineIsWiredToTheVariantThatIsAskedFor() throws Exception {
        shell.type("machine:create wired pseries --patch DmaWindows=limited-mask,MemoryNotifier=pmem-guard,"
            + "Iommu=limited-mask");
        String list = shell.type("machine:list --format json");
        assertTrue(list, list.contains("\"MemoryNotifier\": \"pmem-guard\""));
        assertTrue(list, list.contains("\"DmaWindows\": \"limited-mask\""));
        shell.type("machine:destroy wired");
    }

    @Test
    public void theComparisonsOfTheBugReportsComeOut() throws Exception {
        String text = shell.type("scenario:compare pseries/pmem-online vtd/kdump-stale-context "
            + "mips/unmapped-highmem-sg --all --check");
        assertTrue(text, text.matches("(?s).*all-windows .*pseries/pmem-online .*fail.*"));
        assertTrue(text, text.contains("= H_PARAMETER"));
        assertTrue(text, text.contains("[fault reason 06] PTE Read"));
        String json = shell.type("scenario:compare vtd/kdump-stale-context --all --format json");
        assertTrue(json, json.contains("DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000 "
            + "[fault reason 06] PTE Read access is not set"));
    }

    @Test
    public void patchUseKeepsTheState() throws Exception {
        shell.type("machine:create used vtd --patch no-flush");
        shell.type("machine:mark used before");
        shell.type("dma:map used --device 02:00.0 --size 4K");
        String changed = shell.type("machine:diff used before");
        assertTrue(changed, changed.contains("->"));
        assertEquals("machine used: no-flush -> flush-old-did\n", shell.type("patch:use used flush-old-did"));
        assertEquals(changed, shell.type("machine:diff used before"));
        shell.type("dma:map used --device 02:00.0 --size 4K");
        shell.type("machine:back used");
        assertEquals(changed, shell.type("machine:diff used before"));
        shell.type("machine:destroy used");
    }

    @Test
    public void anArchitectureBundleCanBeStoppedAndStarted() throws Exception {
        shell.type("machine:create stopped mips");
        shell.type("machine:mark stopped before");
        shell.type("page:alloc stopped --page 5");
        String changed = shell.type("machine:diff stopped before");
        try {
            String stop = shell.type("bundle:stop org.dmalab.mips");
            assertTrue(stop, stop.startsWith("org.dmalab.mips: resolved\nmachine stopped has no variant for "
                + "CacheFlush="));
            String shown = shell.type("machine:show stopped");
            assertTrue(shown, shown.contains("machine stopped has no variant for CacheFlush="));
            assertEquals(changed, shell.type("machine:diff stopped before"));
            assertTrue(shell.fails("machine:create other mips").contains("preset"));
            assertEquals("page:alloc comes with bundle org.dmalab.mips, which is stopped or removed; bundle:start"
                + " org.dmalab.mips brings it back", shell.fails("page:alloc stopped --page 6"));
        } finally {
            assertEquals("org.dmalab.mips: active\n", shell.type("bundle:start org.dmalab.mips"));
        }
        eventually("the variant is back", () -> !shell.type("machine:show stopped").contains("has no variant"));
        eventually("the action is back", () -> context.getServiceReferences("org.dmalab.api.Action",
            "(dmalab.arch=mips)") != null);
        assertEquals(changed, shell.type("machine:diff stopped before"));
        shell.type("page:alloc stopped --page 6");
        shell.type("machine:destroy stopped");
    }

    @Test
    public void aBundleThatIsDroppedInIsAVariantUntilItIsTakenAway() throws Exception {
        shell.type("machine:create dropped vtd");
        Path dropped = Platform.dropFolder().resolve(EXAMPLE);
        Path part = Platform.dropFolder().resolve(EXAMPLE + ".part");
        Files.copy(Platform.root().resolve("examples/patch-bundle/target").resolve(EXAMPLE), part,
            StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, dropped, StandardCopyOption.ATOMIC_MOVE);
        eventually("the example is listed", () -> shell.type("patch:list vtd").contains("global-flush"));
        shell.type("patch:use dropped global-flush");
        shell.type("dma:map dropped --device 02:00.0 --size 4K");
        String row = shell.type("scenario:compare vtd/kdump-stale-context --patch global-flush");
        assertTrue(row, row.contains("global-flush") && row.contains("pass"));
        WeakReference<ClassLoader> loader = new WeakReference<>(
            bundle("global-flush").adapt(BundleWiring.class).getClassLoader());
        assertNotNull(loader.get());
        Files.delete(dropped);
        eventually("the example is gone", () -> !shell.type("patch:list vtd").contains("global-flush"));
        String shown = shell.type("machine:show dropped");
        assertTrue(shown, shown.contains("machine dropped has no variant for Iommu=global-flush now"));
        shell.type("patch:use dropped clear-then-flush");
        shell.type("dma:map dropped --device 02:00.0 --size 4K");
        eventually("the class loader of the example is collected", () -> {
            System.gc();
            return loader.get() == null;
        });
        shell.type("machine:destroy dropped");
    }

    @Test
    public void aStormLosesNothing() throws Exception {
        for (String arch : new String[] {"pseries", "vtd", "mips"}) {
            shell.type("machine:create storm " + arch);
            String result = shell.type("patch:storm storm --swaps 1000 --threads 2 --format json");
            assertTrue(result, result.contains("\"swaps\": 1000"));
            assertTrue(result, result.contains("\"failed\": 0"));
            assertTrue(result, result.contains("\"lost\": 0"));
            assertTrue(result, result.contains("\"violations\": 0"));
            shell.type("machine:destroy storm");
        }
    }

    @Test
    public void wrongNamesAreAnsweredWithTheNearest() throws Exception {
        shell.type("machine:create named mips");
        String unknown = shell.fails("patch:use named stack-kmpa");
        assertTrue(unknown, unknown.contains("stack-kmap"));
        assertTrue(shell.fails("machine:show nmaed").contains("named"));
        assertTrue(shell.fails("machine:create other BCM7426").contains("BCM7425"));
        assertTrue(shell.fails("page:alloc named --page minus").contains("page"));
        shell.type("machine:destroy named");
    }

    private Bundle bundle(String name) {
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName().equals(name)) {
                return bundle;
            }
        }
        throw new AssertionError("no bundle " + name);
    }

    private static void eventually(String what, Callable<Boolean> condition) throws Exception {
        for (int looks = 0; !condition.call(); looks++) {
            assertTrue("not seen: " + what, looks < MANY_LOOKS);
            Thread.sleep(100);
        }
    }
}
