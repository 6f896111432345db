package io.millrace.it.trial;

/** What must hold, and for what a trial can't see, where it is checked instead. */
enum Invariant {
    I1("acknowledged means durable", ""),
    I2("offsets dense and unique, what stands never changes", ""),
    I3("everybody sees log order, copies are byte-identical", ""),
    I4("a publisher's pipelined events keep their order", ""),
    I5("one key, one offset; another body is refused", ""),
    I6("exact resume", ""),
    I7("no silent gap", ""),
    I8("the client library never hands out an event twice", "protocol/client-ts, its own tests"),
    I9("a cursor never moves back, heartbeats carry no id", ""),
    I10("authorization holds, on replay too", "of revocation and expiry: AccessTest, DoorsTest, SocketDoorTest"),
    I11("no word of one tenant reaches another", "of metrics, logs, presence: their own tests"),
    I12("a slow reader harms nobody and isn't cut off at once", "memory: SlowReaderTest"),
    I13("heap per connection is bounded and flat", "io.millrace.bench, BENCHMARK.md"),
    I14("overload is said, nothing acknowledged is dropped", ""),
    I15("two incarnations never both commit", "the fence itself: JournalContract in persistence"),
    I16("a killed node: publishable in 25 s, clients back in 10 s", ""),
    I17("a drain loses nothing and ends in time", ""),
    I18("presence tells the truth", "PeopleTest, and presence's own tests in platform"),
    I19("a reconnect storm resumes everybody, reads are shared", ""),
    I20("the wall clock doesn't matter", "NoClientEverSeesAHoleTest, whose clocks jump"),
    I21("versions side by side, old events readable", "RecordCodecTest with stored bytes of version 1"),
    I22("live goes on while the database is away", "the canary before ready: Node.start"),
    I23("conservation: every event delivered or accounted for", "the product's own counters: io.millrace.bench");

    private final String words;
    private final String elsewhere;

    Invariant(String words, String elsewhere) {
        this.words = words;
        this.elsewhere = elsewhere;
    }

    String words() {
        return words;
    }

    /** Empty where a trial sees all of it. */
    String elsewhere() {
        return elsewhere;
    }
}
