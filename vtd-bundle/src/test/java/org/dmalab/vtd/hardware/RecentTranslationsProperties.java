package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** An index must not show: a unit that forgets it before every request does and announces the same. */
class RecentTranslationsProperties {
    private static final long PAGE = 0x4000000;
    private static final int PAGES = 5;
    private static final int[] DEVICES = {0x0200, 0x0210, 0x0208};

    /** A unit with two domains, three devices and a few pages, of which each step changes something or does DMA. */
    private static final class Play {
        private final Rig rig;
        private final boolean forgets;
        private final List<String> seen = new ArrayList<>();
        private final long[] tables = new long[2];
        private final long mark;
        private int remembered;

        Play(UnitProfile profile, boolean forgets) {
            this.forgets = forgets;
            rig = new Rig(profile.with("iotlbEntries", 6), Rig.QEMU_CAP | 1 << 7, Rig.QEMU_ECAP);
            for (int i = 0; i < 2; i++) {
                tables[i] = rig.newTable();
                for (int page = 0; page < PAGES; page++) {
                    rig.map(tables[i], page * 0x1000L, PAGE + (i * PAGES + page) * 0x1000L, 3);
                }
            }
            for (int device : DEVICES) {
                rig.context(device, 5, tables[0]);
            }
            rig.start();
            rig.emitter.listen((kind, actor, a, b, c, d, e, result) ->
                    seen.add(kind + " " + actor + " " + a + " " + b + " " + c + " " + d));
            mark = rig.store.mark();
        }

        void step(Random random) {
            int device = DEVICES[random.nextInt(DEVICES.length)];
            int domain = random.nextInt(2);
            long address = random.nextInt(PAGES) * 0x1000L + 8L * random.nextInt(512);
            switch (random.nextInt(20)) {
                case 0 -> rig.context(device, 5 + domain, tables[domain]);
                case 1 -> rig.contextFlush(1 + random.nextInt(3), 5 + domain, device);
                case 2 -> rig.iotlbFlush(1 + random.nextInt(3), 5 + domain, address & ~0xfffL);
                case 3 -> rig.map(tables[domain], address, PAGE + random.nextInt(9) * 0x1000L, random.nextInt(4));
                case 4 -> rig.unit.write(Reg.GCMD, 4, random.nextInt(4) == 0 ? 0 : Reg.TE);
                case 5 -> {
                    if (random.nextInt(10) == 0) {
                        rig.store.rollback(mark);
                    }
                }
                default -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        dma(device, address ^ 8L * i, random.nextInt(3) == 0);
                    }
                }
            }
        }

        private void dma(int device, long address, boolean write) {
            if (forgets) {
                rig.unit.caches().recent().forget();
            }
            remembered += rig.unit.caches().recent().find(device, address) >= 0 ? 1 : 0;
            seen.add((write ? rig.dma.write(device, address, 8, address) : rig.dma.read(device, address,
                    8)).toString());
        }
    }

    @Property(tries = 200)
    void doesNotShow(@ForAll long seed, @ForAll boolean emulator) {
        compare(seed, emulator ? Rig.QEMU : Rig.STRICT);
    }

    private static Play compare(long seed, UnitProfile profile) {
        Play remembers = new Play(profile, false);
        Play forgets = new Play(profile, true);
        for (Play play : List.of(remembers, forgets)) {
            Random random = new Random(seed);
            for (int i = 0; i < 300; i++) {
                play.step(random);
            }
        }
        assertEquals(forgets.seen, remembers.seen);
        assertEquals(0, forgets.remembered);
        return remembers;
    }

    /** The comparison above is of use: many a request is answered by the index. */
    @Example
    void isUsed() {
        for (UnitProfile profile : List.of(Rig.STRICT, Rig.QEMU)) {
            int remembered = 0;
            for (int seed = 0; seed < 20; seed++) {
                remembered += compare(seed, profile).remembered;
            }
            assertTrue(remembered > 200, "answered " + remembered);
        }
    }
}
