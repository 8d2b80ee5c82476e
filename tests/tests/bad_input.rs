//! What is no log file is said so, and costs nothing else.

use std::io::Write;
use std::path::Path;

use click_lite_tests::{Server, peak_memory_bytes};

fn refused(server: &Server, path: &Path) -> String {
    server.import(path, &[]).expect_err("refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_file_gets_its_message_and_the_rest_is_imported() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.log"), "")?;
    std::fs::write(path("picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10")?;
    let noise: Vec<u8> =
        (0..100_000u32).map(|value| (value.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(path("noise.bin"), noise)?;

    assert!(refused(&server, folder.path()).contains("is a directory"));
    assert!(refused(&server, &path("nothing.log")).contains("is not there"));
    assert!(refused(&server, &path("empty.log")).contains("is empty"));
    assert!(refused(&server, &path("picture.png")).contains("a PNG image"));
    assert!(refused(&server, &path("noise.bin")).contains("not a log file"));
    assert_eq!(server.count("*").await?, 0);

    // One bad file among good ones.
    std::fs::write(path("good.log"), "2026-01-02T03:04:05Z INFO fine\n")?;
    let names = ["empty.log", "good.log"].map(|name| path(name).to_string_lossy().into_owned());
    let output = server.command("import", &[&names[0], &names[1]])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 of 2 files"), "{output:?}");
    server.wait_for_count("fine", 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_gzip_gives_what_can_be_read() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cut.log.gz");
    let text: String = (0..50_000)
        .map(|n| format!("2026-01-02T03:04:05Z INFO number {n} {}\n", n * 7919 % 10_007))
        .collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes())?;
    let bytes = gzip.finish()?;
    std::fs::write(&path, &bytes[..bytes.len() / 2])?;
    let output = server.command("import", &[&path.to_string_lossy()])?;
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("ends in the middle of its compressed data"), "{message}");
    let imports = server.get("/api/v1/imports").await?;
    let rows = imports["imports"][0]["rows"].as_u64().unwrap_or(0);
    assert!(rows > 10_000 && rows < 50_000, "{imports}");
    server.wait_for_count("*", rows).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_shrinks_while_it_is_sent_is_told() -> anyhow::Result<()> {
    let server = Server::start()?;
    let answer = click_lite_tests::http()?
        .post(format!("{}/api/v1/imports?name=app.log&size=1000", server.url()))
        .bearer_auth(server.token())
        .body("2026-01-02T03:04:05Z INFO one\n2026-01-02T03:04:06Z INFO two\n")
        .send()
        .await?;
    let import: serde_json::Value = answer.json().await?;
    assert_eq!((import["state"].as_str(), import["rows"].as_u64()), (Some("failed"), Some(2)), "{import}");
    assert_eq!(import["error"]["code"], "import.cut_short");
    server.wait_for_count("*", 2).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_hundred_megabytes_is_cut_into_records() -> anyhow::Result<()> {
    let server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("long.log");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        file.write_all(&piece)?;
    }
    file.write_all(b"\n2026-01-02T03:04:05Z INFO after the long line\n")?;
    file.into_inner()?.sync_all()?;
    let import = server.import(&path, &[])?;
    let rows = import["rows"].as_u64().unwrap_or(0);
    assert!((25..=210).contains(&rows), "{import}");
    assert_eq!(server.count("\"after the long line\"").await?, 1);
    let peak = peak_memory_bytes(server.pid())?;
    assert!(peak < 400 << 20, "the server took {} MiB", peak >> 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_json_and_invalid_text_cost_nobody_else() -> anyhow::Result<()> {
    let server = Server::start()?;
    let deep = format!("{}{}", "{\"a\":".repeat(10_000), "1") + &"}".repeat(10_000);
    let many: String = (0..100_000).map(|n| format!(",\"key{n}\":{n}")).collect();
    let mut body =
        format!("{{\"message\":\"before\"}}\n{deep}\n{{\"message\":\"many keys\"{many}}}\n").into_bytes();
    body.extend(b"{\"message\":\"caf\xe9 \xff\"}\n{\"message\":\"after\"}\n");
    let answer = server.ingest("application/x-ndjson", body).await?;
    assert_eq!((answer["accepted"].as_u64(), answer["rejected"].as_u64()), (Some(4), Some(1)), "{answer}");
    assert!(
        answer["errors"][0]["message"].as_str().is_some_and(|message| message.contains("deep")),
        "{answer}"
    );
    server.wait_for_count("*", 4).await?;
    assert_eq!(server.count("key99999:99999").await?, 1);
    assert_eq!(server.rows("caf*", 1).await?.len(), 1);
    Ok(())
}
