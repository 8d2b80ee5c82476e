use click_lite_model::Record;

use super::value::{append_value, attributes};
use super::{Result, is_unset, members, number, skip, text};
use crate::ids;
use crate::json::Scanner;
use crate::otlp::Request;
use crate::otlp::item::LogHeader;

/// `LogRecord`.
pub(in crate::otlp) fn read_log_record(
    scanner: &mut Scanner<'_>,
    request: &mut Request<'_, Record>,
) -> Result {
    let record = &mut *request.item;
    record.clear();
    let mut header = LogHeader::default();
    members(scanner, |scanner, key| {
        match &*key.to_cow() {
            "timeUnixNano" | "time_unix_nano" => header.time_unix_nano = number(scanner)?,
            "observedTimeUnixNano" | "observed_time_unix_nano" => {
                header.observed_time_unix_nano = number(scanner)?;
            }
            "severityNumber" | "severity_number" => {
                header.severity_number = u8::try_from(number(scanner)?).unwrap_or(0);
            }
            "severityText" | "severity_text" => text(scanner, |text| record.set_severity_text(text))?,
            "body" => {
                let mut result = Ok(());
                record.write_body(|out| result = append_value(scanner, out, false));
                result?;
            }
            "attributes" => attributes(scanner, |key, value| record.push_attribute(key, value))?,
            "flags" => record.trace_flags = number(scanner)? as u8,
            "traceId" | "trace_id" => text(scanner, |text| match ids::trace_id(text) {
                Some(id) => record.set_trace_id(id.as_str()),
                None if is_unset(text) => {}
                None => record.push_attribute("trace_id", text),
            })?,
            "spanId" | "span_id" => text(scanner, |text| match ids::span_id(text) {
                Some(id) => record.set_span_id(id.as_str()),
                None if is_unset(text) => {}
                None => record.push_attribute("span_id", text),
            })?,
            "eventName" | "event_name" => text(scanner, |name| record.set_event_name(name))?,
            _ => skip(scanner)?,
        }
        Ok(())
    })?;
    request.finish_item(&header);
    Ok(())
}
