/// Columns that keys of a JSON object can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Body,
    Level,
    Service,
    Trace,
    Span,
    Host,
}

/// Number of [`Role`]s.
pub(super) const ROLES: usize = 7;

const LONGEST: usize = 13;

/// First letters of the names of each length: most keys are told apart by them alone.
const FIRST_LETTERS: [u32; LONGEST + 1] = [
    0,
    letters(b"t"),
    letters(b"t@"),
    letters(b"mla@"),
    letters(b"tb_h"),
    letters(b"_le"),
    letters(b"ls"),
    letters(b"mst"),
    letters(b"slpth"),
    letters(b"tlh"),
    letters(b"@l"),
    letters(b"s"),
    letters(b"s"),
    letters(b"s"),
];

/// A set of letters of any case, `@` and `_`, by their low five bits.
const fn letters(set: &[u8]) -> u32 {
    let mut bits = 0;
    let mut at = 0;
    while at < set.len() {
        bits |= 1 << (set[at] & 31);
        at += 1;
    }
    bits
}

/// The column that a key names, in any case, and the key's rank among those that name it, the lowest the best.
///
/// Ranks follow the order of the published list; ours come after it: ECS (`log.level`, `log.logger`), Serilog's compact
/// form (`@t`, `@m`, `@mt`, `@l`), the names of our own columns, and `log_level`. By length first: this runs for every key.
#[inline]
pub(crate) fn find(key: &str) -> Option<(Role, u8)> {
    use Role::{Body, Host, Level, Service, Span, Time, Trace};
    let first = key.bytes().next()? & 31;
    if key.len() > LONGEST || FIRST_LETTERS[key.len()] >> first & 1 == 0 {
        return None;
    }
    let mut lower = [0; LONGEST];
    for (to, from) in lower.iter_mut().zip(key.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    let lower = &lower[..key.len()];
    let found = match key.len() {
        1 => match lower {
            b"t" => (Time, 5),
            _ => return None,
        },
        2 => match lower {
            b"ts" => (Time, 2),
            b"@t" => (Time, 6),
            b"@m" => (Body, 7),
            b"@l" => (Level, 6),
            _ => return None,
        },
        3 => match lower {
            b"msg" => (Body, 1),
            b"log" => (Body, 3),
            b"lvl" => (Level, 2),
            b"app" => (Service, 2),
            b"@mt" => (Body, 8),
            _ => return None,
        },
        4 => match lower {
            b"time" => (Time, 1),
            b"body" => (Body, 2),
            b"_msg" => (Body, 4),
            b"text" => (Body, 5),
            b"host" => (Host, 0),
            _ => return None,
        },
        5 => match lower {
            b"_time" => (Time, 4),
            b"level" => (Level, 0),
            b"event" => (Body, 6),
            _ => return None,
        },
        6 => match lower {
            b"logger" => (Service, 3),
            b"spanid" => (Span, 1),
            _ => return None,
        },
        7 => match lower {
            b"message" => (Body, 0),
            b"service" => (Service, 0),
            b"traceid" => (Trace, 1),
            b"span_id" => (Span, 0),
            b"span.id" => (Span, 2),
            _ => return None,
        },
        8 => match lower {
            b"severity" => (Level, 1),
            b"loglevel" => (Level, 3),
            b"priority" => (Level, 4),
            b"trace_id" => (Trace, 0),
            b"trace.id" => (Trace, 2),
            b"hostname" => (Host, 1),
            _ => return None,
        },
        9 => match lower {
            b"timestamp" => (Time, 0),
            b"log.level" => (Level, 5),
            b"log_level" => (Level, 9),
            b"host.name" => (Host, 2),
            _ => return None,
        },
        10 => match lower {
            b"@timestamp" => (Time, 3),
            b"log.logger" => (Service, 4),
            _ => return None,
        },
        11 => match lower {
            b"servicename" => (Service, 5),
            _ => return None,
        },
        12 => match lower {
            b"service.name" => (Service, 1),
            b"service_name" => (Service, 6),
            b"severitytext" => (Level, 7),
            _ => return None,
        },
        _ => match lower {
            b"severity_text" => (Level, 8),
            _ => return None,
        },
    };
    Some(found)
}
