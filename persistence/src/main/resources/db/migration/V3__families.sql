-- The order of commits, for families that can be heard as a whole.
--
-- A channel's offsets order one channel. To hear a whole family and come back to the same place on any node, its rows
-- need one order that nothing is ever inserted into behind a reader. "ordering" is none: it is drawn before the commit.
-- The number of the writing transaction is none by itself either, but with a reader who goes only as far as the oldest
-- transaction under way (pg_snapshot_xmin), nothing can appear below where it stands.

-- Families whose order is kept. All rows up to (given_up_xid, given_up_ordering) may be gone: a reader who stands before
-- that has perhaps missed something and must be told.
CREATE TABLE wildcard_family (
  family            text   COLLATE "C" NOT NULL PRIMARY KEY,
  given_up_xid      bigint NOT NULL,
  given_up_ordering bigint NOT NULL
);

CREATE TABLE family_log (
  family   text   COLLATE "C" NOT NULL,
  xid      bigint NOT NULL,
  ordering bigint NOT NULL,
  PRIMARY KEY (family, xid, ordering)
);

CREATE UNIQUE INDEX family_log_ordering_idx ON family_log (ordering);

-- "channel|name:rest": the family is the name up to the first colon; a bare name is in no family's pattern.
CREATE FUNCTION millrace_log_in_family() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO family_log (family, xid, ordering)
  SELECT family, pg_current_xact_id()::text::bigint, NEW.ordering FROM wildcard_family
   WHERE family = split_part(substr(NEW.persistence_id, 9), ':', 1);
  RETURN NULL;
END
$$;

CREATE TRIGGER event_journal_family AFTER INSERT ON event_journal
  FOR EACH ROW WHEN (NEW.event_count > 0 AND NEW.persistence_id LIKE 'channel|%:%')
  EXECUTE FUNCTION millrace_log_in_family();

-- Rows that retention deletes leave the log, and the mark says how far.
CREATE FUNCTION millrace_give_up_in_family() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
  last record;
BEGIN
  FOR last IN
    WITH gone AS (
      DELETE FROM family_log l USING deleted_rows d WHERE l.ordering = d.ordering RETURNING l.family, l.xid, l.ordering)
    SELECT DISTINCT ON (family) family, xid, ordering FROM gone ORDER BY family, xid DESC, ordering DESC
  LOOP
    UPDATE wildcard_family w SET given_up_xid = last.xid, given_up_ordering = last.ordering
     WHERE w.family = last.family AND (w.given_up_xid, w.given_up_ordering) < (last.xid, last.ordering);
  END LOOP;
  RETURN NULL;
END
$$;

CREATE TRIGGER event_journal_given_up AFTER DELETE ON event_journal
  REFERENCING OLD TABLE AS deleted_rows FOR EACH STATEMENT EXECUTE FUNCTION millrace_give_up_in_family();
