package org.dmalab.shell.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.threadio.ThreadIO;
import org.dmalab.lab.VisibleText;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.command.Prompt;
import org.dmalab.shell.drop.DroppedBundles;
import org.jline.utils.Signals;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The main program: reads the arguments of the process, runs what they ask for and returns the exit code. */
@Component(service = Callable.class, property = "main.thread:Boolean=true")
public final class Main implements Callable<Integer> {

    private static final long INTERRUPT_SECONDS = 2;

    private final CommandProcessor processor;
    private final ThreadIO threadIo;
    private final CommandCatalog catalog;
    private final DroppedBundles dropped;
    private final BundleContext context;

    @Activate
    public Main(@Reference CommandProcessor processor, @Reference ThreadIO threadIo, @Reference CommandCatalog catalog,
        @Reference DroppedBundles dropped, BundleContext context) {
        this.dropped = dropped;
        this.processor = processor;
        this.threadIo = threadIo;
        this.catalog = catalog;
        this.context = context;
    }

    /** The launcher's service is looked up, not referenced: a declared reference to Object can't be resolved by bnd. */
    private String[] arguments() throws InvalidSyntaxException {
        ServiceReference<?>[] found = context.getServiceReferences((String) null, "(launcher.arguments=*)");
        return found == null ? new String[0] : ((String[]) found[0].getProperty("launcher.arguments")).clone();
    }

    @Override
    public Integer call() throws Exception {
        InputStream in = System.in;
        String[] arguments = arguments();
        try {
            Invocation invocation = Invocation.parse(arguments);
            try (LineRunner runner = new LineRunner(processor, threadIo, catalog, dropped::news, in,
                invocation.debug())) {
                int code = run(runner, invocation);
                String lost = runner.lostOutput();
                if (lost != null) {
                    System.err.println("error: standard output could not be written: " + lost);
                    return Math.max(code, CommandException.BROKEN);
                }
                return code;
            }
        } catch (ExitRequested e) {
            return 0;
        } catch (CommandException e) {
            System.err.println(VisibleText.of("error: " + e.getMessage()));
            return e.exitCode();
        }
    }

    private int run(LineRunner runner, Invocation invocation) throws IOException {
        if (invocation.form() == Invocation.Form.INTERACTIVE && Prompt.atTerminal()) {
            return new InteractiveShell(runner, catalog).run();
        }
        Thread worker = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean asked = new AtomicBoolean();
        Object before = Signals.register("INT", () -> {
            if (asked.getAndSet(true)) {
                Runtime.getRuntime().halt(CommandException.INTERRUPTED); // the second Ctrl-C does not wait for anybody
            }
            runner.interrupt(worker);
            sayHowToEnd(runner, ended);
        });
        try {
            return runOnce(runner, invocation);
        } finally {
            ended.countDown();
            Signals.unregister("INT", before);
        }
    }

    /** A variant that spins without a call of the processor does not notice an interrupt. */
    private static void sayHowToEnd(LineRunner runner, CountDownLatch ended) {
        Thread waiting = new Thread(() -> {
            try {
                if (!ended.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                    runner.err().println("still running; press Ctrl-C again to end at once");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "second Ctrl-C");
        waiting.setDaemon(true);
        waiting.start();
    }

    private static int runOnce(LineRunner runner, Invocation invocation) throws IOException {
        switch (invocation.form()) {
            case HELP -> runner.out().print(Invocation.HELP);
            case VERSION -> {
                return runner.run(List.of("version")).value();
            }
            case COMMANDS -> {
                return runner.run(invocation.text()).value();
            }
            case SCRIPT -> {
                return runner.run(script(invocation.text())).value();
            }
            case ONE_COMMAND -> {
                return runner.run(invocation.words()).value();
            }
            case INTERACTIVE -> {
                return lines(runner);
            }
        }
        return 0;
    }

    private static String script(String name) {
        Path file = Path.of(name);
        try {
            return Files.readString(file);
        } catch (IOException e) {
            String why = Files.exists(file) ? "can't read it as UTF-8 text (" + e + ")" : "there is no such file";
            throw CommandException.usage("script " + name + ": " + why);
        }
    }

    /** Standard input is not a terminal: its lines are a script. */
    private static int lines(LineRunner runner) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        ExitCode code = ExitCode.OK;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            text.append(line).append('\n');
            if (!StatementSplitter.unfinished(text.toString())) {
                code = code.then(runner.run(text.toString()));
                if (code.ends()) {
                    return code.value();
                }
                text.setLength(0);
            }
        }
        return code.then(runner.run(text.toString())).value();
    }
}
