use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::{ApiClient, ClientError, ErrorBody};

/// How long a server may take to open a socket.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// The server asks each 20 seconds whether somebody is there: after this silence it is gone.
const SILENCE: Duration = Duration::from_secs(65);

/// The socket of `/api/v1/tail`.
pub struct TailSocket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl ApiClient {
    /// Opens the socket of live tail; `path` is `/api/v1/tail` with its parameters.
    ///
    /// # Errors
    /// Those of the connection, and [`ClientError::Api`] where the server refuses.
    pub async fn tail(&self, path: &str) -> Result<TailSocket, ClientError> {
        // `http` becomes `ws`, and `https` `wss`.
        let url = format!("ws{}{path}", self.base_url().trim_start_matches("http"));
        let mut request =
            url.as_str().into_client_request().map_err(|_| ClientError::Url(self.base_url().to_owned()))?;
        if let Some(token) = self.token() {
            let bearer = format!("Bearer {token}");
            let value = bearer.parse().map_err(|_| ClientError::Broken("the token is no header".into()))?;
            request.headers_mut().insert("authorization", value);
        }
        let unreachable =
            |reason: String| ClientError::Unreachable { url: self.base_url().to_owned(), reason };
        match tokio::time::timeout(OPEN_TIMEOUT, connect_async_with_config(request, None, true)).await {
            Ok(Ok((socket, _))) => Ok(TailSocket(socket)),
            Ok(Err(Error::Http(response))) => {
                let status = response.status().as_u16();
                let body = response.into_body().unwrap_or_default();
                Err(match serde_json::from_slice::<ErrorBody>(&body) {
                    Ok(body) => ClientError::Api { status, detail: body.error },
                    Err(_) => ClientError::NotOurs { status },
                })
            }
            Ok(Err(error)) => Err(unreachable(error.to_string())),
            Err(_) => Err(unreachable("it did not answer in time".into())),
        }
    }
}

impl TailSocket {
    /// The next message; `None` once the server closed the socket. Cancel-safe.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self) -> Result<Option<String>, ClientError> {
        loop {
            match tokio::time::timeout(SILENCE, self.0.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return Ok(Some(text.as_str().to_owned())),
                Ok(Some(Ok(Message::Close(_))) | None) => return Ok(None),
                // Pings are answered by the next read or write.
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(Error::ConnectionClosed | Error::AlreadyClosed))) => return Ok(None),
                Ok(Some(Err(error))) => return Err(ClientError::Broken(error.to_string())),
                Err(_) => return Err(ClientError::Broken("the server is silent".into())),
            }
        }
    }

    /// Sends a message of the client.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn send(&mut self, message: String) -> Result<(), ClientError> {
        self.0.send(Message::text(message)).await.map_err(|error| ClientError::Broken(error.to_string()))
    }
}
