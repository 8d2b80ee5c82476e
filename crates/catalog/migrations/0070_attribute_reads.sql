-- Attributes that queries read out of the maps of their records, by day: those that a column of their own would serve.
CREATE TABLE attribute_reads (
    -- Counted from 1970-01-01.
    day             INTEGER NOT NULL,
    is_resource     INTEGER NOT NULL,
    key             TEXT NOT NULL,
    is_number       INTEGER NOT NULL,
    queries         INTEGER NOT NULL,
    elapsed_ms      INTEGER NOT NULL,
    PRIMARY KEY (day, is_resource, key, is_number)
) STRICT, WITHOUT ROWID;
