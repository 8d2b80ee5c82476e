use crate::arena::{Arena, Pairs, Slice};

/// Role of a span in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpanKind {
    #[default]
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl SpanKind {
    /// Of the number in OTLP; one that OTLP does not have is [`Self::Unspecified`].
    pub fn from_number(number: u64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }

    /// As the OpenTelemetry Collector's ClickHouse exporter writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "Unspecified",
            Self::Internal => "Internal",
            Self::Server => "Server",
            Self::Client => "Client",
            Self::Producer => "Producer",
            Self::Consumer => "Consumer",
        }
    }
}

/// How the work of a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusCode {
    #[default]
    Unset,
    Ok,
    Error,
}

impl StatusCode {
    /// Of the number in OTLP; one that OTLP does not have is [`Self::Unset`].
    pub fn from_number(number: u64) -> Self {
        match number {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }

    /// As the OpenTelemetry Collector's ClickHouse exporter writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unset => "Unset",
            Self::Ok => "Ok",
            Self::Error => "Error",
        }
    }
}

/// One span of a trace on its way from a decoder to the encoder.
///
/// As [`crate::Record`], it holds all text in one buffer and is cleared and filled again. Fields are those of the
/// OpenTelemetry trace data model; text that was never set is empty.
#[derive(Debug, Clone, Default)]
pub struct Span {
    text: Arena,
    /// Start, in nanoseconds since the Unix epoch, UTC; `None` where the source has no time.
    pub start_ns: Option<i64>,
    /// From start to end, in nanoseconds.
    pub duration_ns: u64,
    pub kind: SpanKind,
    pub status: StatusCode,
    trace_id: Slice,
    span_id: Slice,
    parent_span_id: Slice,
    trace_state: Slice,
    name: Slice,
    service: Slice,
    scope_name: Slice,
    scope_version: Slice,
    status_message: Slice,
    resource: Vec<(Slice, Slice)>,
    attributes: Vec<(Slice, Slice)>,
    events: Vec<EventFields>,
    /// Attributes of all events, one event after the other.
    event_attributes: Vec<(Slice, Slice)>,
    links: Vec<LinkFields>,
    /// Attributes of all links.
    link_attributes: Vec<(Slice, Slice)>,
}

#[derive(Debug, Clone, Copy)]
struct EventFields {
    time_ns: Option<i64>,
    name: Slice,
    first_attribute: usize,
}

#[derive(Debug, Clone, Copy)]
struct LinkFields {
    trace_id: Slice,
    span_id: Slice,
    trace_state: Slice,
    first_attribute: usize,
}

/// Something that happened during a span.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Nanoseconds since the Unix epoch, UTC; `None` where the source has no time.
    pub time_ns: Option<i64>,
    pub name: &'a str,
    pub attributes: Pairs<'a>,
}

/// A span of this or another trace that a span is related to.
#[derive(Debug, Clone)]
pub struct Link<'a> {
    /// 32 lower-case hexadecimal digits, or empty.
    pub trace_id: &'a str,
    /// 16 lower-case hexadecimal digits, or empty.
    pub span_id: &'a str,
    pub trace_state: &'a str,
    pub attributes: Pairs<'a>,
}

macro_rules! text_fields {
    ($($(#[$doc:meta])* $field:ident $set:ident;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub fn $field(&self) -> &str {
                self.text.get(self.$field)
            }

            #[inline]
            pub fn $set(&mut self, text: &str) {
                self.$field = self.text.put(text);
            }
        )*
    };
}

/// Setters that change the last event or link, and do nothing where there is none.
macro_rules! last_text_fields {
    ($($list:ident $set:ident $field:ident;)*) => {
        $(
            #[inline]
            pub fn $set(&mut self, text: &str) {
                if let Some(last) = self.$list.last_mut() {
                    last.$field = self.text.put(text);
                }
            }
        )*
    };
}

impl Span {
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the span and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.start_ns = None;
        self.duration_ns = 0;
        self.kind = SpanKind::default();
        self.status = StatusCode::default();
        for field in [
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.parent_span_id,
            &mut self.trace_state,
            &mut self.name,
            &mut self.service,
            &mut self.scope_name,
            &mut self.scope_version,
            &mut self.status_message,
        ] {
            *field = (0, 0);
        }
        self.resource.clear();
        self.attributes.clear();
        self.events.clear();
        self.event_attributes.clear();
        self.links.clear();
        self.link_attributes.clear();
    }

    text_fields! {
        /// 32 lower-case hexadecimal digits, or empty.
        trace_id set_trace_id;
        /// 16 lower-case hexadecimal digits, or empty.
        span_id set_span_id;
        /// 16 lower-case hexadecimal digits, or empty for the root of a trace.
        parent_span_id set_parent_span_id;
        /// `tracestate` of W3C Trace Context.
        trace_state set_trace_state;
        name set_name;
        /// `service.name` of the resource.
        service set_service;
        scope_name set_scope_name;
        scope_version set_scope_version;
        status_message set_status_message;
    }

    last_text_fields! {
        events set_event_name name;
        links set_link_trace_id trace_id;
        links set_link_span_id span_id;
        links set_link_trace_state trace_state;
    }

    pub fn push_resource(&mut self, key: &str, value: &str) {
        let pair = (self.text.put(key), self.text.put(value));
        self.resource.push(pair);
    }

    pub fn push_attribute(&mut self, key: &str, value: &str) {
        self.write_attribute(key, |out| out.push_str(value));
    }

    /// Adds an attribute whose value is what `value` appends.
    pub fn write_attribute(&mut self, key: &str, value: impl FnOnce(&mut String)) {
        let pair = (self.text.put(key), self.text.write(value));
        self.attributes.push(pair);
    }

    /// Adds an event; what is set of an event from then on is of this one.
    pub fn begin_event(&mut self) {
        let first_attribute = self.event_attributes.len();
        self.events.push(EventFields { time_ns: None, name: (0, 0), first_attribute });
    }

    /// Sets the time of the last event.
    pub fn set_event_time_ns(&mut self, time_ns: Option<i64>) {
        if let Some(last) = self.events.last_mut() {
            last.time_ns = time_ns;
        }
    }

    /// Adds an attribute to the last event.
    pub fn write_event_attribute(&mut self, key: &str, value: impl FnOnce(&mut String)) {
        let pair = (self.text.put(key), self.text.write(value));
        self.event_attributes.push(pair);
    }

    /// Adds a link; what is set of a link from then on is of this one.
    pub fn begin_link(&mut self) {
        let first_attribute = self.link_attributes.len();
        self.links.push(LinkFields {
            trace_id: (0, 0),
            span_id: (0, 0),
            trace_state: (0, 0),
            first_attribute,
        });
    }

    /// Adds an attribute to the last link.
    pub fn write_link_attribute(&mut self, key: &str, value: impl FnOnce(&mut String)) {
        let pair = (self.text.put(key), self.text.write(value));
        self.link_attributes.push(pair);
    }

    /// Attributes of the resource.
    pub fn resource(&self) -> Pairs<'_> {
        self.text.pairs(&self.resource)
    }

    /// Attributes of the span, in the order in which they came.
    pub fn attributes(&self) -> Pairs<'_> {
        self.text.pairs(&self.attributes)
    }

    /// Events, in the order in which they came.
    pub fn events(&self) -> impl ExactSizeIterator<Item = Event<'_>> {
        self.events.iter().enumerate().map(|(index, event)| {
            let next = self.events.get(index + 1).map(|next| next.first_attribute);
            Event {
                time_ns: event.time_ns,
                name: self.text.get(event.name),
                attributes: self.part(&self.event_attributes, event.first_attribute, next),
            }
        })
    }

    /// Links, in the order in which they came.
    pub fn links(&self) -> impl ExactSizeIterator<Item = Link<'_>> {
        self.links.iter().enumerate().map(|(index, link)| {
            let next = self.links.get(index + 1).map(|next| next.first_attribute);
            Link {
                trace_id: self.text.get(link.trace_id),
                span_id: self.text.get(link.span_id),
                trace_state: self.text.get(link.trace_state),
                attributes: self.part(&self.link_attributes, link.first_attribute, next),
            }
        })
    }

    /// Bytes of text that the span holds, and those of the fixed parts of its events and links.
    pub fn size_bytes(&self) -> usize {
        self.text.bytes()
            + self.events.len() * size_of::<EventFields>()
            + self.links.len() * size_of::<LinkFields>()
    }

    fn part<'a>(&'a self, pairs: &'a [(Slice, Slice)], start: usize, end: Option<usize>) -> Pairs<'a> {
        self.text.pairs(&pairs[start..end.unwrap_or(pairs.len())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_links_keep_their_own_attributes() {
        let mut span = Span::new();
        span.set_event_name("of no event");
        span.set_name("GET /");
        for (name, attributes) in [("first", 2), ("second", 0), ("third", 1)] {
            span.begin_event();
            span.set_event_name(name);
            span.set_event_time_ns(Some(attributes));
            for number in 0..attributes {
                span.write_event_attribute("n", |out| out.push_str(&number.to_string()));
            }
        }
        span.begin_link();
        span.set_link_trace_id("ab");
        span.write_link_attribute("k", |out| out.push('v'));
        span.begin_link();

        let events: Vec<_> = span
            .events()
            .map(|event| (event.name, event.time_ns, event.attributes.collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            events,
            [
                ("first", Some(2), vec![("n", "0"), ("n", "1")]),
                ("second", Some(0), vec![]),
                ("third", Some(1), vec![("n", "0")])
            ]
        );
        let links: Vec<_> = span.links().map(|link| (link.trace_id, link.attributes.len())).collect();
        assert_eq!(links, [("ab", 1), ("", 0)]);

        span.clear();
        assert_eq!((span.size_bytes(), span.name(), span.events().len(), span.links().len()), (0, "", 0, 0));
    }
}
