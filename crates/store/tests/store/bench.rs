//! `store-test measure URL WRITER PASSWORD SQL...`: the store's time beside that of a bare HTTP request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Instant;

use click_lite_store::{Credentials, Endpoint, Store, StoreConfig};

use crate::{id, statement};

const REPEATS: u32 = 101;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [url, user, password, queries @ ..] = arguments else { return ExitCode::from(2) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let credentials = Credentials { user: user.clone(), password: password.clone() };
        let store = Store::new(StoreConfig::default()).expect("a store");
        let endpoint = Endpoint { url: url.clone(), writer: credentials.clone(), reader: credentials };
        store.connect(endpoint).await.expect("connected");
        for sql in queries {
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for number in 0..REPEATS {
                let started = Instant::now();
                let mut stream =
                    store.select(&statement(sql), id(&format!("m-{number}"))).await.expect("selected");
                while stream.next_rows().await.expect("rows").is_some() {}
                ours.push(started.elapsed());
                let started = Instant::now();
                request(url, user, password, sql).expect("answered");
                bare.push(started.elapsed());
            }
            ours.sort_unstable();
            bare.sort_unstable();
            let middle = ours.len() / 2;
            let _ = writeln!(
                std::io::stdout(),
                "store {:?} bare {:?} (minimum {:?} {:?}) {sql}",
                ours[middle],
                bare[middle],
                ours[0],
                bare[0]
            );
        }
    });
    ExitCode::SUCCESS
}

fn request(url: &str, user: &str, password: &str, sql: &str) -> std::io::Result<usize> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST /?database=click_lite&default_format=JSONEachRow HTTP/1.0\r\nHost: {address}\r\nX-ClickHouse-User: {user}\r\n\
         X-ClickHouse-Key: {password}\r\nContent-Length: {}\r\n\r\n{sql}",
        sql.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)
}
