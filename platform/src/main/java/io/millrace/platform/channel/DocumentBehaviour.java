package io.millrace.platform.channel;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonMembers;
import io.millrace.protocol.MergePatch;

/**
 * One JSON document: {@code put} replaces it, {@code patch} merges into it (RFC 7396). It is {@code null} before the first
 * of them. A patch that changes nothing comes to no event.
 */
final class DocumentBehaviour implements EntityBehaviour<JsonData> {
    static final String NAME = "document";
    static final int MAX_BYTES = 1024 * 1024;

    private static final String PATCHED = "document.patched";
    private static final String REPLACED = "document.replaced";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public JsonData empty() {
        return JsonMembers.NULL;
    }

    @Override
    public EntityDecision decide(JsonData document, EntityCommand command) {
        return switch (command.name()) {
            case "put" -> change(document, command.data(), REPLACED, command.data());
            case "patch" -> change(document, MergePatch.apply(document, command.data()), PATCHED, command.data());
            default -> EntityDecision.unknown();
        };
    }

    private static EntityDecision change(JsonData before, JsonData after, String type, JsonData data) {
        if (after.size() > MAX_BYTES) {
            return EntityDecision.refused("a document has at most " + MAX_BYTES + " bytes");
        }
        return after.equals(before) ? EntityDecision.done() : EntityDecision.done(EntityDecision.effect(type, data));
    }

    /** Events of other types change nothing. */
    @Override
    public JsonData apply(JsonData document, Event event) {
        return switch (event.type().value()) {
            case REPLACED -> event.data();
            case PATCHED -> MergePatch.apply(document, event.data());
            default -> document;
        };
    }

    @Override
    public byte[] snapshot(JsonData document) {
        return document.utf8();
    }

    @Override
    public JsonData restore(byte[] bytes) {
        return JsonData.trusted(bytes);
    }

    @Override
    public JsonData state(JsonData document) {
        return document;
    }
}
