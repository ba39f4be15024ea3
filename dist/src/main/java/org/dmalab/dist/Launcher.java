package org.dmalab.dist;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Starts the platform from the runnable jar. The contract with the bundles is bnd's: the arguments are the property
 * {@code launcher.arguments} of a service, and a {@code Callable<Integer>} with {@code main.thread=true} gets the main
 * thread and returns the exit code.
 */
public final class Launcher {

    private static final String BUNDLES = "bundles/";
    private static final String SETTINGS = "launcher.properties";
    private static final int BROKEN = 3;
    private static volatile boolean started;

    private final String[] arguments;
    private final Map<String, String> settings;

    private Launcher(String[] arguments, Map<String, String> settings) {
        this.arguments = arguments;
        this.settings = settings;
    }

    /** Runs the platform and ends the process with the exit code of its main service. */
    public static void main(String[] args) {
        // Before any class formats a number: with Arabic digits not even the framework's version can be read.
        Locale.setDefault(Locale.ROOT);
        EndFromInside end = new EndFromInside();
        int code;
        try {
            Properties properties = settings();
            if (args.length == 1 && args[0].equals("--version")) {
                // The same line as the command "version", without a platform to run it.
                System.out.println("dmalab " + properties.getProperty("dmalab.version") + " (Java "
                    + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name") + ")");
                code = 0;
            } else {
                code = create(properties, args).run();
            }
        } catch (Throwable e) {
            // Errors, too: without this the process would end with code 1, which says that a verdict is bad.
            System.err.println("error: the platform " + (started ? "failed: " : "did not start: ") + e);
            if (debug(args)) {
                e.printStackTrace();
            }
            code = BROKEN;
        }
        System.out.flush();
        end.expected();
        System.exit(code);
    }

    private static Properties settings() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Launcher.class.getResourceAsStream(SETTINGS)) {
            properties.load(in);
        }
        return properties;
    }

    private static Launcher create(Properties properties, String[] args) throws IOException {
        Path storage = Storage.create();
        properties.setProperty(Constants.FRAMEWORK_STORAGE, storage.resolve("felix").toString());
        properties.setProperty("felix.fileinstall.tmpdir", storage.resolve("fileinstall").toString());
        if (debug(args)) {
            properties.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
            properties.setProperty("ds.loglevel", "warn");
        }
        Map<String, String> settings = new Hashtable<>();
        for (String name : properties.stringPropertyNames()) {
            // What is given with -D wins. All are system properties too: libraries outside the framework read them.
            String value = System.getProperty(name, properties.getProperty(name));
            settings.put(name, value);
            System.setProperty(name, value);
        }
        return new Launcher(args.clone(), settings);
    }

    /** {@code --debug} counts only before the first word, so that a command can have an argument of that name. */
    private static boolean debug(String[] args) {
        for (String arg : args) {
            if (arg.equals("--debug")) {
                return true;
            }
            if (!arg.startsWith("-") || arg.equals("-c")) {
                return false;
            }
        }
        return false;
    }

    private int run() throws Exception {
        Framework framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(settings);
        framework.init();
        try {
            BundleContext context = framework.getBundleContext();
            Hashtable<String, Object> properties = new Hashtable<>();
            properties.put("launcher.arguments", arguments);
            properties.put("launcher.ready", "true");
            context.registerService(Object.class, this, properties);
            List<Bundle> bundles = install(context);
            framework.start();
            start(bundles);
            started = true;
            return callMain(context);
        } finally {
            framework.stop();
            framework.waitForStop(5_000);
        }
    }

    private static List<Bundle> install(BundleContext context) throws IOException, BundleException, URISyntaxException {
        Path self = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Bundle> bundles = new ArrayList<>();
        try (JarFile jar = new JarFile(self.toFile())) {
            List<JarEntry> entries = jar.stream().filter(Launcher::isBundle).toList();
            for (JarEntry entry : entries) {
                try (InputStream in = jar.getInputStream(entry)) {
                    bundles.add(context.installBundle("dmalab:" + entry.getName(), in));
                }
            }
        }
        return bundles;
    }

    private static boolean isBundle(JarEntry entry) {
        return entry.getName().startsWith(BUNDLES) && entry.getName().endsWith(".jar");
    }

    private void start(List<Bundle> bundles) throws BundleException {
        List<String> dormant = names("dmalab.launcher.dormant");
        List<String> last = names("dmalab.launcher.last");
        List<Bundle> inOrder = new ArrayList<>(bundles);
        inOrder.sort(Comparator.comparing(bundle -> last.contains(bundle.getSymbolicName())));
        for (Bundle bundle : inOrder) {
            boolean fragment = (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
            if (!fragment && !dormant.contains(bundle.getSymbolicName())) {
                bundle.start(Bundle.START_ACTIVATION_POLICY);
            }
        }
    }

    private List<String> names(String setting) {
        return List.of(settings.getOrDefault(setting, "").split(","));
    }

    private static int callMain(BundleContext context) throws Exception {
        List<ServiceReference<?>> found = new ArrayList<>(
            context.getServiceReferences(Callable.class, "(main.thread=true)"));
        if (found.isEmpty()) {
            throw new IllegalStateException("no bundle offers a main service");
        }
        Object main = context.getService(found.get(0));
        return ((Callable<?>) main).call() instanceof Integer code ? code : 0;
    }
}
