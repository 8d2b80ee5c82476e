//! Log files that look real and hold known things, made once and kept in the build folder.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::NamedTempFile;

use crate::server_binary;

/// In seven events of [`events`], spread over the file.
pub const NEEDLE: &str = "xylophonequartz";
pub const NEEDLES: u64 = 7;

const SERVICES: [&str; 8] =
    ["api-gateway", "auth", "cart", "checkout", "inventory", "payment", "search", "shipping"];
const PATHS: [&str; 6] =
    ["/api/v1/orders", "/api/v1/cart", "/login", "/healthz", "/api/v2/search", "/static/app.js"];
const METHODS: [&str; 4] = ["GET", "GET", "POST", "PUT"];
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://example.org/bot)",
    "curl/8.5.0",
];

/// `count` events of services within a day, as NDJSON: no two are alike.
pub fn events(count: u64) -> anyhow::Result<PathBuf> {
    const DAY_NS: i64 = 86_400_000_000_000;
    const START_NS: i64 = 1_763_596_800_000_000_000;
    made(&format!("sample-events-{count}.ndjson"), |out| {
        let mut random = StdRng::seed_from_u64(1);
        let step = DAY_NS / i64::try_from(count.max(1))?;
        let every = (count / NEEDLES).max(1);
        let mut line = String::new();
        for number in 0..count {
            let time_ns = START_NS + i64::try_from(number)? * step + random.random_range(0..step.max(1));
            let level = match random.random_range(0..100) {
                0..=2 => "error",
                3..=10 => "warn",
                11..=30 => "debug",
                _ => "info",
            };
            let service = SERVICES[random.random_range(0..SERVICES.len())];
            let (method, path) =
                (METHODS[random.random_range(0..4)], PATHS[random.random_range(0..PATHS.len())]);
            let status = [200, 200, 200, 204, 404, 500][random.random_range(0..6)];
            let duration_ms = f64::from(random.random_range(1..2_000_000_u32)) / 1000.0;
            let needle =
                if number % every == every / 2 && number / every < NEEDLES { NEEDLE } else { "done" };
            line.clear();
            write!(
                line,
                "{{\"timestamp\":\"{}\",\"level\":\"{level}\",\"service\":\"{service}\",\"host\":\"ip-10-0-0-{}\",\
                 \"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\",\"message\":\"request {number} {needle} method={method} \
                 path={path} status={status}\",\"http.method\":\"{method}\",\"http.status\":{status},\
                 \"http.path\":\"{path}\",\"duration_ms\":{duration_ms:.3},\"user_id\":\"u{:06}\",\"k8s.pod\":\"{service}-{}\"}}",
                click_lite_model::time::format_rfc3339(time_ns),
                random.random_range(0..200),
                random.random::<u128>(),
                random.random::<u64>(),
                random.random_range(0..200_000),
                random.random_range(0..20),
            )?;
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

/// `count` lines of a web server's access log within three days; some of them are errors of the client or the server.
pub fn access_log(count: u64) -> anyhow::Result<PathBuf> {
    made(&format!("access-{count}.log"), |out| {
        let mut random = StdRng::seed_from_u64(2);
        for number in 0..count {
            let second = number * 3 * 86_400 / count;
            let status = match random.random_range(0..100) {
                0 => 500,
                1..=4 => 404,
                5..=10 => 304,
                _ => 200,
            };
            writeln!(
                out,
                "10.1.{}.{} - - [{:02}/May/2026:{:02}:{:02}:{:02} +0000] \"{} {}?page={} HTTP/1.1\" {status} {} \"-\" \"{}\"",
                random.random_range(0..4),
                random.random_range(1..255),
                17 + second / 86_400,
                second / 3600 % 24,
                second / 60 % 60,
                second % 60,
                METHODS[random.random_range(0..4)],
                PATHS[random.random_range(0..PATHS.len())],
                random.random_range(1..50),
                random.random_range(0..200_000),
                AGENTS[random.random_range(0..AGENTS.len())],
            )?;
        }
        Ok(())
    })
}

fn made(
    name: &str,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let folder = server_binary()?.parent().context("a folder")?.join("test-data");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    if !path.is_file() {
        // Several tests may make it at once: each writes its own, and the last one stays.
        let mut part = NamedTempFile::new_in(&folder)?;
        let mut out = BufWriter::new(part.as_file_mut());
        write(&mut out)?;
        out.flush()?;
        drop(out);
        part.persist(&path)?;
    }
    Ok(path)
}
