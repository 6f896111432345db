-- What was taken back before its time: logins of a user, single tokens, single connections. Few rows, read by every node.
CREATE TABLE revocation (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind       text        NOT NULL CHECK (kind IN ('user', 'token', 'connection')),
  value      text        NOT NULL,
  reason     text,
  revoked_by text        NOT NULL,
  revoked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- counts no longer from then on; null: until somebody takes it away
  until      timestamptz
);

-- Goes up with every change, in the same commit, so that a node sees by one number whether it has to read the rest. The
-- row is locked by each change: its numbers become visible in their order.
CREATE TABLE revocation_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint  NOT NULL
);
INSERT INTO revocation_version (version) VALUES (0);
