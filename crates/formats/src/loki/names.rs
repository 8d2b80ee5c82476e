type Span = (u32, u32);

/// Columns that labels can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Service,
    Level,
    Host,
    Trace,
    Span,
}

/// A column, and the rank of a name among those that mean it.
type Ranked = (Role, u8);

impl Role {
    pub(super) const COUNT: usize = 5;
}

/// Ranks of service names below this one mean nothing but the service: they do not stay attributes.
pub(super) const MOVED_SERVICE_NAMES: u8 = 2;

/// The column that a name means, and its rank among those that mean it, the lowest the best.
fn role(name: &str) -> Option<Ranked> {
    use Role::{Host, Level, Service, Span, Trace};
    Some(match name {
        "service_name" => (Service, 0),
        "service" => (Service, 1),
        "app" => (Service, 2),
        "application" => (Service, 3),
        "app_kubernetes_io_name" => (Service, 4),
        "compose_service" => (Service, 5),
        "container" => (Service, 6),
        "container_name" => (Service, 7),
        "job" => (Service, 8),
        "logger" => (Service, 9),
        "level" => (Level, 0),
        "severity" => (Level, 1),
        "detected_level" => (Level, 2),
        "lvl" => (Level, 3),
        "loglevel" => (Level, 4),
        "log_level" => (Level, 5),
        "severity_text" => (Level, 6),
        "host" => (Host, 0),
        "hostname" => (Host, 1),
        "host_name" => (Host, 2),
        "trace_id" => (Trace, 0),
        "traceID" => (Trace, 1),
        "traceid" => (Trace, 2),
        "span_id" => (Span, 0),
        "spanID" => (Span, 1),
        "spanid" => (Span, 2),
        _ => return None,
    })
}

/// Names with their values, in reused memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    text: String,
    pairs: Vec<(Span, Span, Option<Ranked>)>,
}

/// A name with its value.
pub(super) struct Pair<'n> {
    pub(super) name: &'n str,
    pub(super) value: &'n str,
    pub(super) role: Option<Ranked>,
}

impl Names {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.pairs.clear();
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        let role = role(name);
        let name = self.put(name);
        let value = self.put(value);
        self.pairs.push((name, value, role));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Pair<'_>> {
        let get = |span: Span| &self.text[span.0 as usize..span.1 as usize];
        self.pairs.iter().map(move |&(name, value, role)| Pair { name: get(name), value: get(value), role })
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Callers give pieces of one body, which is far below 4 GiB.
    fn put(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }
}
