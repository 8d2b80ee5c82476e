-- What is found by listing stands in columns; the rest is `content`, JSON whose shape is the server's.
CREATE TABLE saved_queries (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    -- A JSON array of texts.
    tags TEXT NOT NULL,
    content TEXT NOT NULL,
    -- In lower case, what a search of the list looks through.
    searchable TEXT NOT NULL,
    owner TEXT NOT NULL,
    favourite INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    -- When it was deleted; it can be restored until it is swept away.
    deleted_at TEXT,
    -- When it was last opened or run.
    last_used_at TEXT,
    last_run_at TEXT,
    last_run_ms INTEGER
);

-- Names are run by, so they are unique among those that are not deleted.
CREATE UNIQUE INDEX saved_queries_name ON saved_queries (name COLLATE NOCASE) WHERE deleted_at IS NULL;

CREATE TABLE saved_query_versions (
    query_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (query_id, version)
) WITHOUT ROWID;
