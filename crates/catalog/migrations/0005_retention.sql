-- How long records are kept, once somebody said so; without the row the configuration counts.
CREATE TABLE retention (
    id          INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    version     INTEGER NOT NULL,
    -- JSON, as the API takes it.
    policy      TEXT NOT NULL,
    changed_at  TEXT NOT NULL
) STRICT;

-- Jobs that delete or move records: those that wait, the one that runs, and the log of those that ended. Times are RFC 3339
-- in UTC, sizes are bytes.
CREATE TABLE storage_runs (
    id              TEXT PRIMARY KEY NOT NULL,
    -- What to do, JSON: enough to do it again after a crash.
    task            TEXT NOT NULL,
    -- Who asked: the schedule, a change of the rules, or a user.
    cause           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    queued_at       TEXT NOT NULL,
    started_at      TEXT,
    finished_at     TEXT,
    rows_deleted    INTEGER NOT NULL DEFAULT 0,
    bytes_freed     INTEGER NOT NULL DEFAULT 0,
    bytes_moved     INTEGER NOT NULL DEFAULT 0,
    -- What was done, one after the other, JSON.
    steps           TEXT NOT NULL DEFAULT '[]',
    error           TEXT
) STRICT;

CREATE INDEX storage_runs_by_queue ON storage_runs (queued_at);
