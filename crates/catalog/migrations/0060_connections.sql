-- Other ClickHouse servers that are read, and the tables of them that are searched. Times are RFC 3339 in UTC.
CREATE TABLE connections (
    id              TEXT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL UNIQUE,
    -- JSON without secrets: passwords and private keys are in a file of their own.
    settings        TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    -- Counts the changes, from 1.
    version         INTEGER NOT NULL
) STRICT;

CREATE TABLE sources (
    id              TEXT PRIMARY KEY NOT NULL,
    -- What a query calls it.
    name            TEXT NOT NULL UNIQUE,
    -- Of `connections`, or of a connection in the configuration file.
    connection_id   TEXT NOT NULL,
    -- Whose table it looks like.
    kind            TEXT NOT NULL,
    -- JSON: which column is what.
    mapping         TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX sources_by_connection ON sources (connection_id);
