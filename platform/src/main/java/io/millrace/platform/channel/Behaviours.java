package io.millrace.platform.channel;

import io.millrace.platform.family.Family;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the behaviour that a family names: one of the product's own, one that a jar on the class path offers as a service
 * ({@code META-INF/services}), or any class on the class path. Each is made once and serves everybody.
 */
public final class Behaviours {
    private static final Map<String, EntityBehaviour<?>> KNOWN = new ConcurrentHashMap<>(Map.of(
            KeyedBehaviour.NAME, new KeyedBehaviour(),
            DocumentBehaviour.NAME, new DocumentBehaviour()));

    private Behaviours() {}

    /**
     * The family's behaviour, null where it is {@code log}: a log knows no commands and has no state.
     *
     * @throws IllegalArgumentException naming the setting, where there is no such behaviour
     */
    public static @Nullable EntityBehaviour<?> of(Family family) {
        String name = family.behaviour();
        return name.equals(Family.LOG) ? null : KNOWN.computeIfAbsent(name, unknown -> find(family));
    }

    private static EntityBehaviour<?> find(Family family) {
        String name = family.behaviour();
        for (EntityBehaviour<?> offered : ServiceLoader.load(EntityBehaviour.class)) {
            if (offered.name().equals(name) || offered.getClass().getName().equals(name)) {
                return offered;
            }
        }
        try {
            return (EntityBehaviour<?>)
                    Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException | LinkageError unusable) {
            throw new IllegalArgumentException(
                    "millrace.families." + family.name() + ".behaviour: there is no behaviour " + name
                            + ": not log, keyed or document, no service of a jar on the class path, and no public class"
                            + " that implements EntityBehaviour and has a constructor without parameters",
                    unusable);
        }
    }
}
