package org.dmalab.shell.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Variant;
import org.junit.jupiter.api.Test;

class MachineHostTest {
    /** Processor time, so that it does not matter what else the machine does. */
    private static final long MANY_NANOS = 10_000_000_000L;
    private final MachineHost host = new MachineHost();
    private final Object first = new CountingMachine.Counting("first");
    private final Object second = new CountingMachine.Counting("second");

    private static Map<String, Object> wants(String patch) {
        return Map.of(MachineHost.NAME, "m0", MachineHost.PATCH_PREFIX + "CacheFlush", patch);
    }

    private void bind(Object service, String patch) {
        host.bind(ServiceKind.CACHE_FLUSH, service, Map.of(Variant.PATCH, patch));
    }

    @Test
    void aBindingIsPublishedWhenItIsWhatTheConfigurationWants() {
        host.activate(wants("first"));
        bind(second, "second");
        assertTrue(host.missing() != null);
        bind(first, "first");
        assertNull(host.missing());
        assertEquals(Map.of(ServiceKind.CACHE_FLUSH, "first"), host.patches());
        assertEquals("m0", host.name());
    }

    @Test
    void withoutAVariantTheMachineSaysSoAndGoesOnWhenOneReturns() {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        host.unbind(ServiceKind.CACHE_FLUSH, first);
        lane.online("test");
        assertEquals("machine m0 has no variant for CacheFlush=first now; it keeps its state: start its bundle again or"
                + " choose another with patch:use m0 ID",
                assertThrows(NoVariantException.class, lane::enter).getMessage());
        bind(first, "first");
        assertSame(first, lane.enter().cacheFlush());
        lane.leave();
        lane.offline();
    }

    @Test
    void aVariantIsReleasedOnlyAfterTheLastCallHasLeftIt() throws InterruptedException {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        AtomicBoolean left = new AtomicBoolean();
        Thread owner = new Thread(() -> {
            lane.online("a long call");
            assertSame(first, lane.enter().cacheFlush());
            inside.countDown();
            try {
                mayLeave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            left.set(true);
            lane.leave();
            lane.offline();
        });
        owner.start();
        inside.await();
        host.modified(wants("second"));
        bind(second, "second");
        AtomicBoolean released = new AtomicBoolean();
        Thread release = new Thread(() -> {
            host.unbind(ServiceKind.CACHE_FLUSH, first);
            released.set(left.get());
        });
        release.start();
        release.join(100);
        assertTrue(release.isAlive(), "the old variant is still in use");
        mayLeave.countDown();
        release.join();
        owner.join();
        assertTrue(released.get());
    }

    /** It sleeps between two looks, also if it was interrupted, and says afterwards that it was. */
    @Test
    void whoReleasesAVariantSleepsThoughInterrupted() throws InterruptedException {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        lane.online("a long call");
        lane.enter();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        Thread release = new Thread(() -> {
            host.unbind(ServiceKind.CACHE_FLUSH, first);
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        release.start();
        release.interrupt();
        boolean slept = false;
        while (!slept && release.isAlive()) {
            assertTrue(ManagementFactory.getThreadMXBean().getThreadCpuTime(release.getId()) < MANY_NANOS,
                    "it goes round without sleeping");
            Thread.sleep(1);
            slept = release.getState() == Thread.State.TIMED_WAITING && !release.isInterrupted();
        }
        assertTrue(release.isAlive(), "the variant is still in use");
        lane.leave();
        release.join();
        assertTrue(stillInterrupted.get());
    }

    @Test
    void aLaneThatDoesNotWorkIsNotWaitedFor() {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        lane.online("work");
        lane.offline();
        host.modified(wants("second"));
        bind(second, "second");
        host.unbind(ServiceKind.CACHE_FLUSH, first);
        assertEquals(Map.of(ServiceKind.CACHE_FLUSH, "second"), host.patches());
        host.remove(lane);
    }

    @Test
    void callsWithinACallStayInItsVariant() {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        lane.online("work");
        lane.enter();
        host.modified(wants("second"));
        bind(second, "second");
        long generation = host.published().generation();
        assertSame(first, lane.enter().cacheFlush());
        lane.leave();
        assertEquals("work", lane.stillBefore(generation));
        lane.leave();
        assertNull(lane.stillBefore(generation));
        assertSame(second, lane.enter().cacheFlush());
        lane.leave();
        lane.offline();
    }

    @Test
    void aCallThatBeginsInTheOldVariantIsWaitedFor() {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        lane.online("work");
        host.modified(wants("second"));
        bind(second, "second");
        long generation = host.published().generation();
        assertSame(first, lane.enter().cacheFlush());
        assertEquals("work", lane.stillBefore(generation));
        lane.leave();
        assertNull(lane.stillBefore(generation));
    }

    @Test
    void anIdleLaneKeepsNoVariant() throws ReflectiveOperationException {
        host.activate(wants("first"));
        bind(first, "first");
        Lane lane = host.lane();
        lane.online("work");
        lane.enter();
        lane.leave();
        lane.offline();
        host.modified(wants("second"));
        bind(second, "second");
        host.unbind(ServiceKind.CACHE_FLUSH, first);
        for (Field field : Lane.class.getDeclaredFields()) {
            field.setAccessible(true);
            Object kept = field.get(lane);
            assertTrue(!(kept instanceof Binding binding) || binding.cacheFlush() != first, field::getName);
            assertTrue(!(kept instanceof Published offer) || offer.bound().cacheFlush() != first, field::getName);
        }
    }

    @Test
    void aMachineThatIsGoneSaysSo() {
        host.activate(wants("first"));
        bind(first, "first");
        host.deactivate();
        assertEquals("machine m0 is gone", host.missing());
    }

    @Test
    void waitingForPatchesGivesUp() throws InterruptedException {
        host.activate(wants("first"));
        assertEquals(false, host.awaitPatches(Map.of(ServiceKind.CACHE_FLUSH, "first"), 20));
    }
}
