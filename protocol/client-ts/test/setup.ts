// Loaded beforehand: with the clock in the test's hand, reading a file never ends.
import '../src/lines/longpoll';
import '../src/lines/sse';
import '../src/outbox';
import '../src/tabs';
