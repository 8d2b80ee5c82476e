//! A ClickHouse of somebody else: with users, passwords and tables that our server did not make, alone or as a cluster.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::{PATIENCE, server_binary};

/// Who may read, and nothing else; no setting may be set.
pub const READER: (&str, &str) = ("analyst", "only reads");

/// A running ClickHouse with a table folder of its own. Dropping it kills it.
pub struct ForeignClickHouse {
    child: Child,
    http: reqwest::Client,
    /// Of its HTTP interface.
    pub url: String,
    _folder: TempDir,
}

impl ForeignClickHouse {
    /// Starts one whose reader may read database `logs`.
    pub async fn start() -> anyhow::Result<Self> {
        let [http, tcp] = free_ports()?;
        Self::start_on(http, tcp, "").await
    }

    /// Starts two that are the shards of the cluster `pair`.
    pub async fn start_cluster() -> anyhow::Result<[Self; 2]> {
        let [first_http, first_tcp] = free_ports()?;
        let [second_http, second_tcp] = free_ports()?;
        let shard = |port: u16| {
            format!("<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>")
        };
        let cluster = format!(
            "<remote_servers><pair>{}{}</pair></remote_servers>",
            shard(first_tcp),
            shard(second_tcp)
        );
        let first = Self::start_on(first_http, first_tcp, &cluster).await?;
        let second = Self::start_on(second_http, second_tcp, &cluster).await?;
        for one in [&first, &second] {
            // The native protocol, by which shards talk to each other.
            one.query("SYSTEM START LISTEN TCP").await?;
        }
        Ok([first, second])
    }

    async fn start_on(http_port: u16, tcp_port: u16, more: &str) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let config = write_config(folder.path(), http_port, tcp_port, more)?;
        let log = std::fs::File::create(folder.path().join("output.log"))?;
        // Its stdin is a pipe that ends with us, and it with that.
        let child = Command::new(server_binary()?)
            .args(["engine", "--config"])
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let url = format!("http://127.0.0.1:{http_port}");
        let mut started = Self { child, http: crate::http()?, url, _folder: folder };
        let deadline = Instant::now() + PATIENCE;
        while started.query("SELECT 1").await.is_err() {
            if let Some(status) = started.child.try_wait()? {
                bail!("the other ClickHouse ended: {status}");
            }
            ensure!(Instant::now() < deadline, "the other ClickHouse does not answer");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        started.query("CREATE DATABASE logs").await?;
        Ok(started)
    }

    /// Runs a statement as its administrator; the answer as text.
    pub async fn query(&self, sql: &str) -> anyhow::Result<String> {
        let answer =
            self.http.post(&self.url).body(sql.to_owned()).send().await.with_context(|| sql.to_owned())?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{sql}: ClickHouse answered {status}: {text}");
        Ok(text.trim().to_owned())
    }
}

impl Drop for ForeignClickHouse {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_ports() -> anyhow::Result<[u16; 2]> {
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    let [first, second] = &listeners;
    Ok([first.local_addr()?.port(), second.local_addr()?.port()])
}

fn write_config(folder: &Path, http: u16, tcp: u16, more: &str) -> anyhow::Result<std::path::PathBuf> {
    let (reader, password) = READER;
    let path = |name: &str| folder.join(name).display().to_string();
    let users = format!(
        "<clickhouse><profiles><default/><reader><readonly>1</readonly></reader></profiles><quotas><default/></quotas><users>\
         <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>\
         <quota>default</quota><grants><query>GRANT ALL ON *.*</query></grants></default>\
         <{reader}><password>{password}</password><networks><ip>127.0.0.1</ip></networks><profile>reader</profile>\
         <quota>default</quota><grants><query>GRANT SELECT ON logs.*</query></grants></{reader}>\
         </users></clickhouse>"
    );
    std::fs::write(folder.join("users.xml"), users)?;
    let config = format!(
        "<clickhouse><path>{}/</path><users_config>{}</users_config><timezone>UTC</timezone>\
         <listen_host>127.0.0.1</listen_host><http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>\
         <logger><level>warning</level><log>{}</log><console>0</console></logger>\
         <max_server_memory_usage>1000000000</max_server_memory_usage>{more}</clickhouse>",
        path("store"),
        path("users.xml"),
        path("clickhouse.log"),
    );
    let file = folder.join("config.xml");
    std::fs::write(&file, config)?;
    Ok(file)
}
