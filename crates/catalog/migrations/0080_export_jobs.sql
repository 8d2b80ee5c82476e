-- Exports that run by a schedule. Times are RFC 3339 in UTC.
CREATE TABLE export_jobs (
    id              TEXT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL,
    -- What is replaced as a whole, JSON: when, what, and as which file.
    content         TEXT NOT NULL,
    -- Counts the changes of the content, from 1.
    version         INTEGER NOT NULL,
    -- What the schedule has after this time is still to be done.
    due_after       TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    -- Set while a deletion can still be taken back.
    deleted_at      TEXT
) STRICT;

CREATE TABLE export_runs (
    -- Sorts by when the run was asked for.
    id              TEXT PRIMARY KEY NOT NULL,
    job_id          TEXT NOT NULL REFERENCES export_jobs (id) ON DELETE CASCADE,
    -- 'schedule' or 'request'.
    cause           TEXT NOT NULL,
    -- When the schedule wanted it: the file is of this time, however late it is made.
    planned_at      TEXT NOT NULL,
    state           TEXT NOT NULL,
    -- How often it was begun.
    tries           INTEGER NOT NULL DEFAULT 0,
    started_at      TEXT,
    finished_at     TEXT,
    -- Below the folder of exports; NULL where there is none any more.
    file            TEXT,
    bytes           INTEGER,
    -- Rows in the file, where there are more than such a file holds.
    first_rows      INTEGER,
    error           TEXT
) STRICT;

CREATE INDEX export_runs_of_job ON export_runs (job_id, id);
CREATE INDEX export_runs_by_state ON export_runs (state) WHERE state IN ('waiting', 'running');
