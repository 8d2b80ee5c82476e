//! Lines of log4j, logback, java.util.logging and what copies them (Hadoop, Spark, Kafka, Spring Boot, Tomcat):
//! a time, then level, thread and logger in any order, then the message.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::{level, timestamp};

#[derive(Default)]
struct Parts<'a> {
    level: &'a str,
    thread: &'a str,
    logger: &'a str,
    process: &'a str,
    application: &'a str,
    trace: &'a str,
    /// `---`, which only Spring Boot writes.
    dashes: bool,
}

/// `2015-10-18 18:01:47,978 INFO [main] org.apache.Foo: message` and the other orders.
pub(crate) fn log4j(line: &str, draft: &mut Draft) -> Scan {
    let Some((time, at)) = start(line) else { return Scan::No };
    let mut cursor = Cursor::new(line, at);
    match parts(&mut cursor) {
        Some(parts) if !parts.thread.is_empty() || !parts.logger.is_empty() => {
            fill(&parts, time, cursor.at, draft)
        }
        _ => Scan::No,
    }
}

/// `2024-01-02 10:00:00.123  INFO 1234 --- [main] c.e.Application : Started`.
pub(crate) fn spring_boot(line: &str, draft: &mut Draft) -> Scan {
    let Some((time, at)) = start(line) else { return Scan::No };
    let mut cursor = Cursor::new(line, at);
    match parts(&mut cursor) {
        Some(parts) if parts.dashes => fill(&parts, time, cursor.at, draft),
        _ => Scan::No,
    }
}

/// `17/06/09 20:10:40 INFO executor.Executor: message`, log4j's `yy/MM/dd` as Spark and old Hadoop have it.
pub(crate) fn spark(line: &str, draft: &mut Draft) -> Scan {
    let Some((time, at)) = timestamp::short_year(line.as_bytes()) else { return Scan::No };
    let mut cursor = Cursor::new(line, at);
    match parts(&mut cursor) {
        Some(parts) if !parts.logger.is_empty() || !parts.thread.is_empty() => {
            fill(&parts, time, cursor.at, draft)
        }
        _ => Scan::No,
    }
}

/// `081109 203615 148 INFO dfs.DataNode$PacketResponder: message`.
pub(crate) fn hdfs(line: &str, draft: &mut Draft) -> Scan {
    if line.as_bytes().get(6) != Some(&b' ') {
        return Scan::No;
    }
    let Some((time, at)) = timestamp::compact(line.as_bytes()) else { return Scan::No };
    let mut cursor = Cursor::new(line, at);
    match parts(&mut cursor) {
        Some(parts) if !parts.process.is_empty() && !parts.logger.is_empty() => {
            draft.attribute("thread.id", parts.process);
            fill(&Parts { process: "", ..parts }, time, cursor.at, draft)
        }
        _ => Scan::No,
    }
}

/// `[2024-01-02T10:00:00,123][INFO ][o.e.n.Node] [node-1] message`, as Elasticsearch and OpenSearch write.
pub(crate) fn elasticsearch(line: &str, draft: &mut Draft) -> Scan {
    let mut cursor = Cursor::new(line, 0);
    if !cursor.eat("[") {
        return Scan::No;
    }
    let Some((time, used)) = timestamp::date_time(cursor.bytes()) else { return Scan::No };
    cursor.at += used;
    if !cursor.eat("]") {
        return Scan::No;
    }
    let Some(name) = cursor.bracketed(b'[', b']').map(str::trim) else { return Scan::No };
    let Some(severity) = level::severity(name) else { return Scan::No };
    let Some(logger) = cursor.bracketed(b'[', b']') else { return Scan::No };
    cursor.skip_spaces();
    draft.level(name, severity);
    draft.attribute("logger.name", logger.trim());
    let mut ahead = cursor;
    if let Some(node) = ahead.bracketed(b'[', b']').filter(|node| !node.contains(' ')) {
        draft.attribute("elasticsearch.node.name", node);
    }
    draft.start(time, cursor.at)
}

/// The time and where it ends, in brackets or not.
fn start(line: &str) -> Option<(EntryTime, usize)> {
    let bytes = line.as_bytes();
    let open = usize::from(bytes.first() == Some(&b'['));
    let text = &bytes[open..];
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    let (time, used) = timestamp::date_time(text).or_else(|| match text.get(2)? {
        b':' => timestamp::time_of_day(text),
        b'/' | b'-' | b' ' => timestamp::day_first(text).or_else(|| timestamp::short_year(text)),
        _ => None,
    })?;
    let end = open + used;
    if open == 1 {
        return (bytes.get(end) == Some(&b']')).then_some((time, end + 1));
    }
    Some((time, end))
}

/// Level, thread, logger and process in whatever order, up to the message. `None` where there is no level.
fn parts<'a>(cursor: &mut Cursor<'a>) -> Option<Parts<'a>> {
    let mut parts = Parts::default();
    loop {
        while matches!(cursor.peek(), Some(b' ' | b'\t' | b'|')) {
            cursor.at += 1;
        }
        let before = *cursor;
        match cursor.peek() {
            None => break,
            Some(b'[') => {
                let Some(inner) = cursor.bracketed(b'[', b']') else { break };
                let inner = inner.trim();
                if !bracket(inner, &mut parts) {
                    *cursor = before;
                    break;
                }
                cursor.eat(":");
            }
            Some(b'(') if !parts.level.is_empty() && parts.logger.is_empty() => {
                // JBoss: `INFO  [org.jboss.as] (main) message`.
                let Some(inner) = cursor.bracketed(b'(', b')') else { break };
                parts.logger = parts.thread;
                parts.thread = inner;
                cursor.skip_spaces();
                break;
            }
            Some(b'-') => {
                if cursor.eat("---") {
                    parts.dashes = true;
                } else if cursor.eat("- ") {
                    if parts.level.is_empty() {
                        continue;
                    }
                    cursor.skip_spaces();
                    break;
                } else {
                    break;
                }
            }
            Some(b':') if !parts.level.is_empty() => {
                cursor.at += 1;
                cursor.skip_spaces();
                break;
            }
            Some(_) => {
                if !word(cursor, &mut parts)? {
                    break;
                }
            }
        }
    }
    (!parts.level.is_empty()).then_some(parts)
}

/// Takes what stood in brackets. False where it can only be the start of the message.
fn bracket<'a>(inner: &'a str, parts: &mut Parts<'a>) -> bool {
    if parts.level.is_empty() && level::severity(inner).is_some() {
        parts.level = inner;
    } else if !parts.dashes && parts.thread.is_empty() {
        parts.thread = inner;
    } else if parts.dashes && parts.trace.is_empty() {
        // After the dashes of Spring Boot: thread; or application, thread; or application, thread, trace.
        if parts.application.is_empty() && parts.thread.is_empty() {
            parts.thread = inner;
        } else if parts.application.is_empty() {
            parts.application = parts.thread;
            parts.thread = inner;
        } else {
            parts.trace = inner;
        }
    } else if parts.level.is_empty() && parts.logger.is_empty() && is_logger(inner) {
        parts.logger = inner;
    } else {
        return false;
    }
    true
}

/// Takes one word: true to go on, false where the message starts, `None` where the line has another format.
fn word<'a>(cursor: &mut Cursor<'a>, parts: &mut Parts<'a>) -> Option<bool> {
    let before = *cursor;
    let word = cursor.word();
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    if parts.level.is_empty() {
        let name = word.trim_end_matches(':');
        if level::severity(name).is_some() {
            parts.level = name;
            if name.len() < word.len() {
                cursor.skip_spaces();
                return Some(false);
            }
        } else if is_number && parts.process.is_empty() {
            parts.process = word;
        } else if !parts.thread.is_empty() && parts.logger.is_empty() && is_logger(word) {
            parts.logger = word;
        } else {
            return None;
        }
        return Some(true);
    }
    if is_number && parts.process.is_empty() && cursor.rest().starts_with(" ---") {
        parts.process = word;
        return Some(true);
    }
    if parts.logger.is_empty() {
        if let Some(name) = word.strip_suffix(':')
            && is_logger(name)
        {
            parts.logger = name;
            cursor.skip_spaces();
            return Some(false);
        }
        let mut ahead = *cursor;
        ahead.skip_spaces();
        if is_logger(word) && (ahead.eat("- ") || ahead.eat(": ")) {
            parts.logger = word;
            ahead.skip_spaces();
            *cursor = ahead;
            return Some(false);
        }
        if is_logger(word) && ahead.peek() == Some(b'[') && word.contains('.') {
            // `INFO org.example.Foo [thread] message` and `INFO o.e.Foo [Foo.java:12] - message`
            parts.logger = word;
            return Some(true);
        }
    }
    *cursor = before;
    Some(false)
}

fn is_logger(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'.' | b'_' | b'$' | b'/' | b'-' | b':' | b'<' | b'>' | b'[' | b']' | b'@' | b'#'
                )
        })
        && !word.bytes().all(|byte| byte.is_ascii_digit())
}

fn fill(parts: &Parts<'_>, time: EntryTime, body: usize, draft: &mut Draft) -> Scan {
    draft.record.set_level(parts.level);
    draft.attribute("thread.name", parts.thread);
    draft.attribute("logger.name", parts.logger);
    draft.attribute("process.pid", parts.process);
    // Sleuth writes `[application,trace,span,exported]`, Boot 3 `[application] [thread] [trace-span]`.
    let (application, sleuth) = parts.application.split_once(',').unwrap_or((parts.application, ""));
    draft.record.set_service(application);
    let correlation = if parts.trace.is_empty() { sleuth } else { parts.trace };
    let mut ids = correlation.split(['-', ',']);
    match (ids.next(), ids.next()) {
        (Some(trace), Some(span)) if is_hexadecimal(trace, 32) && is_hexadecimal(span, 16) => {
            draft.record.set_trace_id(trace);
            draft.record.set_span_id(span);
        }
        _ => draft.attribute("spring.correlation", correlation.trim_matches(',')),
    }
    draft.start(time, body)
}

fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
