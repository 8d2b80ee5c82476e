-- Files that were imported. Times are RFC 3339 in UTC, sizes are bytes.
CREATE TABLE imports (
    id              TEXT PRIMARY KEY NOT NULL,
    -- Identity of the import's rows in the spool: an import that takes up an interrupted one keeps it.
    source_id       TEXT NOT NULL,
    name            TEXT NOT NULL,
    path            TEXT NOT NULL DEFAULT '',
    size_bytes      INTEGER,
    modified        TEXT,
    fingerprint     TEXT,
    service         TEXT NOT NULL DEFAULT '',
    format          TEXT NOT NULL DEFAULT '',
    state           TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    -- The last answer about this import, as the API gives it.
    report          TEXT NOT NULL,
    started_at      TEXT NOT NULL,
    finished_at     TEXT
) STRICT;

CREATE INDEX imports_by_fingerprint ON imports (fingerprint, started_at);
CREATE INDEX imports_by_start ON imports (started_at);
