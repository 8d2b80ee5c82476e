-- Notes and marks on rows of the log. Times are RFC 3339 in UTC unless said.
CREATE TABLE notes (
    id              TEXT PRIMARY KEY NOT NULL,
    -- Which row: its time in nanoseconds since the epoch, and its IngestId, a number of 64 bits without a sign.
    row_time_ns     INTEGER NOT NULL,
    ingest_id       TEXT NOT NULL,
    -- What the row says, for a list of notes, and for when the row is gone.
    excerpt         TEXT NOT NULL,
    -- Empty: a mark.
    text            TEXT NOT NULL,
    colour          TEXT NOT NULL,
    author          TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    -- Counts the changes, from 1.
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_by_row ON notes (row_time_ns, ingest_id);
