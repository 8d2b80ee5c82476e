//! Server logs of PostgreSQL, MySQL and MariaDB, Redis and ClickHouse.

use crate::cursor::Cursor;
use crate::draft::{Draft, Scan};
use crate::{level, timestamp};
use click_lite_model::Severity;

/// `2024-01-02 10:00:00.123 UTC [12] user@database LOG:  message` and other prefixes. DETAIL, HINT, CONTEXT and
/// STATEMENT stay with the line above.
pub(crate) fn postgresql(line: &str, draft: &mut Draft) -> Scan {
    read_postgresql(line, draft).unwrap_or(Scan::No)
}

fn read_postgresql(line: &str, draft: &mut Draft) -> Option<Scan> {
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    let mut process = "";
    let mut session = "";
    let mut has_others = false;
    // Zone names of which no offset is known, process, session and host, in any order, up to `LEVEL:  `.
    for _ in 0..8 {
        cursor.skip_spaces();
        let word_start = cursor.at;
        match cursor.peek()? {
            b'[' => {
                let inner = cursor.bracketed(b'[', b']')?;
                let number = inner.split('-').next().unwrap_or(inner);
                if process.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
                    process = number;
                } else {
                    has_others = true;
                }
                has_others |= inner.len() > number.len();
                cursor.eat(":");
            }
            b'-' | b':' if cursor.bytes().get(1) == Some(&b' ') => cursor.at += 1,
            _ => {
                let word = cursor.word();
                let Some(name) = word.strip_suffix(':') else {
                    if session.is_empty() && word.contains('@') {
                        session = word;
                    } else {
                        has_others = true;
                    }
                    continue;
                };
                let severity = match name {
                    "LOG" | "INFO" => Severity::INFO,
                    "NOTICE" => Severity::from_number(10),
                    "WARNING" => Severity::WARN,
                    "ERROR" => Severity::ERROR,
                    "FATAL" => Severity::from_number(21),
                    "PANIC" => Severity::from_number(24),
                    "DEBUG" | "DEBUG1" | "DEBUG2" | "DEBUG3" | "DEBUG4" | "DEBUG5" => Severity::DEBUG,
                    "DETAIL" | "HINT" | "CONTEXT" | "STATEMENT" | "QUERY" | "LOCATION" => {
                        return Some(Scan::Continuation);
                    }
                    _ => {
                        has_others = true;
                        continue;
                    }
                };
                if !cursor.eat("  ") && process.is_empty() {
                    return None;
                }
                cursor.skip_spaces();
                draft.level(name, severity);
                draft.attribute("process.pid", process);
                if has_others {
                    draft.attribute("postgresql.prefix", line[used..word_start].trim());
                }
                if let Some((user, database)) = session.split_once('@') {
                    draft.attribute("user.name", user);
                    draft.attribute("db.namespace", database);
                }
                return Some(draft.start(time, cursor.at));
            }
        }
    }
    None
}

/// MySQL 5.7 and later `2024-01-02T10:00:00.123456Z 0 [Warning] [MY-010068] [Server] message`, MariaDB
/// `2024-01-02 10:00:00 0 [Note] message`, and the old `240102 10:00:00 [Note] message`.
pub(crate) fn mysql(line: &str, draft: &mut Draft) -> Scan {
    read_mysql(line, draft).unwrap_or(Scan::No)
}

fn read_mysql(line: &str, draft: &mut Draft) -> Option<Scan> {
    let bytes = line.as_bytes();
    let (time, used) = timestamp::date_time(bytes)
        .or_else(|| timestamp::compact(bytes).filter(|_| bytes.get(6) == Some(&b' ')))?;
    let mut cursor = Cursor::new(line, used);
    cursor.skip_spaces();
    let thread = cursor.digits(20).unwrap_or("");
    cursor.skip_spaces();
    let name = cursor.bracketed(b'[', b']')?;
    let severity = match name {
        "Note" | "System" => Severity::INFO,
        "Warning" => Severity::WARN,
        "ERROR" | "Error" => Severity::ERROR,
        _ => return None,
    };
    if thread.is_empty() && !matches!(name, "Note" | "Warning" | "ERROR") {
        return None;
    }
    draft.level(name, severity);
    draft.attribute("thread.id", thread);
    cursor.skip_spaces();
    if cursor.bytes().starts_with(b"[MY-") {
        draft.attribute("mysql.error_code", cursor.bracketed(b'[', b']')?);
        cursor.skip_spaces();
        if let Some(subsystem) = cursor.bracketed(b'[', b']') {
            draft.attribute("mysql.subsystem", subsystem);
        }
        cursor.skip_spaces();
    }
    Some(draft.start(time, cursor.at))
}

/// `12:M 02 Jan 2024 10:00:00.123 * message`; before version 3 `[12] 02 Jan 10:00:00.123 * message`.
pub(crate) fn redis(line: &str, draft: &mut Draft) -> Scan {
    read_redis(line, draft).unwrap_or(Scan::No)
}

fn read_redis(line: &str, draft: &mut Draft) -> Option<Scan> {
    let mut cursor = Cursor::new(line, 0);
    let old = cursor.eat("[");
    let process = cursor.digits(10)?;
    let mut role = "";
    if old {
        if !cursor.eat("] ") {
            return None;
        }
    } else {
        if !cursor.eat(":") {
            return None;
        }
        role = match cursor.word() {
            "M" => "master",
            "S" => "replica",
            "C" => "child",
            "X" => "sentinel",
            "signal-handler" => "signal handler",
            _ => return None,
        };
        if !cursor.eat(" ") {
            return None;
        }
    }
    let (time, used) = timestamp::day_first(cursor.bytes())?;
    cursor.at += used;
    if !cursor.eat(" ") {
        return None;
    }
    let mark = cursor.word();
    let severity = match mark {
        "." => Severity::DEBUG,
        "-" => Severity::TRACE,
        "*" => Severity::from_number(10),
        "#" => Severity::WARN,
        _ => return None,
    };
    cursor.skip_spaces();
    draft.level(mark, severity);
    draft.attribute("process.pid", process);
    draft.attribute("redis.role", role);
    Some(draft.start(time, cursor.at))
}

/// `2024.01.02 10:00:00.123456 [ 12 ] {query-id} <Error> Logger: message`.
pub(crate) fn clickhouse(line: &str, draft: &mut Draft) -> Scan {
    read_clickhouse(line, draft).unwrap_or(Scan::No)
}

fn read_clickhouse(line: &str, draft: &mut Draft) -> Option<Scan> {
    if line.as_bytes().get(4) != Some(&b'.') {
        return None;
    }
    let (time, used) = timestamp::date_time(line.as_bytes())?;
    let mut cursor = Cursor::new(line, used);
    cursor.skip_spaces();
    let thread = cursor.bracketed(b'[', b']')?.trim();
    cursor.skip_spaces();
    let query = cursor.bracketed(b'{', b'}')?;
    cursor.skip_spaces();
    let name = cursor.bracketed(b'<', b'>')?;
    let severity = level::severity(name).or_else(|| (name == "Test").then_some(Severity::TRACE))?;
    cursor.skip_spaces();
    let mut ahead = cursor;
    if let Some(logger) = ahead.until_text(": ") {
        draft.attribute("logger.name", logger);
        cursor = ahead;
    }
    draft.level(name, severity);
    draft.attribute("thread.id", thread);
    draft.attribute("clickhouse.query_id", query);
    Some(draft.start(time, cursor.at))
}
