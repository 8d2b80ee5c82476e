//! The store with the real engine. This program is the engine's host as well: it runs itself again as `engine`.

#[path = "store/bench.rs"]
mod bench;
#[path = "store/insert.rs"]
mod insert;
#[path = "store/kept.rs"]
mod kept;
#[path = "store/language.rs"]
mod language;
#[path = "store/schema.rs"]
mod schema;
#[path = "store/select.rs"]
mod select;
#[path = "store/spans.rs"]
mod spans;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use click_lite_engine::{Engine, EngineConfig, host};
use click_lite_formats::native::{BlockEncoder, COLUMNS};
use click_lite_model::{Record, Severity};
use click_lite_query::Statement;
use click_lite_store::{Credentials, Endpoint, SelectOptions, Store, StoreConfig, StoreError};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

type Outcome = Result<(), Failed>;

const TIME_LIMIT: Duration = Duration::from_secs(180);
/// 2026-11-20T00:00:00Z.
const DAY_NS: i64 = 1_795_132_800_000_000_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("engine") => run_host(&arguments),
        Some("measure") => bench::run(&arguments[2..]),
        _ => {
            let mut arguments = Arguments::from_args();
            // Each test runs an engine; more at a time than cores only make each other time out.
            arguments.test_threads = arguments.test_threads.or(Some(2));
            let trials = [
                schema::trials(),
                insert::trials(),
                select::trials(),
                spans::trials(),
                kept::trials(),
                language::trials(),
            ];
            libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
        }
    }
}

fn run_host(arguments: &[String]) -> ExitCode {
    let config = PathBuf::from(arguments.last().expect("--config FILE"));
    match host::run(host::HostArgs { config, library: None }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A trial that gets an engine of its own.
fn trial<F, T>(name: &str, test: T) -> Trial
where
    T: FnOnce(World) -> F + Send + 'static,
    F: Future<Output = Outcome>,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime
            .block_on(async { tokio::time::timeout(TIME_LIMIT, async { test(World::new()?).await }).await? })
    })
}

/// An engine on an empty folder.
struct World {
    engine: Engine,
    _folder: TempDir,
}

impl World {
    fn new() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let mut config = EngineConfig::new(folder.path(), std::env::current_exe()?);
        // As the server does: the engine refuses a reader who asks for more.
        config.limits.reader_query_memory_bytes = StoreConfig::default().max_query_memory_bytes;
        let engine = Engine::start(config)?;
        Ok(Self { engine, _folder: folder })
    }

    async fn endpoint(&self) -> Result<Endpoint, Failed> {
        let ready = self.engine.ready().await?;
        let credentials = |from: &click_lite_engine::Credentials| Credentials {
            user: from.user.clone(),
            password: from.password.clone(),
        };
        Ok(Endpoint {
            url: ready.url.clone(),
            writer: credentials(&ready.writer),
            reader: credentials(&ready.reader),
        })
    }

    async fn store(&self) -> Result<Store, Failed> {
        self.store_with(StoreConfig::default()).await
    }

    async fn store_with(&self, config: StoreConfig) -> Result<Store, Failed> {
        let store = Store::new(config)?;
        store.connect(self.endpoint().await?).await?;
        Ok(store)
    }

    /// Kills the engine's process and waits until another one answers.
    async fn kill_engine(&self) -> Outcome {
        let pid = self.engine.ready().await?.pid;
        let number = libc::pid_t::try_from(pid)?;
        // SAFETY: a plain system call on the engine of this world.
        assert_eq!(unsafe { libc::kill(number, libc::SIGKILL) }, 0);
        let mut state = self.engine.state();
        loop {
            if self.engine.ready().await.is_ok_and(|ready| ready.pid != pid) {
                return Ok(());
            }
            state.changed().await?;
        }
    }

    /// What the writer gets for a statement, over plain HTTP: nothing of the store is in between.
    async fn ask(&self, sql: &str) -> Result<String, Failed> {
        let endpoint = self.endpoint().await?;
        let client = clickhouse::Client::default()
            .with_url(&endpoint.url)
            .with_user(&endpoint.writer.user)
            .with_password(&endpoint.writer.password);
        let answer = client.query_raw(sql).fetch_bytes("TSVRaw")?.collect().await?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }
}

fn columns() -> [&'static str; COLUMNS.len()] {
    COLUMNS.map(|(name, _)| name)
}

fn statement(sql: &str) -> Statement {
    Statement { sql: sql.to_owned(), params: Vec::new(), display_sql: sql.to_owned() }
}

fn id(query_id: &str) -> SelectOptions {
    SelectOptions { query_id: query_id.to_owned() }
}

/// All rows of a statement as JSON.
async fn rows(store: &Store, statement: &Statement) -> Result<Vec<serde_json::Value>, StoreError> {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut stream = store.select(statement, id(&format!("rows-{number}"))).await?;
    let mut rows = Vec::new();
    while let Some(batch) = stream.next_rows().await? {
        rows.extend(batch.iter().map(|row| serde_json::from_str(row.get()).expect("JSON")));
    }
    Ok(rows)
}

async fn count(store: &Store, from_and_where: &str) -> Result<u64, Failed> {
    let rows = rows(store, &statement(&format!("SELECT count() AS n FROM {from_and_where}"))).await?;
    Ok(rows[0]["n"].as_str().ok_or("64-bit integers are strings")?.parse()?)
}

/// `count` records from `first` on, a millisecond apart, as one frame.
fn frame(first: u64, count: u64) -> Bytes {
    frame_of((first..first + count).map(|number| {
        let mut record = Record::new();
        record.time_ns = Some(DAY_NS + i64::try_from(number).expect("small") * 1_000_000);
        record.severity = if number % 10 == 0 { Severity::ERROR } else { Severity::INFO };
        record.set_service("checkout");
        record.set_body(&format!("Request {number} completed"));
        record.set_trace_id(&format!("{number:032x}"));
        record.push_resource("host.name", "host-1");
        record.push_attribute("http.status", if number % 10 == 0 { "500" } else { "200" });
        record.push_attribute("user_id", &format!("u{number:06}"));
        record.push_attribute("duration_ms", &format!("{number}.5"));
        (number, record)
    }))
}

fn frame_of(records: impl Iterator<Item = (u64, Record)>) -> Bytes {
    let mut encoder = BlockEncoder::new();
    for (number, record) in records {
        encoder.push(&record, number, DAY_NS, "");
    }
    let mut frame = Vec::new();
    encoder.finish_compressed(1, &mut frame).expect("compressed");
    frame.into()
}
