package com.example.seats;

import io.millrace.platform.channel.EntityBehaviour;
import io.millrace.platform.channel.EntityCommand;
import io.millrace.platform.channel.EntityDecision;
import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonMembers;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One performance's seats, in a channel such as {@code performance:42}: {@code reserve {"seat","by"}} and
 * {@code release {"seat","by"}}. A seat is one person's, and only that person gives it back. Two who ask at the same moment
 * are decided one after the other, so one of them gets it and the other hears who has it.
 */
public final class SeatsBehaviour implements EntityBehaviour<Map<String, JsonData>> {
    private static final String RESERVED = "seat.reserved";
    private static final String RELEASED = "seat.released";

    @Override
    public String name() {
        return "seats";
    }

    @Override
    public Map<String, JsonData> empty() {
        return new LinkedHashMap<>();
    }

    @Override
    public EntityDecision decide(Map<String, JsonData> seats, EntityCommand command) {
        Map<String, JsonData> data = JsonMembers.of(command.data());
        String seat = text(data, "seat");
        JsonData by = data == null ? null : data.get("by");
        boolean known = command.name().equals("reserve") || command.name().equals("release");
        if (!known) {
            return EntityDecision.unknown();
        }
        if (seat == null || by == null || JsonMembers.text(by) == null) {
            return EntityDecision.refused("data: must be {\"seat\",\"by\"}, both strings");
        }
        JsonData holder = seats.get(seat);
        boolean own = holder != null && holder.equals(by);
        if (command.name().equals("reserve")) {
            return own || holder == null
                    ? changed(!own, RESERVED, command.data())
                    : EntityDecision.refused("the seat is taken");
        }
        return own || holder == null
                ? changed(own, RELEASED, command.data())
                : EntityDecision.refused("the seat is somebody else's");
    }

    private static EntityDecision changed(boolean changed, String type, JsonData data) {
        return changed ? EntityDecision.done(EntityDecision.effect(type, data)) : EntityDecision.done();
    }

    @Override
    public Map<String, JsonData> apply(Map<String, JsonData> seats, Event event) {
        Map<String, JsonData> data = JsonMembers.of(event.data());
        String seat = text(data, "seat");
        JsonData by = data == null ? null : data.get("by");
        if (seat != null && by != null && event.type().value().equals(RESERVED)) {
            seats.put(seat, by);
        } else if (seat != null && event.type().value().equals(RELEASED)) {
            seats.remove(seat);
        }
        return seats;
    }

    @Override
    public byte[] snapshot(Map<String, JsonData> seats) {
        return state(seats).utf8();
    }

    @Override
    public Map<String, JsonData> restore(byte[] bytes) {
        Map<String, JsonData> seats = JsonMembers.of(JsonData.trusted(bytes));
        return seats == null ? empty() : seats;
    }

    @Override
    public JsonData state(Map<String, JsonData> seats) {
        return JsonMembers.object(seats);
    }

    private static @Nullable String text(@Nullable Map<String, JsonData> data, String name) {
        JsonData value = data == null ? null : data.get(name);
        return value == null ? null : JsonMembers.text(value);
    }
}
