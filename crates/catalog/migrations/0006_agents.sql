-- Agents that have sent records. What they sent is known to the spool.
CREATE TABLE agents (
    id              TEXT PRIMARY KEY NOT NULL,
    user_agent      TEXT NOT NULL,
    -- RFC 3339 in UTC.
    first_seen      TEXT NOT NULL
) STRICT;
