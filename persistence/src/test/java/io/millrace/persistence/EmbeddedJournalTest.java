package io.millrace.persistence;

class EmbeddedJournalTest extends JournalContract {
    @Override
    StorageSettings freshDatabase() {
        return TestServer.fresh();
    }
}
