-- Streams that end, and commands.
--
-- Three more kinds of rows (RecordCodec), whose fixed parts are those of kinds 1 and 2:
--   [version 1][kind 4 = ended        ] as Published; the last event is the stream's end
--   [version 1][kind 5 = trimmed later] as Trimmed, after the end
--   [version 1][kind 6 = Executed     ] as Published up to the write's number; what a command came to
-- The functions only learn more kinds, so the generated columns of the rows that stand keep their values. The trigger
-- asks for first_offset and so now holds the new kinds to the same rule.
CREATE OR REPLACE FUNCTION millrace_first_offset(serializer int, payload bytea) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
     WHEN serializer <> 7301 OR octet_length(payload) < 18 OR get_byte(payload, 0) <> 1 THEN NULL
     WHEN get_byte(payload, 1) IN (1, 4, 6) THEN millrace_int64(payload, 2)
     WHEN get_byte(payload, 1) IN (2, 5) THEN millrace_int64(payload, 10) + 1
   END $$;

CREATE OR REPLACE FUNCTION millrace_event_count(serializer int, payload bytea) RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
     WHEN serializer <> 7301 OR octet_length(payload) < 18 OR get_byte(payload, 0) <> 1 THEN NULL
     WHEN get_byte(payload, 1) IN (1, 4, 6)
       THEN ('x' || encode(substring(payload FROM 11 FOR 4), 'hex'))::bit(32)::int
     WHEN get_byte(payload, 1) IN (2, 5) THEN 0
   END $$;

-- The third fence also keeps a stream's end the end: a row of events after it, from a writer that doesn't know of it, is
-- refused. One look-up, as before.
CREATE OR REPLACE FUNCTION millrace_row_continues() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
  expected bigint;
  ended    boolean;
BEGIN
  IF NEW.sequence_number = 1 THEN
    expected := 1;
  ELSE
    SELECT first_offset + event_count, get_byte(substring(event_payload FROM 1 FOR 2), 1) IN (4, 5)
      INTO expected, ended FROM event_journal
     WHERE persistence_id = NEW.persistence_id AND sequence_number = NEW.sequence_number - 1;
  END IF;
  IF expected IS DISTINCT FROM NEW.first_offset THEN
    RAISE EXCEPTION 'millrace: row % of % begins at offset %, expected %',
      NEW.sequence_number, NEW.persistence_id, NEW.first_offset, coalesce(expected::text, 'a row before it')
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF ended AND get_byte(substring(NEW.event_payload FROM 1 FOR 2), 1) <> 5 THEN
    RAISE EXCEPTION 'millrace: row % of % comes after the end of the stream', NEW.sequence_number, NEW.persistence_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;
