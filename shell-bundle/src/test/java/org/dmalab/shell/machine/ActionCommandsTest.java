package org.dmalab.shell.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.felix.service.command.CommandProcessor;
import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.shell.command.CommandFunction;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.scenario.FakePlatform;
import org.dmalab.shell.swap.FakeConfigurations;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** A command for every action name, as actions come and go. */
class ActionCommandsTest {
    private final Map<String, CommandFunction> registered = new TreeMap<>();
    private int registrations;
    private final BundleContext context = (BundleContext) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> register((CommandFunction) arguments[1],
                    (Dictionary<?, ?>) arguments[2]));
    private final PlainCatalog catalog = FakePlatform.catalog("fake");
    private final ActionCommands commands = new ActionCommands(new MachineRegistry(catalog,
            new FakeConfigurations(catalog, "fake").patchSwitch()));

    private ServiceRegistration<?> register(CommandFunction command, Dictionary<?, ?> properties) {
        registrations++;
        String name = properties.get(CommandProcessor.COMMAND_SCOPE) + ":"
                + properties.get(CommandProcessor.COMMAND_FUNCTION);
        assertEquals(null, registered.put(name, command), name + " is registered twice");
        return (ServiceRegistration<?>) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {ServiceRegistration.class}, (proxy, method, arguments) -> {
                    assertEquals("unregister", method.getName());
                    assertTrue(registered.remove(name, command));
                    return null;
                });
    }

    private record Named(String name, String summary, List<Parameter> parameters) implements Action {
        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return 0;
        }
    }

    private static Action action(String name, String... directions) {
        return new Named(name, "does " + name, directions.length == 0 ? List.of()
                : List.of(Parameter.choice("direction", "who writes", directions[0], directions)));
    }

    private void bind(Action action) {
        commands.bindAction(action, Map.of(Action.ARCH, "fake"));
    }

    private CommandSpec spec(String name) {
        return registered.get(name).commands().get(0);
    }

    @Test
    void actionsThatWereThereBeforeAndThoseThatComeAreCommands() {
        bind(action("page.alloc"));
        assertEquals(0, registrations);
        commands.activate(context);
        bind(action("page.free"));
        bind(action("dotless"));
        assertEquals(List.of("page:alloc", "page:free"), List.copyOf(registered.keySet()));
        assertEquals("does page.free (fake)", spec("page:free").summary());
        commands.deactivate();
        assertEquals(Map.of(), registered);
        bind(action("page.dirty"));
        assertEquals(Map.of(), registered);
    }

    @Test
    void oneCommandServesTheArchitecturesThatHaveTheAction() {
        commands.activate(context);
        Action second = action("device.dma", "in", "out");
        commands.bindAction(action("device.dma", "read", "write"), Map.of(Action.ARCH, "two"));
        commands.bindAction(second, Map.of(Action.ARCH, "one"));
        assertEquals("does device.dma (one, two)", spec("device:dma").summary());
        CommandSpec.Option direction = spec("device:dma").option("--direction").orElseThrow();
        assertEquals(List.of("in", "out", "read", "write"), direction.choices());
        assertEquals("one: who writes; default in / two: who writes; default read", direction.text());
        commands.bindAction(new Named("device.dma", "something else", List.of()), Map.of(Action.ARCH, "three"));
        assertEquals("one, two: does device.dma\nthree: something else", spec("device:dma").summary());
        commands.unbindAction(second);
        direction = spec("device:dma").option("--direction").orElseThrow();
        assertEquals(List.of("read", "write"), direction.choices());
        assertEquals("two: who writes; default read", direction.text());
    }

    @Test
    void anActionThatIsGoneLeavesACommandThatTellsHowToBringItBack() {
        commands.activate(context);
        Action action = action("page.alloc");
        bind(action);
        commands.unbindAction(action);
        assertTrue(spec("page:alloc").summary().startsWith("(not now: bundle "), spec("page:alloc").summary());
        bind(action);
        assertEquals("does page.alloc (fake)", spec("page:alloc").summary());
    }
}
