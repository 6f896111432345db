-- The journal, its snapshots and the epoch.
--
-- event_journal, event_tag and snapshot are pekko-persistence-jdbc 1.1.1's tables with three changes:
--   persistence_id  is text in byte order: a channel's name may have 255 characters besides its prefix, and byte order
--                   makes "all channels after this one" an index range that is the same under every locale;
--   first_offset,   computed by the database from the fixed head of the stored bytes (RecordCodec), so that they can
--   event_count     never disagree with what is stored, and the plugin needn't know them;
--   a trigger       refuses a row that doesn't continue the one before.

-- [version 1][kind 1 = Published][first offset 8][event count 4]...
-- [version 1][kind 2 = Trimmed  ][up to 8       ][head 8       ]     counts as no event at head + 1
-- Null for what another serializer (7301 is RecordSerializer) or a later version wrote.
CREATE FUNCTION millrace_int64(payload bytea, at int) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT ('x' || encode(substring(payload FROM at + 1 FOR 8), 'hex'))::bit(64)::bigint $$;

CREATE FUNCTION millrace_first_offset(serializer int, payload bytea) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
     WHEN serializer <> 7301 OR octet_length(payload) < 18 OR get_byte(payload, 0) <> 1 THEN NULL
     WHEN get_byte(payload, 1) = 1 THEN millrace_int64(payload, 2)
     WHEN get_byte(payload, 1) = 2 THEN millrace_int64(payload, 10) + 1
   END $$;

CREATE FUNCTION millrace_event_count(serializer int, payload bytea) RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
     WHEN serializer <> 7301 OR octet_length(payload) < 18 OR get_byte(payload, 0) <> 1 THEN NULL
     WHEN get_byte(payload, 1) = 1 THEN ('x' || encode(substring(payload FROM 11 FOR 4), 'hex'))::bit(32)::int
     WHEN get_byte(payload, 1) = 2 THEN 0
   END $$;

CREATE TABLE event_journal (
  ordering           bigserial    NOT NULL,
  persistence_id     text         COLLATE "C" NOT NULL,
  sequence_number    bigint       NOT NULL,
  deleted            boolean      DEFAULT false NOT NULL,

  writer             varchar(255) NOT NULL,
  write_timestamp    bigint,
  adapter_manifest   varchar(255),

  event_ser_id       integer      NOT NULL,
  event_ser_manifest varchar(255) NOT NULL,
  event_payload      bytea        NOT NULL,

  meta_ser_id        integer,
  meta_ser_manifest  varchar(255),
  meta_payload       bytea,

  first_offset bigint GENERATED ALWAYS AS (millrace_first_offset(event_ser_id, event_payload)) STORED,
  event_count  int    GENERATED ALWAYS AS (millrace_event_count(event_ser_id, event_payload)) STORED,

  -- the fence: of two incarnations of one entity only one can write a given number
  PRIMARY KEY (persistence_id, sequence_number)
);

CREATE UNIQUE INDEX event_journal_ordering_idx ON event_journal (ordering);

-- the second fence, and the way of every read; it leaves out Trimmed rows, which hold no event
CREATE UNIQUE INDEX event_journal_offset_idx ON event_journal (persistence_id, first_offset) WHERE event_count > 0;

-- The third fence: a channel's rows follow each other without a hole or an overlap. It catches a writer that recovered
-- from a journal with a hole in it and so believes in an older head; it would otherwise give offsets a second time.
CREATE FUNCTION millrace_row_continues() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
  expected bigint;
BEGIN
  IF NEW.sequence_number = 1 THEN
    expected := 1;
  ELSE
    SELECT first_offset + event_count INTO expected FROM event_journal
     WHERE persistence_id = NEW.persistence_id AND sequence_number = NEW.sequence_number - 1;
  END IF;
  IF expected IS DISTINCT FROM NEW.first_offset THEN
    RAISE EXCEPTION 'millrace: row % of % begins at offset %, expected %',
      NEW.sequence_number, NEW.persistence_id, NEW.first_offset, coalesce(expected::text, 'a row before it')
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER event_journal_continues AFTER INSERT ON event_journal
  FOR EACH ROW WHEN (NEW.first_offset IS NOT NULL) EXECUTE FUNCTION millrace_row_continues();

CREATE TABLE event_tag (
  event_id bigint,
  tag      varchar(256),
  PRIMARY KEY (event_id, tag),
  CONSTRAINT fk_event_journal FOREIGN KEY (event_id) REFERENCES event_journal (ordering) ON DELETE CASCADE
);

CREATE TABLE snapshot (
  persistence_id        text         COLLATE "C" NOT NULL,
  sequence_number       bigint       NOT NULL,
  created               bigint       NOT NULL,

  snapshot_ser_id       integer      NOT NULL,
  snapshot_ser_manifest varchar(255) NOT NULL,
  snapshot_payload      bytea        NOT NULL,

  meta_ser_id           integer,
  meta_ser_manifest     varchar(255),
  meta_payload          bytea,

  PRIMARY KEY (persistence_id, sequence_number)
);

-- One row for each life of this journal; the newest is in force. The other columns say on which server and in which
-- table the epoch was given: where they no longer fit, the journal came here by a restore.
CREATE TABLE millrace_epoch (
  number            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  epoch             text        NOT NULL UNIQUE,
  raised_at         timestamptz NOT NULL DEFAULT now(),
  reason            text        NOT NULL,
  system_identifier bigint,
  timeline_id       integer,
  journal_oid       bigint
);
