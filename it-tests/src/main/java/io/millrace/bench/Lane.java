package io.millrace.bench;

/** What one publisher publishes to one channel: a rendered request and how far it has come. */
record Lane(int number, PublishRequest request, Sent sent) {
    long next() {
        return sent.next(number);
    }

    void acknowledged() {
        sent.acknowledged(number, request.batch());
    }
}
