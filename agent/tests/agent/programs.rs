use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::FromRawFd as _;
use std::os::unix::process::ExitStatusExt as _;

use super::stub::Stub;
use super::*;

/// Nobody listens there.
const AWAY: &str = "http://127.0.0.1:9";

fn exec(setup: &Setup, url: &str, script: &str) -> std::process::Output {
    setup.command("exec", url).args(["--", "sh", "-c", script]).output().expect("run")
}

#[test]
fn streams_and_exit_code_pass_through() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let output = exec(&setup, &stub.url, "printf 'out \\033[31mred\\033[0m\\n'; echo err >&2; exit 7");
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(output.stdout, b"out \x1b[31mred\x1b[0m\n");
    assert_eq!(output.stderr, b"err\n");
    assert_eq!(stub.stored_rows(), 2);
    assert_eq!((stub.count("out red"), stub.count("err")), (1, 2), "err, and stderr");
    assert_eq!(setup.status()["waiting"]["rows"], 0);
}

#[test]
fn a_program_runs_although_the_server_is_away() {
    let setup = Setup::new();
    let output = exec(&setup, AWAY, "echo one; echo two");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"one\ntwo\n");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("2 records wait in"), "{told}");
    let stub = Stub::start(&[]);
    exec(&setup, &stub.url, "echo three");
    assert_eq!(stub.stored_rows(), 3);
}

#[test]
fn the_end_by_a_signal_is_the_same() {
    let setup = Setup::new();
    let output = exec(&setup, AWAY, "kill -KILL $$");
    assert_eq!(output.status.signal(), Some(libc::SIGKILL));
    let output = exec(&setup, AWAY, "kill -TERM $$");
    assert_eq!(output.status.signal(), Some(libc::SIGTERM));
}

#[test]
fn signals_go_to_the_program() {
    let setup = Setup::new();
    let script = "trap 'echo stopping; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut child = setup
        .command("exec", AWAY)
        .args(["--", "sh", "-c", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("read");
    assert_eq!(line, "ready\n");
    signal(&child, libc::SIGTERM);
    assert_eq!(child.wait().expect("ended").code(), Some(3));
    line.clear();
    output.read_line(&mut line).expect("read");
    assert_eq!(line, "stopping\n");
}

#[test]
fn what_can_not_be_run_is_told_as_a_shell_does() {
    let setup = Setup::new();
    for (name, code) in [("/none/such", 127), ("/etc/passwd", 126)] {
        let output = setup.command("exec", AWAY).args(["--", name]).output().expect("run");
        assert_eq!(output.status.code(), Some(code));
        assert!(String::from_utf8_lossy(&output.stderr).contains(name));
    }
}

#[test]
fn a_program_that_leaves_others_behind_ends_all_the_same() {
    let setup = Setup::new();
    let started = Instant::now();
    // Holds the output open for longer than the test may take.
    let output = setup
        .command("exec", AWAY)
        .args(["--", "sh", "-c", "sleep 20 2>/dev/null & echo done"])
        .stdin(Stdio::null())
        .output();
    // The one that is left holds the end of the agent's pipe, not ours.
    assert_eq!(output.expect("run").stdout, b"done\n");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_program_on_a_terminal_stays_on_one() {
    let setup = Setup::new();
    let (mut ours, mut theirs) = (0, 0);
    let size = libc::winsize { ws_row: 33, ws_col: 99, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the pointers are to live values or null; on success both descriptors are new and nobody else's.
    let (ours, theirs) = unsafe {
        let none = std::ptr::null_mut();
        assert_eq!(libc::openpty(&mut ours, &mut theirs, none, std::ptr::null(), &size), 0);
        (File::from_raw_fd(ours), File::from_raw_fd(theirs))
    };
    let script = "test -t 1 && test -t 2 && echo both; stty size <&1; echo err >&2";
    let mut command = setup.command("exec", AWAY);
    command
        .args(["--", "sh", "-c", script])
        .stdin(Stdio::null())
        .stdout(theirs.try_clone().expect("copied"))
        .stderr(theirs);
    let mut child = command.spawn().expect("started");
    drop(command);
    let mut shown = Vec::new();
    // A terminal whose other end is closed gives an error for its end.
    let _ = BufReader::new(ours).read_to_end(&mut shown);
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    let shown = String::from_utf8_lossy(&shown).into_owned();
    for expected in ["both\r\n", "33 99\r\n", "err\r\n"] {
        assert!(shown.contains(expected), "{shown:?}");
    }
    assert!(!shown.contains("\r\r\n"), "line breaks are made once: {shown:?}");
}

#[test]
fn a_pipe_shows_lines_at_once_and_ends_with_its_input() {
    let setup = Setup::new();
    let mut child = setup
        .command("pipe", AWAY)
        .arg("--tee")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut slowest = Duration::ZERO;
    for n in 0..50 {
        let text = format!("line {n}\n");
        let started = Instant::now();
        input.write_all(text.as_bytes()).expect("written");
        let mut line = String::new();
        output.read_line(&mut line).expect("read");
        assert_eq!(line, text);
        // The first waits for the program's start.
        slowest = slowest.max(if n == 0 { Duration::ZERO } else { started.elapsed() });
    }
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    // A part of a line is shown as well.
    input.write_all(b"no line break").expect("written");
    let mut part = [0; 13];
    output.read_exact(&mut part).expect("read");
    drop(input);
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    assert_eq!(setup.status()["waiting"]["rows"], 51);
}

#[test]
fn a_pipe_without_tee_says_nothing_and_sends_everything() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let mut child = setup
        .command("pipe", &stub.url)
        .args(["--service", "job", "--attribute", "run=7"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("a pipe");
    for n in 0..20_000 {
        writeln!(input, "{{\"level\":\"info\",\"msg\":\"message {n:05} end\"}}").expect("written");
    }
    drop(input);
    let output = child.wait_with_output().expect("ended");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(stub.stored_rows(), 20_000);
    for text in ["message 00000 end", "message 19999 end"] {
        assert_eq!(stub.count(text), 1);
    }
}

#[test]
fn wrong_usage_and_a_state_in_use_are_told() {
    let run = |arguments: &[&str]| program().args(arguments).output().expect("run");
    assert_eq!(run(&["tail"]).status.code(), Some(2));
    assert_eq!(run(&["--version"]).status.code(), Some(0));
    let version = String::from_utf8_lossy(&run(&["--version"]).stdout).into_owned();
    assert!(version.starts_with("click-lite-agent "), "{version}");

    let setup = Setup::new();
    let path = setup.path("a.log");
    let _agent = setup.tail(AWAY, &[path.to_str().expect("text")]);
    wait_until("it runs", || setup.status()["running_pid"].is_number());
    let second = setup.command("tail", AWAY).arg(&path).output().expect("run");
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("in use by another agent") && told.lines().count() == 1, "{told}");
}
