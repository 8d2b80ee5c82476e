//! Access logs of Apache httpd and nginx: common, combined, and combined with the virtual host before it.
//!
//! The body is the whole line: it is what one searches in, and nothing of it is lost.

use crate::cursor::Cursor;
use crate::draft::{Draft, EntryTime, Scan};
use crate::timestamp;
use click_lite_model::Severity;

struct Access<'a> {
    virtual_host: &'a str,
    client: &'a str,
    user: &'a str,
    time: EntryTime,
    request: &'a str,
    status: &'a str,
    bytes: &'a str,
    /// Referrer and user agent, of the combined format.
    agent: Option<(&'a str, &'a str)>,
}

/// Takes every variant: a file may change its format half way.
pub(crate) fn any(line: &str, draft: &mut Draft) -> Scan {
    match read(line) {
        Some(access) => fill(&access, draft),
        None => Scan::No,
    }
}

pub(crate) fn common(line: &str, draft: &mut Draft) -> Scan {
    only(line, draft, |access| access.agent.is_none() && access.virtual_host.is_empty())
}

pub(crate) fn combined(line: &str, draft: &mut Draft) -> Scan {
    only(line, draft, |access| access.agent.is_some() && access.virtual_host.is_empty())
}

pub(crate) fn with_virtual_host(line: &str, draft: &mut Draft) -> Scan {
    only(line, draft, |access| !access.virtual_host.is_empty())
}

fn only(line: &str, draft: &mut Draft, wanted: fn(&Access<'_>) -> bool) -> Scan {
    match read(line).filter(wanted) {
        Some(access) => fill(&access, draft),
        None => Scan::No,
    }
}

fn read(line: &str) -> Option<Access<'_>> {
    let mut cursor = Cursor::new(line, 0);
    let mut client = cursor.until(b' ')?;
    let mut virtual_host = "";
    let mut identity = cursor.until(b' ')?;
    let mut user = cursor.until(b' ')?;
    if client.is_empty() {
        return None;
    }
    if cursor.peek() != Some(b'[') {
        // A fourth field before the time: the first is the virtual host. Or a user name with spaces.
        let more = cursor.until(b' ')?;
        if cursor.peek() == Some(b'[') && !user.is_empty() {
            virtual_host = client;
            client = identity;
            identity = user;
            user = more;
        } else {
            return None;
        }
    }
    if identity.is_empty() {
        return None;
    }
    cursor.at += 1;
    let (time, used) =
        timestamp::day_first(cursor.bytes()).or_else(|| timestamp::date_time(cursor.bytes()))?;
    cursor.at += used;
    if !cursor.eat("] ") {
        return None;
    }
    let request = cursor.quoted()?;
    if !cursor.eat(" ") {
        return None;
    }
    let status = cursor.word();
    if status != "-" && (status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    cursor.skip_spaces();
    let bytes = cursor.word();
    if bytes != "-" && !bytes.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut agent = None;
    cursor.skip_spaces();
    if cursor.peek() == Some(b'"')
        && let Some(referrer) = cursor.quoted()
    {
        cursor.skip_spaces();
        // A line that was cut inside of the user agent still has its other fields.
        let user_agent = cursor.quoted().unwrap_or_else(|| cursor.rest().trim_start_matches('"'));
        agent = Some((referrer, user_agent));
    }
    Some(Access { virtual_host, client, user, time, request, status, bytes, agent })
}

fn fill(access: &Access<'_>, draft: &mut Draft) -> Scan {
    draft.attribute("client.address", access.client);
    draft.attribute("user.name", access.user);
    if !access.virtual_host.is_empty() {
        match access.virtual_host.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                draft.attribute("server.address", host);
                draft.attribute("server.port", port);
            }
            _ => draft.attribute("server.address", access.virtual_host),
        }
    }
    request(access.request, draft);
    draft.attribute("http.response.status_code", access.status);
    draft.attribute("http.response.body.size", access.bytes);
    if let Some((referrer, user_agent)) = access.agent {
        draft.attribute("http.request.header.referer", referrer);
        draft.attribute("user_agent.original", user_agent);
    }
    draft.record.severity = status_severity(access.status);
    draft.start(access.time, 0)
}

/// `GET /path?query HTTP/1.1` as attributes. What is not of this shape is left to the body.
pub(crate) fn request(request: &str, draft: &mut Draft) {
    let Some((method, rest)) = request.split_once(' ') else { return };
    if method.is_empty()
        || !method.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
    {
        return;
    }
    draft.attribute("http.request.method", method);
    let (target, protocol) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    draft.attribute("url.path", path);
    draft.attribute("url.query", query);
    draft.attribute("network.protocol.version", protocol.strip_prefix("HTTP/").unwrap_or(""));
}

/// Server errors are errors, client errors are warnings, the rest is information.
pub(crate) fn status_severity(status: &str) -> Severity {
    match status.as_bytes().first() {
        Some(b'5') => Severity::ERROR,
        Some(b'4') => Severity::WARN,
        _ => Severity::INFO,
    }
}
