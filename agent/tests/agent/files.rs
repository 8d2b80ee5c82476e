use std::collections::HashMap;
use std::fs;

use super::stub::Stub;
use super::*;

fn lines(from: u64, to: u64) -> String {
    (from..to).map(|n| format!("line {n:06} end\n")).collect()
}

/// Every line was stored once.
fn assert_once(stub: &Stub, from: u64, to: u64) {
    let stored = stub.stored();
    let mut times: HashMap<u64, u64> = HashMap::new();
    for at in memchr::memmem::find_iter(&stored, "line ") {
        let line = stored.get(at + 5..at + 15).and_then(|line| std::str::from_utf8(line).ok());
        if let Some(n) = line.and_then(|line| line.strip_suffix(" end")?.parse().ok()) {
            *times.entry(n).or_default() += 1;
        }
    }
    for n in from..to {
        assert_eq!(times.get(&n), Some(&1), "line {n}");
    }
    assert_eq!(times.len() as u64, to - from);
}

#[test]
fn files_are_followed_through_rotation() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    setup.append("app.log", &lines(0, 10));
    let glob = setup.path("*.log");
    let agent = setup.tail(&stub.url, &[glob.to_str().expect("text")]);
    wait_until("the start is there", || stub.stored_rows() == 10);

    // Renamed to what no pattern matches, with lines written before, at and after the renaming.
    let mut old = fs::File::options().append(true).open(setup.path("app.log")).expect("opened");
    old.write_all(lines(10, 20).as_bytes()).expect("written");
    fs::rename(setup.path("app.log"), setup.path("app.log.1")).expect("renamed");
    old.write_all(lines(20, 30).as_bytes()).expect("written");
    setup.append("app.log", &lines(30, 40));
    wait_until("both files are read", || stub.stored_rows() == 40);
    old.write_all(lines(40, 50).as_bytes()).expect("written");
    wait_until("the old file is still read", || stub.stored_rows() == 50);

    // Copied and truncated.
    fs::copy(setup.path("app.log"), setup.path("app.log.2")).expect("copied");
    fs::File::options().write(true).open(setup.path("app.log")).expect("opened").set_len(0).expect("cut");
    setup.append("app.log", &lines(50, 55));
    wait_until("the new content is read", || stub.stored_rows() == 55);

    // Truncated, and longer at once than what was read before.
    fs::write(setup.path("app.log"), lines(55, 95)).expect("written");
    wait_until("the new content is read", || stub.stored_rows() == 95);

    // Deleted with the last lines unread, and made anew.
    setup.append("app.log", &lines(95, 100));
    fs::remove_file(setup.path("app.log")).expect("removed");
    wait_until("the deleted file is read to its end", || stub.stored_rows() == 100);
    setup.append("app.log", &lines(100, 105));
    setup.append("new.log", &lines(105, 110));
    wait_until("new files are read", || stub.stored_rows() == 110);

    // A link to a file in a directory that no pattern names.
    fs::create_dir(setup.path("elsewhere")).expect("made");
    setup.append("elsewhere/real.txt", &lines(110, 115));
    std::os::unix::fs::symlink(setup.path("elsewhere/real.txt"), setup.path("link.log")).expect("linked");
    wait_until("the linked file is read", || stub.stored_rows() == 115);
    setup.append("elsewhere/real.txt", &lines(115, 120));
    wait_until("what is added is read", || stub.stored_rows() == 120);

    assert_eq!(agent.stop(), Some(0));
    assert_once(&stub, 0, 120);
}

#[test]
fn directories_may_come_later() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let glob = setup.path("later/*/deep/*.log");
    let agent = setup.tail(&stub.url, &[glob.to_str().expect("text")]);
    wait_until("it runs", || setup.status()["running_pid"].is_number());
    fs::create_dir_all(setup.path("later/a/deep")).expect("made");
    setup.append("later/a/deep/x.log", &lines(0, 3));
    wait_until("the file is read", || stub.stored_rows() == 3);
    fs::remove_dir_all(setup.path("later")).expect("removed");
    fs::create_dir_all(setup.path("later/b/deep")).expect("made");
    setup.append("later/b/deep/y.log", &lines(3, 6));
    wait_until("the new file is read", || stub.stored_rows() == 6);
    assert_eq!(agent.stop(), Some(0));
    assert_once(&stub, 0, 6);
}

#[test]
fn what_happens_while_no_agent_runs_is_caught_up_with() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    setup.append("app.log", &lines(0, 5));
    let glob = setup.path("*.log");
    let glob = glob.to_str().expect("text");
    let agent = setup.tail(&stub.url, &[glob]);
    wait_until("the start is there", || stub.stored_rows() == 5);
    assert_eq!(agent.stop(), Some(0));

    setup.append("app.log", &lines(5, 10));
    fs::rename(setup.path("app.log"), setup.path("app.log.1")).expect("renamed");
    setup.append("app.log", &lines(10, 15));
    let agent = setup.tail(&stub.url, &[glob]);
    wait_until("both files are read", || stub.stored_rows() == 15);
    agent.kill();

    fs::write(setup.path("app.log"), lines(15, 17)).expect("written");
    let agent = setup.tail(&stub.url, &[glob]);
    wait_until("the new content is read", || stub.stored_rows() == 17);
    assert_eq!(agent.stop(), Some(0));
    assert_once(&stub, 0, 17);
}

#[test]
fn start_at_the_end_holds_for_what_is_there_the_first_time() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    setup.append("old.log", &lines(0, 5));
    let glob = setup.path("*.log");
    let options = ["--start-at", "end", glob.to_str().expect("text")];
    let agent = setup.tail(&stub.url, &options);
    wait_until("the file is known", || setup.status()["files"][0]["lag"] == 0);
    setup.append("old.log", &lines(5, 7));
    setup.append("new.log", &lines(7, 9));
    wait_until("what is new is there", || stub.stored_rows() == 4);
    assert_eq!(agent.stop(), Some(0));
    setup.append("later.log", &lines(9, 11));
    let agent = setup.tail(&stub.url, &options);
    wait_until("a file of the time between is read whole", || stub.stored_rows() == 6);
    assert_eq!(agent.stop(), Some(0));
    assert_once(&stub, 5, 11);
    assert_eq!(stub.count("line 000000 end"), 0);
}

#[test]
fn killed_at_any_moment_nothing_is_lost_or_twice() {
    const ROUNDS: u64 = 25;
    const LINES: u64 = 2000;
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let glob = setup.path("*.log*");
    for round in 0..ROUNDS {
        let agent = setup.tail(&stub.url, &[glob.to_str().expect("text")]);
        for part in 0..10 {
            let first = round * LINES + part * (LINES / 10);
            setup.append("a.log", &lines(first, first + LINES / 20));
            setup.append("b.log", &lines(first + LINES / 20, first + LINES / 10));
            // The times of the kills differ from round to round.
            std::thread::sleep(Duration::from_millis((round * 7 + part * 3) % 40));
        }
        if round % 3 == 1 {
            fs::rename(setup.path("a.log"), setup.path(&format!("a.log.{round}"))).expect("renamed");
        }
        agent.kill();
    }
    let agent = setup.tail(&stub.url, &[glob.to_str().expect("text")]);
    wait_until("all lines are there", || stub.stored_rows() >= ROUNDS * LINES);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(stub.stored_rows(), ROUNDS * LINES);
    assert_once(&stub, 0, ROUNDS * LINES);
}

#[test]
fn encodings_and_what_is_no_log() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let utf16: Vec<u8> = "\u{feff}größer 日本\nzweite\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(setup.path("wide.log"), utf16).expect("written");
    fs::write(setup.path("marked.log"), "\u{feff}with a mark\n").expect("written");
    fs::write(setup.path("program.log"), b"\x7fELF\x02\x01\x01\0\0\0\0\n").expect("written");
    fs::write(setup.path("old.log.gz"), b"\x1f\x8b\x08\0").expect("written");
    let glob = setup.path("*.log*");
    let agent = setup.tail(&stub.url, &[glob.to_str().expect("text")]);
    wait_until("the lines are there", || stub.stored_rows() == 3);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!((stub.count("größer 日本"), stub.count("zweite"), stub.count("\u{feff}")), (1, 1, 0));
    assert_eq!((stub.count("with a mark"), stub.count("ELF")), (1, 0));
}

#[test]
fn stack_traces_are_one_record() {
    let (setup, stub) = (Setup::new(), Stub::start(&[]));
    let glob = setup.path("*.log");
    let agent = setup.tail(&stub.url, &["--service", "shop", glob.to_str().expect("text")]);
    wait_until("it runs", || setup.status()["running_pid"].is_number());
    setup.append("app.log", "2025-11-20 08:15:30,123 ERROR [main] a.B: failed\n");
    setup.append("app.log", "java.lang.IllegalStateException: closed\n\tat a.B.run(B.java:12)\n");
    wait_until("the record is there", || stub.stored_rows() == 1);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(stub.count("failed\njava.lang.IllegalStateException: closed\n\tat a.B.run(B.java:12)"), 1);
    assert_eq!(stub.stored_rows(), 1);
}
