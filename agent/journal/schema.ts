// Tables of the journal, and the way from one version of them to the next.

/** One entry a version; the database's user_version says how many have run. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    op TEXT NOT NULL,
    device TEXT,
    user_id TEXT,
    issued_at INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    command TEXT,
    uid INTEGER,
    preimage BLOB,
    reply TEXT,
    settled_at INTEGER
  ) STRICT;
  CREATE INDEX commands_by_user ON commands (device, user_id, state);
  CREATE INDEX commands_by_age ON commands (received_at);
  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    payload BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX outbox_by_command ON outbox (command_id);
  CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent = 0;
  CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  CREATE TABLE undo (
    device TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (device, user_id)
  ) STRICT;
  CREATE INDEX undo_by_age ON undo (at);
  `,
  `
  DROP INDEX commands_by_age;
  CREATE INDEX commands_by_issue ON commands (issued_at);
  CREATE INDEX commands_open ON commands (received_at) WHERE state IN ('received', 'started', 'written');
  `,
  `
  ALTER TABLE commands ADD COLUMN origin TEXT NOT NULL DEFAULT 'command';
  ALTER TABLE commands ADD COLUMN began INTEGER;
  `,
  'ALTER TABLE commands ADD COLUMN seen INTEGER NOT NULL DEFAULT 0',
];
