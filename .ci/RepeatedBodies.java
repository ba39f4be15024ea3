import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Counts the method bodies that stand more than once in the variants of the architecture bundles: in {@code patch}
 * and below it, mutants included. Two bodies are equal if they are so after white space is folded; a body counts with
 * the lines from its opening to its closing brace, every time that it stands there.
 *
 * <pre>java .ci/RepeatedBodies.java [--list] [--at-most LINES] [FOLDER]</pre>
 *
 * prints one line with the count; {@code --list} also each body and where it stands. The exit code is 1 if there are
 * more lines than {@code --at-most} says, 2 for bad arguments. FOLDER is the root of the project, by default {@code .}.
 */
public final class RepeatedBodies {
    private final Map<String, List<Body>> bodies = new TreeMap<>();
    private long linesOfSource;

    private record Body(String file, String method, long line, long lines) {
    }

    public static void main(String[] args) throws IOException {
        boolean list = false;
        long most = Long.MAX_VALUE;
        Path root = Path.of(".");
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--list")) {
                list = true;
            } else if (args[i].equals("--at-most") && (i + 1 < args.length) && args[i + 1].matches("[0-9]{1,9}")) {
                most = Long.parseLong(args[++i]);
            } else if (!args[i].startsWith("-") && Files.isDirectory(Path.of(args[i]))) {
                root = Path.of(args[i]);
            } else {
                System.err.println("Not understood: " + args[i] + "; expected [--list] [--at-most LINES] [FOLDER]");
                System.exit(2);
            }
        }
        RepeatedBodies repeated = new RepeatedBodies();
        repeated.read(root);
        System.exit(repeated.print(list, most));
    }

    private void read(Path root) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(RepeatedBodies::isVariant).sorted().toList();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                String source = unit.getSourceFile().getCharContent(true).toString();
                linesOfSource += source.lines().count();
                String file = root.toAbsolutePath().relativize(Path.of(unit.getSourceFile().toUri())).toString();
                new Methods(unit, positions, source, file).scan(unit, null);
            }
        }
    }

    private static boolean isVariant(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.contains("-bundle/src/main/java/") && path.contains("/patch/") && path.endsWith(".java");
    }

    /** Every method of a file, those of nested and anonymous classes too. */
    private final class Methods extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final String source;
        private final String file;

        Methods(CompilationUnitTree unit, SourcePositions positions, String source, String file) {
            this.unit = unit;
            this.positions = positions;
            this.source = source;
            this.file = file;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null) {
                add(method.getName().toString(), method.getBody());
            }
            return super.visitMethod(method, nothing);
        }

        private void add(String name, Tree body) {
            long start = positions.getStartPosition(unit, body);
            long end = positions.getEndPosition(unit, body);
            long first = unit.getLineMap().getLineNumber(start);
            long last = unit.getLineMap().getLineNumber(end);
            String folded = source.substring((int) start, (int) end).replaceAll("\\s+", " ");
            bodies.computeIfAbsent(folded, ignored -> new ArrayList<>())
                .add(new Body(file, name, first, last - first + 1));
        }
    }

    private int print(boolean list, long most) {
        long lines = 0;
        int different = 0;
        int times = 0;
        for (Map.Entry<String, List<Body>> entry : bodies.entrySet()) {
            List<Body> same = entry.getValue();
            if (same.size() > 1) {
                different++;
                times += same.size();
                lines += same.stream().mapToLong(Body::lines).sum();
                if (list) {
                    System.out.println(entry.getKey());
                    same.forEach(body -> System.out.println("    " + body.file + ":" + body.line + " " + body.method
                        + ", " + body.lines + " lines"));
                }
            }
        }
        System.out.println("Bodies that stand more than once: " + lines + " of " + linesOfSource + " lines, "
            + different + " bodies in " + times + " places");
        return exitCode(lines, most);
    }

    private static int exitCode(long lines, long most) {
        if (lines > most) {
            System.err.println("At most " + most + " lines may stand in such bodies: a variant overrides what its "
                + "patch changes and inherits the rest. --list says which they are.");
            return 1;
        }
        return 0;
    }
}
