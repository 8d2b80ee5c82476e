//! `GET /api/v1/tail`: the socket, its client's commands, and the filters that run on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{
    CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code, rejection::WebSocketUpgradeRejection,
};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::filter::Filter;
use super::poll::{self, Poll};
use super::protocol::{self, Command, DEFAULT_LAST, MOST_LAST, Wish};
use super::pump::{Control, Pump, Start};
use super::subscription::{Pace, Subscription};
use super::{Tails, token};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};
use crate::pipeline::{TAIL_COMMANDS, TAIL_MESSAGES};
use crate::sources::Source;

/// Id of the filter that the address names.
const MAIN: &str = "main";
const MOST_FILTERS: usize = 16;
const MOST_ID_BYTES: usize = 64;
/// Largest message of a client.
const COMMAND_BYTES: usize = 64 * 1024;
/// How often a client is asked whether it is there, and after which silence it is taken for gone.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(65);
/// How long a message may wait for a client that does not read.
const STALLED: Duration = Duration::from_secs(120);

/// Follows records as they come in (WebSocket).
///
/// With `query` the socket begins with a filter of the id `main`; without it, it waits for the client's messages. See
/// `docs/api.md` for those.
#[utoipa::path(
    get, path = "/api/v1/tail", tag = "read", params(Wish),
    responses(
        (status = 101, description = "the socket is open"),
        (status = 400, description = "the filter is wrong", body = click_lite_client::ErrorBody),
        (status = 426, description = "the request is no WebSocket", body = click_lite_client::ErrorBody),
        (status = 503, description = "too many tails are open", body = click_lite_client::ErrorBody)
    )
)]
pub async fn tail(
    State(app): State<Arc<App>>,
    Parameters(parameters): Parameters<HashMap<String, String>>,
    Parameters(wish): Parameters<Wish>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let first = match parameters.contains_key("query") {
        true => Some(prepare(&app, &wish).await?),
        false => None,
    };
    let upgrade = upgrade.map_err(|rejection| {
        let message = format!("this is a WebSocket: {}", rejection.body_text());
        ApiError::new(StatusCode::UPGRADE_REQUIRED, "tail.no_websocket", message)
    })?;
    let seat = Seat::take(&app).ok_or_else(|| {
        let message = "too many live tails are open: close some of them";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "tail.busy", message).retry_after(5)
    })?;
    Ok(upgrade.max_message_size(COMMAND_BYTES).on_upgrade(move |socket| Session::serve(seat, socket, first)))
}

/// A client's place, given back at the end.
struct Seat(Arc<App>);

impl Seat {
    fn take(app: &Arc<App>) -> Option<Self> {
        Tails::admit(&app.tails).then(|| Self(Arc::clone(app)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.tails.leave();
    }
}

/// A wish that was understood.
enum Prepared {
    /// Of what this server stores.
    Local(Subscription, Start),
    Foreign {
        source: Arc<Source>,
        filter: Filter,
        pace: Pace,
        start: poll::Start,
    },
}

async fn prepare(app: &App, wish: &Wish) -> Result<Prepared, ApiError> {
    let filter = Filter::new(&wish.query, app.clock.now_ns())?;
    let zero =
        |name: &str| ApiError::bad_request("tail.pace", format!("{name} is 0: leave it out for no limit"));
    if wish.rate_limit == Some(0) {
        return Err(zero("rate_limit"));
    }
    if wish.sample == Some(0) {
        return Err(zero("sample"));
    }
    let latest = wish.last.unwrap_or(DEFAULT_LAST).min(MOST_LAST);
    let pace = Pace { rows_per_second: wish.rate_limit, one_of: wish.sample };
    if let Some(source) = app.sources.find(wish.source.as_deref()).await? {
        let start = match &wish.resume {
            Some(token) => poll::Start::Behind(token::place(token)?),
            None => poll::Start::Latest(latest),
        };
        return Ok(Prepared::Foreign { source, filter, pace, start });
    }
    let start = match &wish.resume {
        Some(token) => Start::After(token::decode(app.pipeline.spool().uuid(), token)?),
        None => Start::Latest(latest),
    };
    let position = match start {
        Start::After(position) => position,
        Start::Latest(_) => 0,
    };
    Ok(Prepared::Local(Subscription::new(filter, pace, position), start))
}

/// A filter that runs; it ends when it is dropped.
struct Running {
    controls: mpsc::Sender<Control>,
    _task: AbortOnDropHandle<()>,
}

struct Session {
    app: Arc<App>,
    out: mpsc::Sender<String>,
    filters: HashMap<String, Running>,
}

impl Session {
    async fn serve(seat: Seat, socket: WebSocket, first: Option<Prepared>) {
        let app = Arc::clone(&seat.0);
        let (sink, stream) = socket.split();
        let (out, messages) = mpsc::channel(TAIL_MESSAGES);
        let mut session = Self { app: Arc::clone(&app), out, filters: HashMap::new() };
        if let Some(first) = first {
            session.start(MAIN.to_owned(), first);
        }
        let stop = app.stop.clone();
        tokio::select! {
            () = write(sink, messages, stop.cancelled()) => {}
            () = session.read(stream) => {}
        }
    }

    fn start(&mut self, id: String, prepared: Prepared) {
        let (controls, commands) = mpsc::channel(TAIL_COMMANDS);
        let (app, out) = (Arc::clone(&self.app), self.out.clone());
        let task = match prepared {
            Prepared::Local(subscription, start) => {
                let pump = Pump { app, id: id.clone(), subscription: Arc::new(subscription), out };
                tokio::spawn(pump.run(start, commands))
            }
            Prepared::Foreign { source, filter, pace, start } => {
                let poll = Poll { app, source, id: id.clone(), filter, pace, out };
                tokio::spawn(poll.run(start, commands))
            }
        };
        self.filters.insert(id, Running { controls, _task: AbortOnDropHandle::new(task) });
    }

    /// Obeys the client until it goes.
    async fn read(&mut self, mut stream: SplitStream<WebSocket>) {
        while let Ok(Some(Ok(message))) = tokio::time::timeout(SILENCE, stream.next()).await {
            let text = match message {
                Message::Text(text) => text,
                Message::Close(_) => return,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => continue,
            };
            let (id, obeyed) = match serde_json::from_str::<Command>(&text) {
                Ok(command) => self.obey(command).await,
                Err(error) => (
                    None,
                    Err(ApiError::bad_request("tail.message", format!("no message of a tail: {error}"))),
                ),
            };
            if let Err(error) = obeyed
                && self.out.send(protocol::error(id.as_deref(), &error)).await.is_err()
            {
                return;
            }
        }
    }

    async fn obey(&mut self, command: Command) -> (Option<String>, Result<(), ApiError>) {
        match command {
            Command::Subscribe { id, wish } => {
                let subscribed = self.subscribe(id.clone(), &wish).await;
                (Some(id), subscribed)
            }
            Command::Unsubscribe { id } => {
                self.filters.remove(&id);
                (Some(id), Ok(()))
            }
            Command::Pause { id } => self.control(id, Control::Pause).await,
            Command::Resume { id, skip } => self.control(id, Control::Resume { skip }).await,
        }
    }

    async fn subscribe(&mut self, id: String, wish: &Wish) -> Result<(), ApiError> {
        if id.is_empty() || id.len() > MOST_ID_BYTES {
            let message = format!("a filter needs an id of 1 to {MOST_ID_BYTES} bytes");
            return Err(ApiError::bad_request("tail.message", message));
        }
        let prepared = prepare(&self.app, wish).await?;
        self.filters.remove(&id);
        if self.filters.len() >= MOST_FILTERS {
            let message = format!("a socket has at most {MOST_FILTERS} filters: end some, or open another");
            return Err(ApiError::bad_request("tail.filters", message));
        }
        self.start(id, prepared);
        Ok(())
    }

    async fn control(&mut self, id: String, control: Control) -> (Option<String>, Result<(), ApiError>) {
        let sent = match self.filters.get(&id) {
            Some(running) => running.controls.send(control).await.is_ok(),
            None => false,
        };
        let result =
            if sent { Ok(()) } else { Err(ApiError::not_found(format!("no filter `{id}` runs here"))) };
        (Some(id), result)
    }
}

/// Sends messages, and asks now and then whether the client is there, until it goes or the server stops.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut messages: mpsc::Receiver<String>,
    stop: impl Future<Output = ()>,
) {
    let mut pings = tokio::time::interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    tokio::pin!(stop);
    loop {
        let message = tokio::select! {
            Some(message) = messages.recv() => Message::Text(message.into()),
            _ = pings.tick() => Message::Ping(Vec::new().into()),
            () = stop.as_mut() => {
                let close = CloseFrame { code: close_code::AWAY, reason: "the server stops".into() };
                let _ = tokio::time::timeout(Duration::from_secs(1), sink.send(Message::Close(Some(close)))).await;
                return;
            }
        };
        if !matches!(tokio::time::timeout(STALLED, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}
