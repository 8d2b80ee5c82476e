//! The engine with the real library. This program is its own host: it runs itself again as `engine`.

#[path = "engine/access.rs"]
mod access;
#[path = "engine/client.rs"]
mod client;
#[path = "engine/failure.rs"]
mod failure;
#[path = "engine/life.rs"]
mod life;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use click_lite_engine::{Engine, EngineConfig, host};
use libtest_mimic::{Arguments, Failed, Trial};

type Outcome = Result<(), Failed>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("engine") => run_host(&arguments),
        Some("hold") => hold(&arguments[2]),
        _ => run_tests(),
    }
}

fn run_tests() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test runs an engine; more at a time than cores only make each other time out.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let trials = [life::trials(), access::trials(), failure::trials()].concat_trials();
    libtest_mimic::run(&arguments, trials).exit_code()
}

trait ConcatTrials {
    fn concat_trials(self) -> Vec<Trial>;
}

impl<const N: usize> ConcatTrials for [Vec<Trial>; N] {
    fn concat_trials(self) -> Vec<Trial> {
        self.into_iter().flatten().collect()
    }
}

const TIME_LIMIT: Duration = Duration::from_secs(120);

/// A trial that runs on a tokio runtime of its own.
fn trial<F, T>(name: &str, test: T) -> Trial
where
    T: FnOnce() -> F + Send + 'static,
    F: Future<Output = Outcome>,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(async { tokio::time::timeout(TIME_LIMIT, test()).await? })
    })
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

/// A parent that starts an engine, writes its process number to `DATA_DIR/pid`, and waits to be killed.
fn hold(data_dir: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let engine = Engine::start(config(data_dir.into())).expect("started");
        let endpoint = engine.ready().await.expect("ready");
        std::fs::write(PathBuf::from(data_dir).join("pid"), endpoint.pid.to_string()).expect("written");
        std::future::pending::<()>().await;
    });
    ExitCode::SUCCESS
}

/// This program as the host, on `data_dir`.
fn config(data_dir: PathBuf) -> EngineConfig {
    EngineConfig::new(data_dir, std::env::current_exe().expect("this program"))
}

fn is_alive(pid: u32) -> bool {
    // A zombie is dead: only its parent has not looked yet.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')))
}

fn send_signal(pid: u32, signal: libc::c_int) {
    let pid = libc::pid_t::try_from(pid).expect("a process number");
    // SAFETY: a plain system call on an engine that this test started.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "{}", std::io::Error::last_os_error());
}
