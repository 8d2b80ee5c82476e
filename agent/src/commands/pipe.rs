use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{FINISH_PATIENCE, config_of, report, start_log, stream_reading, take_state};
use crate::agent::Agent;
use crate::cli::PipeArgs;
use crate::config::{Config, Log, Plan};
use crate::signals::{self, Signals};
use crate::state::WhenFull;
use crate::stream::{Capture, WhenBehind};

const BUFFER_BYTES: usize = 64 << 10;
/// How long the end of standard input is waited for after a signal, which the program before in the pipe got as well.
const END_PATIENCE: Duration = Duration::from_millis(500);

/// `click-lite-agent pipe`.
pub fn pipe(args: &PipeArgs) -> anyhow::Result<ExitCode> {
    let signals = Signals::block(&[libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let level = args.delivery.log_level.clone().unwrap_or_else(|| "warn".into());
    let config = Config { log: Log { level }, ..config_of(&args.delivery) };
    let plan = Plan::new(&config)?;
    let reading = stream_reading(&args.reading, &plan.resource)?;
    start_log(&config.log.level)?;
    let folder = take_state(args.delivery.state_dir.as_deref(), "pipe")?;
    let path = folder.path().to_owned();
    let agent = Agent::start(folder, &plan)?;
    let when_behind = match plan.spool.when_full {
        WhenFull::Block => WhenBehind::Wait,
        WhenFull::DropOldest => WhenBehind::Refuse,
    };
    let capture = Capture::start(&reading, None, Arc::clone(agent.batcher()), when_behind)?;
    let input = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let output = match args.tee {
        true => Some(File::from(std::io::stdout().as_fd().try_clone_to_owned()?)),
        false => None,
    };
    let writer = capture.writer();
    let reader = std::thread::spawn(move || {
        read(input, output, |bytes| writer.push(bytes));
        signals::send(std::process::id(), libc::SIGTERM);
    });
    signals.next()?;
    let deadline = Instant::now() + END_PATIENCE;
    while !reader.is_finished() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let refused = capture.finish(FINISH_PATIENCE);
    if refused > 0 {
        eprintln!("click-lite-agent: {refused} lines were not taken, as the spool was full");
    }
    report(agent.finish(FINISH_PATIENCE), &path);
    Ok(ExitCode::SUCCESS)
}

/// Reads to the end. What is read goes on at once, before anything else is done with it.
fn read(mut input: File, mut output: Option<File>, mut take: impl FnMut(&[u8])) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(bytes) => {
                let bytes = &buffer[..bytes];
                // Whoever read the output may be gone; the lines are wanted all the same.
                if output.as_mut().is_some_and(|output| output.write_all(bytes).is_err()) {
                    output = None;
                }
                take(bytes);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::error!(error = %error, "standard input can't be read");
                return;
            }
        }
    }
}
