package io.millrace.protocol;

/**
 * The one catalogue of refusals (a request is answered with no) and endings (a connection closes): what happened and what
 * to do about it. The number's range is a promise to clients that don't know the code yet: 4000 to 4499, come back after
 * a pause; 4500 to 4999, don't come back unchanged. A number or a name never changes its meaning and is never used again.
 */
public enum Code {
    // 4000-4099: refusals that pass by themselves
    INTERNAL_ERROR(
            4000, Kind.REFUSAL, 500, "The server failed on this request.", "Try again with the same idempotency key."),
    RATE_LIMITED(4001, Kind.REFUSAL, 429, "Too many requests in a short time.", "Wait as long as retryAfter says."),
    TOO_MANY_CONNECTIONS(
            4002,
            Kind.REFUSAL,
            429,
            "This user or address has as many connections as allowed.",
            "Close one, or wait until one has ended."),
    NODE_FULL(
            4003, Kind.REFUSAL, 503, "This node has as many connections as it carries.", "Come back after retryAfter."),
    CHANNEL_BUSY(
            4004,
            Kind.REFUSAL,
            503,
            "More is being published to this channel than it can store; nothing of this request was.",
            "Try again after retryAfter."),
    PUBLISH_UNCONFIRMED(
            4005,
            Kind.REFUSAL,
            503,
            "The store didn't confirm in time: the event may be stored or not.",
            "Try again with the same idempotency key; it is stored once."),
    DATABASE_UNAVAILABLE(
            4006, Kind.REFUSAL, 503, "The store can't be reached; nothing was stored.", "Try again after retryAfter."),
    SHUTTING_DOWN(4007, Kind.REFUSAL, 503, "This node is stopping.", "Try again; another node will answer."),
    CHANNEL_UNAVAILABLE(
            4008,
            Kind.REFUSAL,
            503,
            "This channel can't be served now; others can.",
            "Try again after retryAfter; if it lasts, tell the operator."),
    NODE_BUSY(
            4009,
            Kind.REFUSAL,
            503,
            "More clients are coming at once than this node lets in.",
            "Come back after retryAfter."),
    SESSION_UNKNOWN(
            4010,
            Kind.REFUSAL,
            410,
            "No session waits under this connection id and secret; it may have ended.",
            "Log in, and go on by the cursor."),

    // 4100-4199: endings after which to come back
    GOING_AWAY(
            4100, Kind.ENDING, 503, 1001, "This node is leaving.", "Come back when told; the cursor resumes exactly."),
    SLOW_CLIENT(
            4101,
            Kind.ENDING,
            503,
            "The client read slower than the limits of bytes and time allow.",
            "Come back with the cursor, and read faster or follow fewer channels."),
    PONG_TIMEOUT(4102, Kind.ENDING, 408, "No pong came in time.", "Come back with the cursor."),
    WRITE_TIMEOUT(4103, Kind.ENDING, 408, "The socket took no bytes for too long.", "Come back with the cursor."),
    IDLE(4104, Kind.ENDING, 408, "The connection did nothing for too long.", "Come back when there is need."),
    SESSION_ENDED(4105, Kind.ENDING, 410, "The session has ended on the server.", "Come back with the cursor."),
    LOGIN_TIMEOUT(
            4106, Kind.ENDING, 408, "No login came in time.", "Come back and send authenticate as the first message."),
    MESSAGE_RATE(4107, Kind.ENDING, 429, "The client sent messages too fast.", "Come back and send slower."),

    // 4500-4599: who you are and what you may
    UNAUTHENTICATED(4500, Kind.REFUSAL, 401, "This needs a login.", "Send a token."),
    TOKEN_INVALID(4501, Kind.REFUSAL, 401, "The token can't be accepted.", "Get a new token from the issuer."),
    TOKEN_EXPIRED(4502, Kind.REFUSAL, 401, "The token has expired.", "Get a new token and come back with it."),
    FORBIDDEN(4503, Kind.REFUSAL, 403, "This login may not do this.", "Ask for the grant, or leave it out."),
    ORIGIN_REFUSED(
            4504,
            Kind.REFUSAL,
            403,
            "This page's origin is not on the list.",
            "Have the operator add the exact origin."),
    REVOKED(4505, Kind.ENDING, 403, "The login or a grant was taken back.", "Log in again."),
    REPLACED(4506, Kind.ENDING, 409, "A newer connection took this one's place.", "Stay closed; the newer one lives."),
    COMPLETE(4507, Kind.ENDING, 200, "The stream is complete; nothing more will come.", "Stay closed."),
    STREAM_FAILED(
            4508,
            Kind.ENDING,
            200,
            "The publisher ended the stream with a failure; nothing more will come.",
            "Stay closed; detail says what the publisher said."),
    REALTIME_OFF(
            4509,
            Kind.REFUSAL,
            503,
            "Live delivery is switched off here.",
            "Ask for the history now and then instead; publishing works."),

    // 4600-4699: what was asked
    INVALID_REQUEST(4600, Kind.REFUSAL, 400, "The request breaks a rule.", "Change what detail names."),
    INVALID_JSON(4601, Kind.REFUSAL, 400, "The body is not JSON as required.", "Change what detail names."),
    INVALID_CHANNEL(
            4602,
            Kind.REFUSAL,
            400,
            "This is no channel name.",
            "Use 1 to 255 characters of A-Z a-z 0-9 _ . : - for a name."),
    RESERVED_CHANNEL(4603, Kind.REFUSAL, 403, "This channel name is the platform's own.", "Use another name."),
    INVALID_TYPE(4604, Kind.REFUSAL, 400, "This is no event type.", "Change what detail names."),
    INVALID_CURSOR(
            4605, Kind.REFUSAL, 400, "This is no cursor, or it was cut or changed.", "Send an id as it was received."),
    INVALID_PARAMETER(4606, Kind.REFUSAL, 400, "A parameter breaks a rule.", "Change what detail names."),
    NOT_FOUND(4607, Kind.REFUSAL, 404, "There is nothing at this address.", "Look at the address."),
    METHOD_NOT_ALLOWED(4608, Kind.REFUSAL, 405, "This address has no such method.", "Use a method of Allow."),
    NOT_ACCEPTABLE(
            4609, Kind.REFUSAL, 406, "No form the client accepts can be made.", "Accept what this address serves."),
    IDEMPOTENCY_CONFLICT(
            4610,
            Kind.REFUSAL,
            422,
            "This idempotency key was used for another event.",
            "Use a new key for a new event."),
    TOO_MANY_CHANNELS(4611, Kind.REFUSAL, 400, "More channels than one connection may follow.", "Ask for fewer."),
    INVALID_MESSAGE(4612, Kind.REFUSAL, 400, "The message breaks a rule.", "Change what detail names."),
    CHANNEL_COMPLETE(
            4613,
            Kind.REFUSAL,
            409,
            "The channel's stream has ended; nothing can be added to it.",
            "Begin a new channel."),
    OFFSET_CONFLICT(
            4614,
            Kind.REFUSAL,
            409,
            "The channel's head is not where it was expected.",
            "Read what has come since, and decide anew."),
    UNKNOWN_COMMAND(
            4615, Kind.REFUSAL, 404, "This channel knows no such command.", "Use a command of the family's behaviour."),
    COMMAND_REFUSED(
            4616,
            Kind.REFUSAL,
            422,
            "The channel's behaviour refused the command; nothing was changed.",
            "Change what detail names."),
    NO_STATE(4617, Kind.REFUSAL, 404, "This channel has no state to give.", "Read its events."),

    // 4700-4799: too big, or not in the protocol
    BODY_TOO_LARGE(4700, Kind.REFUSAL, 413, 1009, "The body is larger than allowed.", "Send less at once."),
    EVENT_TOO_LARGE(
            4701, Kind.REFUSAL, 413, 1009, "An event's data is larger than allowed.", "Send a link to it instead."),
    BATCH_TOO_LARGE(4702, Kind.REFUSAL, 413, 1009, "More events than one batch may have.", "Send several batches."),
    HEADER_TOO_LARGE(4703, Kind.REFUSAL, 431, "A header or the address is too long.", "Send less in it."),
    MESSAGE_TOO_LARGE(4704, Kind.ENDING, 413, 1009, "A message is larger than allowed.", "Send smaller messages."),
    PROTOCOL_ERROR(4705, Kind.ENDING, 400, 1002, "A frame breaks RFC 6455.", "Correct the client."),
    INVALID_UTF8(4706, Kind.ENDING, 400, 1007, "A text message is not UTF-8.", "Correct the client."),
    UNSUPPORTED_DATA(4707, Kind.ENDING, 415, 1003, "Only text messages are understood.", "Send JSON as text."),
    ADDRESS_TOO_LONG(4708, Kind.REFUSAL, 414, "The address is too long.", "Ask for less at once."),
    UNKNOWN_METHOD(4709, Kind.REFUSAL, 501, "No address here has such a method.", "Use GET, POST or OPTIONS."),
    UNKNOWN_HTTP_VERSION(4710, Kind.REFUSAL, 505, "This version of HTTP isn't spoken here.", "Use HTTP/1.1.");

    /** Whether it answers one request or ends the connection. */
    public enum Kind {
        REFUSAL,
        ENDING
    }

    private static final int FIRST_WITHOUT_RETURN = 4500;

    private final int number;
    private final Kind kind;
    private final int httpStatus;
    private final int closeCode;
    private final String happened;
    private final String remedy;

    Code(int number, Kind kind, int httpStatus, String happened, String remedy) {
        this(number, kind, httpStatus, number, happened, remedy);
    }

    Code(int number, Kind kind, int httpStatus, int closeCode, String happened, String remedy) {
        this.number = number;
        this.kind = kind;
        this.httpStatus = httpStatus;
        this.closeCode = closeCode;
        this.happened = happened;
        this.remedy = remedy;
    }

    /** 4000 to 4999. */
    public int number() {
        return number;
    }

    /** The name on the wire, such as {@code token-expired}. */
    public String code() {
        return Texts.kebab(name());
    }

    public Kind kind() {
        return kind;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The WebSocket close code: the number, or the RFC 6455 code that says the same. */
    public int closeCode() {
        return closeCode;
    }

    /** Whether the same request, or coming back as before, can succeed after a pause. */
    public boolean retry() {
        return number < FIRST_WITHOUT_RETURN;
    }

    /** One sentence for people; the same for every occurrence. */
    public String happened() {
        return happened;
    }

    /** What the caller can do about it. */
    public String remedy() {
        return remedy;
    }
}
