use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::thread::JoinHandle;

use click_lite_parse::Stream;

use super::{FINISH_PATIENCE, config_of, report, start_log, stream_reading, take_state};
use crate::agent::Agent;
use crate::cli::ExecArgs;
use crate::config::{Config, Log, Plan};
use crate::signals::{self, Signals};
use crate::state::StateError;
use crate::stream::{Capture, Output, WhenBehind, follow_window_size, pass};

/// What the shell answers with for a program that can't be run, or is not there.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Signals that are the program's.
const PASSED_ON: [i32; 6] =
    [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGUSR1, libc::SIGUSR2];

/// `click-lite-agent exec`.
pub fn exec(args: &ExecArgs) -> anyhow::Result<ExitCode> {
    let level = args.delivery.log_level.clone().unwrap_or_else(|| "error".into());
    let config = Config { log: Log { level }, ..config_of(&args.delivery) };
    let plan = Plan::new(&config)?;
    let mut reading = stream_reading(&args.reading, &plan.resource)?;
    let (program, arguments) =
        args.command.split_first().ok_or_else(|| anyhow::anyhow!("there is no program to run"))?;
    if reading.service.is_none() {
        let name = std::path::Path::new(program).file_name();
        reading.service = name.map(|name| name.to_string_lossy().into_owned());
    }
    start_log(&config.log.level)?;
    let mut command = Command::new(program);
    command.args(arguments);

    let mut handled = PASSED_ON.to_vec();
    handled.extend([libc::SIGCHLD, libc::SIGWINCH]);
    let signals = Signals::block(&handled)?;
    signals.pass_to(&mut command);
    let folder = match take_state(args.delivery.state_dir.as_deref(), "exec") {
        Err(error @ StateError::InUse { .. }) => return Err(error.into()),
        other => other,
    };
    let path = folder.as_ref().map(|folder| folder.path().to_owned()).unwrap_or_default();
    let agent = match folder.map_err(anyhow::Error::from).and_then(|folder| Agent::start(folder, &plan)) {
        Ok(agent) => agent,
        // The program matters more than what it writes.
        Err(error) => {
            eprintln!("click-lite-agent: the program runs without being captured: {error:#}");
            return Ok(cannot_start(program, &command.exec()));
        }
    };

    let real = [io::stdout().as_fd().try_clone_to_owned()?, io::stderr().as_fd().try_clone_to_owned()?];
    let outputs = [Output::like(real[0].as_fd())?, Output::like(real[1].as_fd())?];
    let [stdout, stderr] = outputs;
    let terminals = [stdout.terminal, stderr.terminal];
    command.stdout(stdout.theirs).stderr(stderr.theirs);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            agent.finish(std::time::Duration::ZERO);
            return Ok(cannot_start(program, &error));
        }
    };
    // Our copies of the program's ends: the streams end with the program.
    drop(command);

    let (ended, running) = io::pipe()?;
    let ended = Arc::new(OwnedFd::from(ended));
    let mut captures = Vec::new();
    let mut passing: Vec<JoinHandle<()>> = Vec::new();
    for (ours, (stream, to)) in
        [stdout.ours, stderr.ours].into_iter().zip([Stream::Stdout, Stream::Stderr].into_iter().zip(&real))
    {
        let capture =
            Capture::start(&reading, Some(stream), Arc::clone(agent.batcher()), WhenBehind::Refuse)?;
        let (writer, ended, to) = (capture.writer(), Arc::clone(&ended), File::from(to.try_clone()?));
        captures.push(capture);
        passing.push(std::thread::spawn(move || pass(ours, to, &ended, |bytes| writer.push(bytes))));
    }
    let status = wait(&mut child, &signals, |real_at| {
        if let Some(terminal) = &terminals[real_at] {
            follow_window_size(terminal, real[real_at].as_fd());
        }
    })?;
    drop(running);
    for thread in passing {
        let _ = thread.join();
    }
    let refused: u64 = captures.into_iter().map(|capture| capture.finish(FINISH_PATIENCE)).sum();
    if refused > 0 {
        eprintln!("click-lite-agent: {refused} lines were not taken, as the spool was full");
    }
    report(agent.finish(FINISH_PATIENCE), &path);
    Ok(code_of(status))
}

/// Waits for the program's end, and passes signals on to it.
fn wait(child: &mut Child, signals: &Signals, resize: impl Fn(usize)) -> anyhow::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let arrived = signals.next()?;
        match arrived.signal {
            libc::SIGCHLD => {}
            libc::SIGWINCH => (0..2).for_each(&resize),
            // The terminal sent it to the program as well.
            _ if arrived.is_from_terminal => {}
            signal => signals::send(child.id(), signal),
        }
    }
}

fn code_of(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal() {
        signals::die_of(signal);
        // A signal that could not end this process.
        return ExitCode::from(128 + u8::try_from(signal).unwrap_or(0));
    }
    status.code().map_or(ExitCode::FAILURE, |code| ExitCode::from(code as u8))
}

fn cannot_start(program: &std::ffi::OsStr, error: &io::Error) -> ExitCode {
    eprintln!("click-lite-agent: {} can't be run: {error}", program.to_string_lossy());
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { CANNOT_RUN })
}
