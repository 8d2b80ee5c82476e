use super::*;

/// What `journalctl -o export` prints of two entries; the message of the second has two lines.
fn export() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(
        b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1763626530123456\nPRIORITY=3\n_HOSTNAME=a1\n_SYSTEMD_UNIT=ssh.service\n\
          _COMM=sshd\n_PID=12\nMESSAGE=gr\xc3\xbc\xc3\x9fe = 1\n\n",
    );
    bytes.extend_from_slice(b"__REALTIME_TIMESTAMP=1763626530123457\nSYSLOG_IDENTIFIER=app\nMESSAGE\n");
    bytes.extend_from_slice(&9_u64.to_le_bytes());
    bytes.extend_from_slice(b"one\ntwo=3\nPRIORITY=9\n\n");
    bytes
}

/// Records as text, rejections, and the fault where there is one.
fn decode(pieces: &[&[u8]], record_bytes: usize) -> (Vec<String>, u64, Option<JournalError>) {
    let mut decoder = Decoder::new(record_bytes);
    let (mut record, mut rejections, mut found) = (Record::new(), Rejections::default(), Vec::new());
    let mut sink = |record: &mut Record| {
        let attributes: Vec<String> =
            record.attributes().map(|(key, value)| format!("{key}={value}")).collect();
        let host: Vec<&str> = record.resource().map(|(_, value)| value).collect();
        found.push(format!(
            "{:?} {} {} {:?} {} {}",
            record.time_ns,
            record.severity_text(),
            record.service(),
            host,
            record.body(),
            attributes.join(" ")
        ));
    };
    let mut read = || -> Result<(), JournalError> {
        for piece in pieces {
            decoder.decode(piece, &mut record, &mut sink, &mut rejections)?;
        }
        decoder.end(&mut record, &mut sink, &mut rejections)
    };
    let fault = read().err();
    (found, rejections.count(), fault)
}

#[test]
fn entries_become_records_wherever_the_body_is_cut() {
    let export = export();
    let (found, rejected, fault) = decode(&[&export], 10_000);
    assert_eq!(
        found,
        [
            "Some(1763626530123456000) err ssh [\"a1\"] grüße = 1 __CURSOR=s=1 _SYSTEMD_UNIT=ssh.service _COMM=sshd process.pid=12",
            "Some(1763626530123457000)  app [] one\ntwo=3 PRIORITY=9",
        ]
    );
    assert_eq!((rejected, fault), (0, None));
    for cut in 1..export.len() {
        let pieces: Vec<&[u8]> = export.chunks(cut).collect();
        assert_eq!(decode(&pieces, 10_000), decode(&[&export], 10_000), "pieces of {cut}");
    }
    // The empty line behind the last entry may be missing.
    assert_eq!(decode(&[&export[..export.len() - 1]], 10_000), decode(&[&export], 10_000));
}

#[test]
fn an_entry_that_is_too_large_is_left_out_and_counted() {
    let mut bytes = export();
    bytes.extend_from_slice(b"MESSAGE\n");
    bytes.extend_from_slice(&5_000_u64.to_le_bytes());
    bytes.extend_from_slice(&[b'x'; 5_000]);
    bytes.extend_from_slice(b"\nPRIORITY=3\n\n");
    bytes.extend_from_slice(format!("MESSAGE={}\n\n", "y".repeat(5_000)).as_bytes());
    bytes.extend_from_slice(b"MESSAGE=last\n\n");
    for cut in [7, 1_000, bytes.len()] {
        let pieces: Vec<&[u8]> = bytes.chunks(cut).collect();
        let (found, rejected, fault) = decode(&pieces, 4_000);
        assert_eq!((found.len(), rejected, fault), (3, 2, None), "pieces of {cut}");
        assert_eq!(found[2], "None   [] last ");
    }
}

#[test]
fn what_is_no_export_is_told_with_the_entry() {
    let long = "A".repeat(MOST_NAME_BYTES + 1);
    for (bytes, fault) in [
        (&b"MESSAGE=a\n\n{\"json\": 1}\n"[..], JournalFault::NoField),
        (b"MESSAGE=a\n\n=x\n", JournalFault::NoField),
        (b"MESSAGE=a\n\nlower=x\n", JournalFault::NoField),
        (b"MESSAGE=a\n\nMESSAGE\n\x01\0\0\0\0\0\0\0ab\n", JournalFault::Length),
        (b"MESSAGE=a\n\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffab\n", JournalFault::Truncated),
        (b"MESSAGE=a\n\nMESSA", JournalFault::Truncated),
        (long.as_bytes(), JournalFault::NoField),
    ] {
        let (found, rejected, error) = decode(&[bytes], 1_000);
        let before = usize::from(bytes.starts_with(b"MESSAGE"));
        assert_eq!((found.len(), rejected), (before, 0));
        assert_eq!(error, Some(JournalError { number: before as u64, fault }), "{}", bytes.escape_ascii());
    }
    // A name that is too long is one however much of its line has come.
    let late = format!("{long}=x");
    for cut in [1, 100, late.len()] {
        let pieces: Vec<&[u8]> = late.as_bytes().chunks(cut).collect();
        let error = decode(&pieces, 1_000).2;
        assert_eq!(error, Some(JournalError { number: 0, fault: JournalFault::NoField }), "pieces of {cut}");
    }
    assert_eq!(decode(&[b"\n\n\n"], 1_000), (Vec::new(), 0, None));
}
