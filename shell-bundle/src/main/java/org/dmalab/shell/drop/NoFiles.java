package org.dmalab.shell.drop;

import java.io.File;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.apache.felix.fileinstall.ArtifactListener;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * Takes what is neither a file nor a folder off FileInstall's hands, which would open it: a named pipe keeps who reads
 * it waiting for ever. {@link DroppedBundles} says what is wrong.
 */
@Component(service = {ArtifactInstaller.class, ArtifactListener.class}, immediate = true,
        property = Constants.SERVICE_RANKING + ":Integer=1000")
public final class NoFiles implements ArtifactInstaller {
    @Override
    public boolean canHandle(File artifact) {
        return artifact.exists() && !artifact.isFile() && !artifact.isDirectory();
    }

    @Override
    public void install(File artifact) {
        // there is nothing to install
    }

    @Override
    public void update(File artifact) {
        // there is nothing to update
    }

    @Override
    public void uninstall(File artifact) {
        // there is nothing to remove
    }
}
