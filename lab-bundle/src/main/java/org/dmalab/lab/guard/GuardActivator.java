package org.dmalab.lab.guard;

import java.io.File;

import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.hooks.weaving.WeavingHook;

/**
 * Sets the guard up when this bundle starts, before any bundle that is dropped in. No component: the framework asks for
 * weaving hooks while it loads the classes that a component needs to become one.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class GuardActivator implements BundleActivator {
    private static final String DROP_FOLDER = "felix.fileinstall.dir";

    @Override
    public void start(BundleContext context) {
        String folder = context.getProperty(DROP_FOLDER);
        Guard guard = new Guard(context, folder == null || folder.isBlank() ? null
                : new File(folder).getAbsoluteFile().toURI().toString());
        context.addBundleListener(guard);
        context.registerService(ResolverHookFactory.class, triggers -> new NoFragments(guard), null);
        context.registerService(new String[] {WeavingHook.class.getName(), Guard.class.getName()}, guard, null);
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes back what was registered
    }
}
