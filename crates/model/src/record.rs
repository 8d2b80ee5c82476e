use crate::Severity;
use crate::arena::{Arena, Pairs, Slice};

/// One log record on its way from a decoder to the encoder.
///
/// All of its text lies in one buffer, so that a record which is cleared and filled again allocates nothing. Fields
/// are those of the OpenTelemetry log data model; text that was never set is empty.
///
/// A record is at most 4 GiB of text; receivers refuse far smaller ones (`ingest.record_bytes`).
#[derive(Debug, Clone, Default)]
pub struct Record {
    text: Arena,
    /// Nanoseconds since the Unix epoch, UTC; `None` where the source has no time.
    pub time_ns: Option<i64>,
    pub severity: Severity,
    pub trace_flags: u8,
    severity_text: Slice,
    service: Slice,
    body: Slice,
    trace_id: Slice,
    span_id: Slice,
    resource_schema_url: Slice,
    scope_schema_url: Slice,
    scope_name: Slice,
    scope_version: Slice,
    event_name: Slice,
    resource: Vec<(Slice, Slice)>,
    scope: Vec<(Slice, Slice)>,
    attributes: Vec<(Slice, Slice)>,
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

impl Record {
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the record and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.time_ns = None;
        self.severity = Severity::UNSPECIFIED;
        self.trace_flags = 0;
        for field in [
            &mut self.severity_text,
            &mut self.service,
            &mut self.body,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.resource_schema_url,
            &mut self.scope_schema_url,
            &mut self.scope_name,
            &mut self.scope_version,
            &mut self.event_name,
        ] {
            *field = (0, 0);
        }
        self.resource.clear();
        self.scope.clear();
        self.attributes.clear();
    }

    text_fields! {
        /// The level as the source wrote it.
        severity_text set_severity_text;
        /// `service.name` of the resource.
        service set_service;
        /// The message.
        body set_body;
        /// 32 lower-case hexadecimal digits, or empty.
        trace_id set_trace_id;
        /// 16 lower-case hexadecimal digits, or empty.
        span_id set_span_id;
        resource_schema_url set_resource_schema_url;
        scope_schema_url set_scope_schema_url;
        scope_name set_scope_name;
        scope_version set_scope_version;
        event_name set_event_name;
    }

    /// Sets the level's text, and its number where the text is a known level.
    pub fn set_level(&mut self, text: &str) {
        self.set_severity_text(text);
        if let Some(severity) = Severity::from_text(text) {
            self.severity = severity;
        }
    }

    /// Sets the body to what `write` appends.
    pub fn write_body(&mut self, write: impl FnOnce(&mut String)) {
        self.body = self.text.write(write);
    }

    pub fn push_attribute(&mut self, key: &str, value: &str) {
        let pair = (self.text.put(key), self.text.put(value));
        self.attributes.push(pair);
    }

    /// Adds an attribute whose key and value are what the two functions append.
    pub fn write_attribute(&mut self, key: impl FnOnce(&mut String), value: impl FnOnce(&mut String)) {
        let pair = (self.text.write(key), self.text.write(value));
        self.attributes.push(pair);
    }

    /// Makes the attribute with this key the body; `false` where there is none.
    pub fn move_attribute_to_body(&mut self, key: &str) -> bool {
        let Some(position) = self.attributes.iter().position(|(known, _)| self.text.get(*known) == key)
        else {
            return false;
        };
        let (_, value) = self.attributes.remove(position);
        self.body = value;
        true
    }

    pub fn push_resource(&mut self, key: &str, value: &str) {
        let pair = (self.text.put(key), self.text.put(value));
        self.resource.push(pair);
    }

    pub fn push_scope_attribute(&mut self, key: &str, value: &str) {
        let pair = (self.text.put(key), self.text.put(value));
        self.scope.push(pair);
    }

    /// Attributes of the record, in the order in which they came.
    pub fn attributes(&self) -> Pairs<'_> {
        self.text.pairs(&self.attributes)
    }

    /// Attributes of the resource.
    pub fn resource(&self) -> Pairs<'_> {
        self.text.pairs(&self.resource)
    }

    /// Attributes of the instrumentation scope.
    pub fn scope_attributes(&self) -> Pairs<'_> {
        self.text.pairs(&self.scope)
    }

    /// Bytes of text that the record holds.
    pub fn text_bytes(&self) -> usize {
        self.text.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleared_record_is_a_new_one() {
        let mut record = Record::new();
        record.set_level("WARN");
        record.set_body("disk is full");
        record.push_attribute("path", "/var");
        record.push_resource("host.name", "a1");
        record.write_attribute(|key| key.push('n'), |value| value.push('7'));
        assert_eq!((record.body(), record.severity), ("disk is full", Severity::WARN));
        assert_eq!(record.attributes().collect::<Vec<_>>(), [("path", "/var"), ("n", "7")]);

        assert!(record.move_attribute_to_body("n") && !record.move_attribute_to_body("n"));
        assert_eq!((record.body(), record.attributes().len()), ("7", 1));

        record.clear();
        assert_eq!((record.body(), record.severity_text(), record.severity), ("", "", Severity::UNSPECIFIED));
        assert_eq!(record.attributes().len() + record.resource().len(), 0);
        assert_eq!(record.text_bytes(), 0);
    }
}
