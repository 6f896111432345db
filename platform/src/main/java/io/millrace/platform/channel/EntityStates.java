package io.millrace.platform.channel;

import io.millrace.persistence.Journal.Page;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Channel.StateIs;
import io.millrace.protocol.Code;
import io.millrace.protocol.JsonData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a channel tells of its behaviour's state, and how a state that is behind comes up. */
final class EntityStates {
    static final int PAGE_BYTES = 1024 * 1024;

    /** It must fit one frame between nodes. */
    private static final int MAX_BYTES = 1536 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(EntityStates.class);

    private EntityStates() {}

    static StateIs read(ChannelState state, long question) {
        Entity entity = state.entity();
        if (entity == null) {
            return no(state, question, Code.NO_STATE, "this channel is a log, which has no state");
        }
        String broken = entity.broken();
        if (broken != null) {
            return no(state, question, Code.CHANNEL_UNAVAILABLE, broken);
        }
        JsonData data;
        try {
            data = entity.state();
        } catch (RuntimeException failure) {
            LOG.error("The behaviour failed on its own state", failure);
            return no(state, question, Code.INTERNAL_ERROR, "the behaviour failed on its own state");
        }
        if (data == null || data.size() > MAX_BYTES) {
            String why = data == null ? "its behaviour shows none" : "it has more than " + MAX_BYTES + " bytes";
            return no(state, question, Code.NO_STATE, why);
        }
        return new StateIs(question, state.head(), data, null);
    }

    private static StateIs no(ChannelState state, long question, Code code, String detail) {
        return new StateIs(question, state.head(), null, new Declined(code, detail));
    }

    /** Takes in a page that begins where the state stands; where those events are gone, there is no making it. Says whether it has come further. */
    static boolean catchUp(Entity entity, Page page) {
        long before = entity.offset();
        page.events().forEach(entity::apply);
        if (page.events().isEmpty() && page.bounds().availableFrom() > before + 1) {
            entity.isBroken("its state can't be made: it stands at offset " + before + ", and events are kept from "
                    + page.bounds().availableFrom() + " on");
        }
        return entity.offset() > before;
    }
}
