package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.fake.FakeVariants;
import org.junit.jupiter.api.Test;

@SuppressWarnings("unused")
class HiddenStateTest {
    private record Fixed(long a, String b, Level c, Field d, Inner e) { }

    private record Inner(int x) { }

    private record Loose(long[] cells) { }

    private sealed interface Closed permits Fixed2, Fixed3 { }

    private record Fixed2(int x) implements Closed { }

    private record Fixed3(Closed next) implements Closed { }

    private static final class Helper {
        private final Fixed fixed = null;
        private final Helper next = null;
    }

    private static final class Good {
        private static final long FORMAT = Text.id("good");
        private static final Field FIELD = new Field("f", 0, 8);
        private final long a = 1;
        private final Long boxed = 1L;
        private final String b = "b";
        private final Level level = Level.USER;
        private final Fixed fixed = null;
        private final Closed closed = null;
        private final Helper helper = null;
    }

    private static final class Static {
        private static int calls;
    }

    private static final class Counter {
        private final AtomicLong calls = new AtomicLong();
    }

    private static final class Cache {
        private final Map<String, String> cache = Map.of();
    }

    private static final class Table {
        private static final long[] TABLE = {1};
    }

    private static final class InRecord {
        private final Loose loose = null;
    }

    private static class Base {
        private int below;
    }

    private static final class Derived extends Base { }

    private static final class Clean {
        long call() {
            return Far.count();
        }
    }

    private static final class Far {
        static long count() {
            return Reached.COUNT.incrementAndGet();
        }
    }

    private static final class Reached {
        private static final AtomicLong COUNT = new AtomicLong();
    }

    /** Reaches what is allowed: constants, and an object that changes while a call lasts. */
    private static final class Tidy {
        long call() {
            return Constants.FIELDS.size() + new Local().next();
        }
    }

    private static final class Constants {
        private static final List<Field> FIELDS = List.of(new Field("f", 0, 8));
        private static final double HALF = 0.5;
    }

    private static final class Local {
        private long at;

        long next() {
            return at++;
        }
    }

    private static final class UsesList {
        private static final List<Integer> LIST = new ArrayList<>();
    }

    private static final class UsesArrays {
        private static final List<long[]> ARRAYS = List.of(new long[1]);
    }

    private enum Counting {
        ONE;

        private long seen;
    }

    private enum Bodies {
        ONE {
            private long seen;

            @Override
            long next() {
                return seen++;
            }
        };

        abstract long next();
    }

    private enum Plain {
        ONE(1), TWO(2) {
            @Override
            long twice() {
                return 0;
            }
        };

        private final long value;

        Plain(long value) {
            this.value = value;
        }

        long twice() {
            return 2 * value;
        }
    }

    private static final class UsesEnum {
        long call() {
            return Counting.ONE.seen++;
        }
    }

    private static final class KeepsStore {
        private static final Store STORE = new Store();
    }

    private static final class KeepsRegion {
        private final Region region = null;
    }

    private static final class KeepsServices {
        private final Services services = null;
    }

    private static final class KeepsNumber {
        private final Number number = 1L;
    }

    private static final class Allowed {
        private static final Struct LAYOUT = new Struct("s");
        private static final BitField BITS = BitField.bits("b", 3, 0);
        private final Plain plain = Plain.TWO;
    }

    /** What a field may hold is a list of what is allowed. */
    @Test
    void nothingElseIsAllowed() {
        names(UsesEnum.class, "Counting can keep state in field ONE, because a " + Counting.class.getTypeName()
                + " can change");
        names(KeepsStore.class, "field STORE, because a org.dmalab.api.store.Store can change");
        names(KeepsRegion.class, "field region, because a org.dmalab.api.store.Region can change");
        names(KeepsServices.class, "field services");
        names(KeepsNumber.class, "field number, because a java.lang.Number can change");
        names(Bodies.class, "Bodies can keep state in field ONE");
        assertEquals(Optional.empty(), HiddenState.of(Allowed.class));
    }

    @Test
    void whatIsReachedIsLookedAtToo() {
        names(Clean.class, "Reached can keep state in field COUNT");
        names(UsesList.class, "field LIST, because a java.util.List can change");
        names(UsesArrays.class, "field ARRAYS, because a java.util.List can change");
        assertEquals(Optional.empty(), HiddenState.of(Tidy.class));
        assertEquals(List.of(), ClassNames.of(String.class));
    }

    @Test
    void whatCannotChangeIsAllowed() {
        assertEquals(Optional.empty(), HiddenState.of(Good.class));
        assertEquals(Optional.empty(), HiddenState.of(FakeVariants.Exact.class));
    }

    @Test
    void whatCanChangeIsNamed() {
        names(Static.class, "field calls, which is not final");
        names(Counter.class, "field calls, because a java.util.concurrent.atomic.AtomicLong can change");
        names(Cache.class, "field cache, because a java.util.Map can change");
        names(Table.class, "field TABLE, because a long[] can change");
        names(InRecord.class, "field loose");
        names(Derived.class, "Base can keep state in field below");
    }

    /** The name alone makes no class one of the api: a bundle can have packages of that name. */
    @Test
    void namesOfTheApiExcuseNobody() throws ClassNotFoundException {
        ClassLoader bundle = new ClassLoader(HiddenStateTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.startsWith("org.dmalab.api.borrowed.") ? own(name) : super.loadClass(name, resolve);
            }

            private synchronized Class<?> own(String name) throws ClassNotFoundException {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        names(bundle.loadClass("org.dmalab.api.borrowed.Counting"), "field calls, which is not final");
        names(bundle.loadClass("org.dmalab.api.borrowed.Counting$Reaching"), "field counter, because a");
        names(bundle.loadClass("org.dmalab.api.borrowed.Counting$Calling"), "Counter can keep state in field COUNT");
    }

    private static void names(Class<?> type, String what) {
        String found = HiddenState.of(type).orElse("nothing");
        assertTrue(found.contains(what), found);
    }
}
