-- Where a service leaves its events, in the transaction of the change they tell of. Millrace takes them from here.
CREATE TABLE millrace_outbox (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel    text        NOT NULL,
  type       text        NOT NULL,
  data       json        NOT NULL DEFAULT 'null',
  source     text,
  -- the idempotency key: however often the row is taken, it is one event
  key        text        NOT NULL DEFAULT gen_random_uuid()::text,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- set on a row that can never become an event, with the reason; null again: it is tried again
  refused_at timestamptz,
  refusal    text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX millrace_outbox_waiting ON millrace_outbox (id) WHERE refused_at IS NULL;

-- Wakes Millrace at the commit. Without it the table is looked at once in a while (millrace.ingest.poll).
CREATE OR REPLACE FUNCTION millrace_outbox_wake() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  PERFORM pg_notify('millrace_outbox', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER millrace_outbox_wake AFTER INSERT ON millrace_outbox
  FOR EACH STATEMENT EXECUTE FUNCTION millrace_outbox_wake();
