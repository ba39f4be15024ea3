package org.dmalab.lab.explore;

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaEnumConstant;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Oracle;
import org.dmalab.api.service.Patch;
import org.dmalab.lab.catalog.PlainCatalog;
import org.osgi.service.component.annotations.Component;

/** The architectures, actions, oracles and variants that are shipped, as their annotations say, without OSGi. */
final class ShippedCatalog {
    private static final String PACKAGE = "org.dmalab.";
    private static final List<String> ARCHITECTURES = List.of("mips", "pseries", "vtd");

    private ShippedCatalog() { }

    static PlainCatalog make() {
        PlainCatalog.Builder builder = PlainCatalog.builder();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(PACKAGE + "mips", PACKAGE + "pseries", PACKAGE + "vtd", PACKAGE + "lab.oracle")) {
            if (type.isAnnotatedWith(Component.class)) {
                add(builder, type);
            }
        }
        return builder.build();
    }

    private static void add(PlainCatalog.Builder builder, JavaClass type) {
        String arch = ARCHITECTURES.stream().filter(one -> type.getPackageName().startsWith(PACKAGE + one)).findFirst()
                .orElse("");
        if (type.isAssignableTo(Architecture.class)) {
            builder.architecture((Architecture) object(type));
        } else if (type.isAssignableTo(Action.class)) {
            builder.action(arch, (Action) object(type));
        } else if (type.isAssignableTo(Oracle.class)) {
            builder.oracle((Oracle) object(type));
        } else if (type.isAnnotatedWith(Patch.class)) {
            builder.variant(properties(type.getAnnotationOfType(Patch.class.getName())), object(type));
        }
    }

    private static Object object(JavaClass type) {
        try {
            Constructor<?> constructor = type.reflect().getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type.getName(), e);
        }
    }

    private static Map<String, Object> properties(JavaAnnotation<?> patch) {
        Map<String, Object> properties = new TreeMap<>();
        patch.getProperties().forEach((name, value) -> properties.put("dmalab." + name,
                value instanceof JavaEnumConstant constant ? constant.name().toLowerCase(Locale.ROOT) : value));
        return properties;
    }
}
