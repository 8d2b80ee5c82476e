//! `serve`: from the configuration to open listeners, and back.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{App, EngineHandle, store_config};
use crate::cli::{EngineArgs, MigrateArgs, ServeArgs};
use crate::config::Config;
use crate::deliver::{Deliverer, Inserter};
use crate::http::connection::{ConnectionLimits, serve};
use crate::ingest::otlp;
use crate::{http, ingest, logging};

/// How long open requests and inserts may take after a stop was asked for.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// Runs the server until SIGTERM, SIGINT, or the end of standard input where that was asked for.
pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(data_dir) = args.data_dir {
        config.data.dir = std::path::absolute(data_dir)?;
    }
    if let Some(listen) = args.listen {
        config.http.listen = listen;
    }
    if let Some(url) = args.clickhouse {
        config.clickhouse.url = Some(url);
    }
    config.validate()?;
    let _log = logging::start(&config)?;
    let _ = rustls::crypto::ring::default_provider().install_default();

    raise_open_files();

    let app = App::build(config).await?;
    let main = TcpListener::bind(app.config.http.listen).await.with_context(|| {
        format!(
            "{} can't be listened on: stop the program that uses it, or choose another address with --listen",
            app.config.http.listen
        )
    })?;
    let otlp = match app.config.otlp.http_enabled {
        true => bind_or_warn("OTLP over HTTP", app.config.otlp.http_listen).await,
        false => None,
    };
    let otlp_grpc = match app.config.otlp.grpc_enabled {
        true => bind_or_warn("OTLP over gRPC", app.config.otlp.grpc_listen).await,
        false => None,
    };
    let mut listeners = Map::new();
    listeners.insert("http".into(), main.local_addr()?.to_string().into());
    if let Some(otlp) = &otlp {
        listeners.insert("otlp_http".into(), otlp.local_addr()?.to_string().into());
    }
    if let Some(otlp_grpc) = &otlp_grpc {
        listeners.insert("otlp_grpc".into(), otlp_grpc.local_addr()?.to_string().into());
    }
    let receivers = ingest::open_receivers(&app).await?;
    listeners.extend(receivers.listeners().clone());
    app.set_listeners(listeners);
    // The desktop waits for this line.
    println(&format!("Listening on http://{}", main.local_addr()?));

    let mut tasks = JoinSet::new();
    let stop = app.stop.clone();
    // Requests end first, then what they handed over is written and delivered.
    let drain = CancellationToken::new();
    {
        let (app, drain) = (Arc::clone(&app), drain.clone());
        tasks.spawn(async move { app.engine.keep_connected(&app.store, &drain).await });
    }
    tasks.spawn(Arc::clone(&app.pipeline).commit_shared(drain.clone()));
    for inserter in &app.inserters {
        tasks.spawn(deliverer(&app, inserter).run(drain.clone(), STOP_DEADLINE));
    }
    tasks.spawn(Arc::clone(&app.storage).work(stop.clone()));
    {
        let (app, stop) = (Arc::clone(&app), stop.clone());
        tasks.spawn(async move { app.export_jobs.work(&app, &stop).await });
    }
    {
        let (app, drain) = (Arc::clone(&app), drain.clone());
        tasks.spawn(async move { app.attribute_use.keep(&app.catalog, &*app.clock, drain).await });
    }
    {
        let (app, drain) = (Arc::clone(&app), drain.clone());
        tasks.spawn(async move { app.watch_alarms(&drain).await });
    }

    let mut servers = JoinSet::new();
    let limits = ConnectionLimits {
        head: Duration::from_secs(app.config.http.head_timeout_seconds),
        idle: Duration::from_secs(app.config.http.idle_timeout_seconds),
        slots: Arc::new(Semaphore::new(app.config.http.max_connections as usize)),
    };
    let serve = |listener, router| serve(listener, router, limits.clone(), stop.clone());
    servers.spawn(serve(main, http::router(&app)));
    if let Some(otlp) = otlp {
        servers.spawn(serve(otlp, http::otlp_router(&app)));
    }
    if let Some(otlp_grpc) = otlp_grpc {
        servers.spawn(otlp::grpc::serve(Arc::clone(&app), otlp_grpc, stop.clone()));
    }
    servers.spawn(async move {
        receivers.run().await;
        Ok(())
    });
    {
        let app = Arc::clone(&app);
        let ready_file = args.ready_file;
        tasks.spawn(async move { announce(&app, ready_file.as_deref()).await });
    }

    wait_for_stop(args.stop_with_stdin).await?;
    tracing::info!("stopping");
    stop.cancel();
    if tokio::time::timeout(STOP_DEADLINE, async { while servers.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time and were cut off");
        servers.abort_all();
    }
    drain.cancel();
    while tasks.join_next().await.is_some() {}
    // Its idle connections: the engine would wait for them when it stops.
    app.store.disconnect();
    app.engine.stop().await;
    let spools = app.pipeline.spools().map(Clone::clone);
    tokio::task::spawn_blocking(move || spools.into_iter().try_for_each(|spool| spool.close())).await??;
    tracing::info!("stopped");
    Ok(())
}

fn deliverer(app: &App, inserter: &Arc<Inserter>) -> Arc<Deliverer> {
    Arc::new(Deliverer {
        inserter: Arc::clone(inserter),
        started_ns: app.clock.now_ns(),
        delay: Duration::from_millis(app.config.spool.deliver_delay_ms),
        insert_bytes: app.config.spool.insert_bytes,
    })
}

async fn bind_or_warn(what: &str, address: SocketAddr) -> Option<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::warn!(address = %address, error = %error, "{what} is off: its port is taken or not allowed");
            None
        }
    }
}

/// Asks for as many open files as the system allows: each connection is one.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(error = %error, files = limit.current, "the limit of open files can't be raised");
    }
}

/// Says where the server is, once the engine answers.
async fn announce(app: &App, ready_file: Option<&Path>) {
    tokio::select! {
        () = app.store.wait_until_connected() => {}
        () = app.stop.cancelled() => return,
    }
    let mut ready = app.listeners();
    ready.insert("clickhouse".into(), app.engine.status().url.into());
    ready.insert("token_file".into(), app.access.token_file().display().to_string().into());
    let listeners = Value::Object(app.listeners()).to_string();
    tracing::info!(listeners, "ready");
    println(&format!("Click-Lite is ready. Open {}", app.sign_in_link()));
    if let Some(path) = ready_file
        && let Err(error) = write_whole(path, &Value::Object(ready).to_string())
    {
        tracing::error!(error = %error, "the ready file {} can't be written", path.display());
    }
}

/// Standard output may be closed by now: that is no reason to stop.
fn println(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Readers see the old file or the whole new one.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let part = path.with_extension("part");
    std::fs::write(&part, text)?;
    std::fs::rename(&part, path)
}

async fn wait_for_stop(with_stdin: bool) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
        () = end_of_stdin(), if with_stdin => {}
    }
    Ok(())
}

/// Read by a thread of its own: one of the runtime's would keep the program from ending.
async fn end_of_stdin() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}

/// `migrate`: brings the tables up to date and ends.
pub async fn migrate(args: MigrateArgs) -> anyhow::Result<()> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(url) = args.clickhouse {
        config.clickhouse.url = Some(url);
    }
    config.validate()?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = Arc::new(click_lite_store::Store::new(store_config(&config))?);
    let engine = EngineHandle::start(&config)?;
    let migrated = match engine.endpoint().await {
        Ok(endpoint) => store.connect(endpoint).await.map_err(Into::into),
        Err(error) => Err(error),
    };
    engine.stop().await;
    migrated?;
    println("the tables are up to date");
    Ok(())
}

/// `engine`: the process that is ClickHouse.
pub fn engine_host(args: &EngineArgs) -> anyhow::Result<()> {
    let args =
        click_lite_engine::host::HostArgs { config: args.config.clone(), library: args.library.clone() };
    Ok(click_lite_engine::host::run(args)?)
}
