package org.dmalab.lab.fake;

import java.util.HashMap;
import java.util.Map;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.osgi.framework.Constants;

/** Variants of a trivial patch. */
public final class FakeVariants {
    private FakeVariants() { }

    /** Properties of a variant. */
    public static Map<String, Object> properties(String id, String since, String origin) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(Variant.ARCH, "fake");
        properties.put(Variant.PATCH, id);
        properties.put(Variant.COMMIT, "0123456789ab");
        properties.put(Variant.SINCE, since);
        properties.put(Variant.DATE, date(since));
        properties.put(Variant.ORIGIN, origin);
        properties.put(Variant.STEPS, new String[] {"flush", "map"});
        properties.put(Constants.SERVICE_DESCRIPTION, "Variant " + id + " of the fake patch.");
        return properties;
    }

    private static void flush(Cpu cpu, long physical, long sizeBytes, CacheOp operation) {
        for (long at = physical & ~7; at < physical + sizeBytes; at += 8) {
            cpu.cache(operation, at);
        }
    }

    private static long enter(Cpu cpu, long bus, long physical, long sizeBytes) {
        for (long at = 0; at < sizeBytes; at += 4096) {
            if (cpu.hcall(1, bus + at >>> 12, (physical + at >>> 12) + 1, 0, 0) != 0) {
                return Errno.EIO;
            }
        }
        return bus;
    }

    /** Maps and flushes as it must. */
    public static final class Exact implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            flush(cpu, physical, sizeBytes, CacheOp.HIT_WRITEBACK_INVALIDATE_D);
            return enter(cpu, bus, physical, sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return cpu.hcall(1, bus >>> 12, 0, 0, 0);
        }
    }

    /** Forgets to flush. */
    public static final class NoFlush implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return enter(cpu, bus, physical, sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return cpu.hcall(1, bus >>> 12, 0, 0, 0);
        }
    }

    /** Maps the next page. */
    public static final class OffByOne implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return enter(cpu, bus, physical + 4096, sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Throws. */
    public static final class Throwing implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            cpu.hcall(1, bus >>> 12, 1, 0, 0);
            throw new IllegalStateException("thrown by the variant");
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            throw new StackOverflowError();
        }
    }

    /** Its own assertion does not hold. */
    public static final class Asserting implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            throw new AssertionError("of the variant");
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Catches what a call with a wrong address throws, and goes on as if nothing had been. */
    public static final class Swallowing implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            try {
                cpu.lock(0x10);
            } catch (RuntimeException e) {
                return enter(cpu, bus, physical, sizeBytes);
            }
            return 0;
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Counts in a field. */
    public static final class HiddenCounter implements Iommu {
        private int calls;

        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return enter(cpu, bus, physical + 4096L * (calls++ & 1), sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Counts in a field, and does nothing with it. */
    public static final class IdleCounter implements Iommu {
        private int calls;

        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            calls++;
            return enter(cpu, bus, physical, sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Remembers that a translation was refused, where no field shows it, and says so each time from then on. */
    public static final class RemembersRefusal implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            long result = enter(cpu, bus, physical, sizeBytes);
            if (result < 0) {
                cpu.delay(countOutside("refused"));
            }
            return result;
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    private static int countOutside(String name) {
        int count = Integer.getInteger("dmalab.test." + name, 0);
        System.setProperty("dmalab.test." + name, Integer.toString(count + 1));
        return count;
    }

    /** Counts where no field shows it. */
    public static final class CounterElsewhere implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return enter(cpu, bus, physical + 4096L * (countOutside("mapped") & 1), sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    /** Says on every second call that it is the second one. */
    public static final class ParityElsewhere implements Iommu {
        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return enter(cpu, bus, physical, sizeBytes);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            cpu.delay(countOutside("unmapped") & 1);
            return cpu.hcall(1, bus >>> 12, 0, 0, 0);
        }
    }

    /** Accepts every event. */
    public static final class AcceptingNotifier implements MemoryNotifier {
        @Override
        public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
            return NOTIFY_OK;
        }
    }

    /** Refuses every event. */
    public static final class RefusingNotifier implements MemoryNotifier {
        @Override
        public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
            return NOTIFY_BAD;
        }
    }

    private static String date(String since) {
        return switch (since) {
            case "to 6.0" -> "2018-01-01";
            case "5.0" -> "2019-05-01";
            case "6.1" -> "2022-12-11";
            default -> since + "-01";
        };
    }
}
