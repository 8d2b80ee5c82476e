//! Syslog over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425).

use std::sync::Arc;

use click_lite_formats::syslog::{Decoder, Frame, Framer, Now};
use click_lite_model::{Record, Rejections};

use super::datagram::Whole;
use super::receivers::{Place, Receivers};
use super::sockets::PieceDecoder;
use super::stream::{Connection, Fill, Framing, Step, receive};
use crate::app::App;
use crate::config::Syslog;
use crate::pipeline::Pipeline;
use crate::tls;

/// Room for what frames a message, beside the largest record.
const FRAME_BYTES: usize = 16;

/// Opens the receivers.
pub async fn open(app: &App, receivers: &mut Receivers) -> anyhow::Result<()> {
    let config = &app.config.syslog;
    let max_record_bytes = usize::try_from(app.config.ingest.max_record_bytes).unwrap_or(usize::MAX);
    let messages = SyslogDecoder {
        decoder: Decoder::new(max_record_bytes),
        record: Record::new(),
        pipeline: Arc::clone(&app.pipeline),
        zone: Zone::of(config),
        is_stream: false,
    };
    let streams = SyslogDecoder { is_stream: true, ..messages.clone() };
    if config.udp_enabled {
        let place = Place { name: "syslog_udp", title: "syslog over UDP", address: config.udp_listen };
        receivers.udp(place, None, Whole, messages);
    }
    let handler = move |mut connection: Connection| {
        connection.set_max_message_bytes(max_record_bytes.saturating_add(FRAME_BYTES));
        receive(connection, None, SyslogFraming::new(max_record_bytes), streams.clone())
    };
    if config.tcp_enabled {
        let place = Place { name: "syslog_tcp", title: "syslog over TCP", address: config.tcp_listen };
        receivers.tcp(place, None, handler.clone()).await;
    }
    if config.tls_enabled {
        let place = Place { name: "syslog_tls", title: "syslog over TLS", address: config.tls_listen };
        receivers.tcp(place, Some(tls::acceptor(&app.config)?), handler).await;
    }
    Ok(())
}

/// Finds whole messages, and refuses those that are too large.
struct SyslogFraming {
    framer: Framer,
    max_record_bytes: usize,
    /// What is still to come of a message that is refused.
    refused: Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Nothing,
    Bytes(usize),
    Line,
}

impl SyslogFraming {
    fn new(max_record_bytes: usize) -> Self {
        Self { framer: Framer::default(), max_record_bytes, refused: Refused::Nothing }
    }

    fn skip(&mut self, bytes: &[u8]) -> Option<Step> {
        let skipped = match self.refused {
            Refused::Nothing => return None,
            Refused::Bytes(left) => {
                let skipped = left.min(bytes.len());
                self.refused = if left > skipped { Refused::Bytes(left - skipped) } else { Refused::Nothing };
                skipped
            }
            Refused::Line => match memchr::memchr2(b'\n', 0, bytes) {
                Some(end) => {
                    self.refused = Refused::Nothing;
                    end + 1
                }
                None => bytes.len(),
            },
        };
        Some(Step::Skip(skipped))
    }

    fn refuse(&mut self, bytes: &[u8], rest: Refused) -> Step {
        self.refused = rest;
        Step::Refuse(bytes.len(), "record.too_large")
    }
}

impl Framing for SyslogFraming {
    fn step(&mut self, bytes: &[u8], seen: usize, fill: Fill) -> Step {
        if let Some(skip) = self.skip(bytes) {
            return skip;
        }
        let mut end = 0;
        let mut seen = seen;
        while end < bytes.len()
            && let Frame::Whole { used, .. } = self.framer.next(&bytes[end..], seen)
        {
            end += used;
            seen = 0;
        }
        if end > 0 {
            return Step::Take(end);
        }
        let counted = Framer::counted_bytes(bytes);
        match (fill, counted) {
            (Fill::Ended, _) => Step::Take(bytes.len()),
            (_, Some(counted)) if counted > self.max_record_bytes + FRAME_BYTES => {
                self.refuse(bytes, Refused::Bytes(counted - bytes.len()))
            }
            (Fill::Full, _) => self.refuse(bytes, Refused::Line),
            (Fill::Growing, _) => Step::More,
        }
    }
}

#[derive(Clone)]
struct SyslogDecoder {
    decoder: Decoder,
    record: Record,
    pipeline: Arc<Pipeline>,
    zone: Zone,
    is_stream: bool,
}

impl PieceDecoder for SyslogDecoder {
    fn decode(&mut self, piece: &[u8], sink: &mut dyn FnMut(&mut Record), rejections: &mut Rejections) {
        let time_ns = self.pipeline.now_ns();
        let now = Now { time_ns, zone_offset_seconds: self.zone.offset_seconds(time_ns) };
        let Self { decoder, record, .. } = self;
        if self.is_stream {
            decoder.decode_stream(piece, now, record, sink, rejections);
        } else {
            decoder.decode_message(piece, 0, now, record, sink, rejections);
        }
    }
}

/// The zone of times that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// That of this machine: most senders are near.
    Machine,
    Offset(i32),
}

impl Zone {
    fn of(config: &Syslog) -> Self {
        config.zone_offset_minutes.map_or(Self::Machine, |minutes| Self::Offset(minutes * 60))
    }

    fn offset_seconds(self, now_ns: i64) -> i32 {
        match self {
            Self::Offset(seconds) => seconds,
            Self::Machine => machine_offset_seconds(now_ns.div_euclid(1_000_000_000)),
        }
    }
}

/// Seconds east of UTC of this machine's zone, at a time in seconds since the epoch.
fn machine_offset_seconds(time: i64) -> i32 {
    let time: libc::time_t = time;
    // SAFETY: all zeros is a valid `tm`: it holds numbers, and a pointer that may be null.
    let mut local: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values, and the function keeps neither.
    let result = unsafe { libc::localtime_r(&raw const time, &raw mut local) };
    if result.is_null() { 0 } else { i32::try_from(local.tm_gmtoff).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_whole_messages() {
        let mut framing = SyslogFraming::new(100);
        // The line feed behind a counted message is an empty one.
        assert_eq!(framing.step(b"<1>one\n6 <2>two\n<3>thr", 0, Fill::Growing), Step::Take(16));
        assert_eq!(framing.step(b"<3>thr", 0, Fill::Growing), Step::More);
        assert_eq!(framing.step(b"<3>thr", 6, Fill::Ended), Step::Take(6));
    }

    #[test]
    fn messages_that_are_too_large_are_passed_over() {
        let mut framing = SyslogFraming::new(100);
        assert_eq!(framing.step(b"200 <1>abc", 0, Fill::Growing), Step::Refuse(10, "record.too_large"));
        assert_eq!(framing.step(&[b'x'; 150], 0, Fill::Growing), Step::Skip(150));
        assert_eq!(framing.step(&[b'x'; 150], 0, Fill::Growing), Step::Skip(44));
        assert_eq!(framing.step(b"<1>x\n", 0, Fill::Growing), Step::Take(5));

        assert_eq!(framing.step(&[b'x'; 120], 0, Fill::Full), Step::Refuse(120, "record.too_large"));
        assert_eq!(framing.step(b"more\n<1>x\n", 0, Fill::Growing), Step::Skip(5));
        assert_eq!(framing.step(b"<1>x\n", 0, Fill::Growing), Step::Take(5));
    }
}
