package org.dmalab.c;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/** Makes variants of C text and takes them away again, in the running platform. */
@ProviderType
public interface PatchImporter {
    /**
     * A variant that was made.
     *
     * @param arch its architecture
     * @param id its id
     * @param file its bundle
     * @param functions what was taken of the text
     * @param warnings of the compiler, with lines of the text
     */
    record Imported(String arch, String id, Path file, List<String> functions, List<String> warnings) {
        /** Copies the lists. */
        public Imported {
            functions = List.copyOf(functions);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What an import came to.
     *
     * @param variants the variant, and for a diff the one before it
     * @param remarks what the user should know
     */
    record Result(List<Imported> variants, List<String> remarks) {
        /** Copies the lists. */
        public Result {
            variants = List.copyOf(variants);
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * Imports, and waits until the variants can be used.
     *
     * @param request what
     * @param jar where to write the bundle, which is then not installed; null for the folder of dropped-in bundles
     * @throws ImportException if it can't be done; then nothing has changed
     * @throws InterruptedException if the thread is interrupted while it waits for the variants
     */
    Result run(ImportRequest request, Path jar) throws InterruptedException;

    /**
     * Removes a variant of C text, and the one before it, and waits until they are gone.
     *
     * @return the ids of those removed
     * @throws ImportException if there is none of this id
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    List<String> remove(String id) throws InterruptedException;

    /** What is wrong with C files in the folder of dropped-in bundles, by name of the file; nothing if nothing is. */
    Map<String, String> problems();

    /** Ids of the variants of C text that are installed. */
    List<String> ids();
}
