-- Dashboards. Times are RFC 3339 in UTC.
CREATE TABLE dashboards (
    id              TEXT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL,
    -- What is replaced as a whole and kept as versions, JSON: description, folder, tags, definition.
    content         TEXT NOT NULL,
    favourite       INTEGER NOT NULL DEFAULT 0,
    -- Counts the changes of the content, from 1.
    version         INTEGER NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    -- Set while a deletion can still be taken back.
    deleted_at      TEXT
) STRICT;

CREATE TABLE dashboard_versions (
    dashboard_id    TEXT NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
    version         INTEGER NOT NULL,
    name            TEXT NOT NULL,
    content         TEXT NOT NULL,
    saved_at        TEXT NOT NULL,
    PRIMARY KEY (dashboard_id, version)
) STRICT;
