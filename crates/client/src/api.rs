use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;

use crate::{ClientError, ErrorBody, FileIdentity, Import};

/// Bytes of a file that are read and sent at once: they are copied three times, and stay in the processor's cache.
const FILE_PIECE_BYTES: usize = 256 * 1024;

/// A server and the token for it. Cheap to clone.
#[derive(Clone)]
pub struct ApiClient {
    http: reqwest::Client,
    base_url: String,
    token: Option<String>,
}

/// What is said about a file when it is imported.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Chosen by the caller, so that progress can be asked for while the file is sent.
    pub id: String,
    pub name: String,
    /// `None` for standard input.
    pub file: Option<FileIdentity>,
    pub service: Option<String>,
    /// Name of a format; `None` detects it.
    pub format: Option<String>,
    /// Import although the same file was imported before.
    pub again: bool,
}

impl ApiClient {
    /// `base_url` such as `http://127.0.0.1:7410`.
    ///
    /// # Errors
    /// The URL is none, or the TLS set-up of the system fails.
    pub fn new(base_url: &str, token: Option<String>) -> Result<Self, ClientError> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
            return Err(ClientError::Url(base_url));
        }
        // Another part of the process may have installed a provider already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).tcp_nodelay(true);
        if base_url.starts_with("http://127.") || base_url.starts_with("http://localhost") {
            // Nor TLS: to read the system's certificates takes longer than a first call.
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http.build().map_err(|error| ClientError::Url(format!("{base_url} ({error})")))?;
        Ok(Self { http, base_url, token })
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Any call: status and body as they came. Errors are those of the connection alone.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<(u16, String), ClientError> {
        let response = self.send(self.json_request(method, path, body)).await?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|error| ClientError::Broken(reason(&error)))?;
        Ok((status, text))
    }

    /// A call whose answer is one JSON value.
    ///
    /// # Errors
    /// Those of the connection, and [`ClientError::Api`] for an error answer.
    pub async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<T, ClientError> {
        let (status, text) = self.request(method, path, body).await?;
        parse(status, &text)
    }

    /// A call whose answer is lines of JSON (`application/x-ndjson`). Dropping the stream ends the query.
    pub async fn lines(&self, path: &str, body: String) -> Result<LineStream, ClientError> {
        let request =
            self.json_request(Method::POST, path, Some(body)).header("accept", "application/x-ndjson");
        let response = succeeded(self.send(request).await?).await?;
        Ok(LineStream { body: Box::pin(response.bytes_stream()), buffer: BytesMut::new(), ended: false })
    }

    /// A call whose answer is a file, with POST where it has a body. Dropping the answer ends what makes it.
    pub async fn file(&self, path: &str, body: Option<String>) -> Result<FileAnswer, ClientError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let request = self.json_request(method, path, body);
        Ok(FileAnswer { response: succeeded(self.send(request).await?).await? })
    }

    /// Sends a file; returns when every record of it is durable. Ask [`Self::import_status`] for progress meanwhile.
    pub async fn import_file(&self, path: &Path, request: &ImportRequest) -> Result<Import, ClientError> {
        let mut file = tokio::fs::File::open(path).await.map_err(|source| ClientError::read(path, source))?;
        file.set_max_buf_size(FILE_PIECE_BYTES);
        let stream = tokio_util::io::ReaderStream::with_capacity(file, FILE_PIECE_BYTES);
        self.import(request, reqwest::Body::wrap_stream(stream)).await
    }

    /// As [`Self::import_file`], from standard input until it ends.
    pub async fn import_stdin(&self, request: &ImportRequest) -> Result<Import, ClientError> {
        let stream = tokio_util::io::ReaderStream::with_capacity(tokio::io::stdin(), FILE_PIECE_BYTES);
        self.import(request, reqwest::Body::wrap_stream(stream)).await
    }

    async fn import(&self, request: &ImportRequest, body: reqwest::Body) -> Result<Import, ClientError> {
        let mut parameters = vec![("id", request.id.clone()), ("name", request.name.clone())];
        if let Some(file) = &request.file {
            parameters.push(("path", file.path.to_string_lossy().into_owned()));
            parameters.push(("size", file.size_bytes.to_string()));
            parameters.push(("fingerprint", file.fingerprint.clone()));
            parameters.extend(file.modified.clone().map(|modified| ("modified", modified)));
        }
        parameters.extend(request.service.clone().map(|service| ("service", service)));
        parameters.extend(request.format.clone().map(|format| ("format", format)));
        if request.again {
            parameters.push(("again", "true".into()));
        }
        let call = self
            .authorized(self.http.post(self.url("/api/v1/imports")))
            .query(&parameters)
            .header("content-type", "application/octet-stream")
            .body(body);
        let response = self.send(call).await?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|error| ClientError::Broken(reason(&error)))?;
        parse(status, &text)
    }

    /// How far an import is.
    pub async fn import_status(&self, id: &str) -> Result<Import, ClientError> {
        self.json(Method::GET, &format!("/api/v1/imports/{id}"), None).await
    }

    /// Earlier imports of the file with this fingerprint, newest first.
    pub async fn imports_of(&self, fingerprint: &str) -> Result<Vec<Import>, ClientError> {
        #[derive(serde::Deserialize)]
        struct Answer {
            imports: Vec<Import>,
        }
        let path = format!("/api/v1/imports?fingerprint={fingerprint}");
        Ok(self.json::<Answer>(Method::GET, &path, None).await?.imports)
    }

    /// Format and first rows of a file, from its first bytes, as the API gives them; `format` in place of the detected one.
    pub async fn preview(
        &self,
        name: &str,
        format: Option<&str>,
        head: Vec<u8>,
    ) -> Result<serde_json::Value, ClientError> {
        let call = self
            .authorized(self.http.post(self.url("/api/v1/imports/preview")))
            .query(&[("name", name), ("format", format.unwrap_or("auto"))])
            .header("content-type", "application/octet-stream")
            .body(head);
        let response = self.send(call).await?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|error| ClientError::Broken(reason(&error)))?;
        parse(status, &text)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn json_request(&self, method: Method, path: &str, body: Option<String>) -> RequestBuilder {
        let request = self.authorized(self.http.request(method, self.url(path)));
        match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        request.send().await.map_err(|error| {
            if error.is_connect() || error.is_timeout() {
                ClientError::Unreachable { url: self.base_url.clone(), reason: reason(&error) }
            } else {
                ClientError::Broken(reason(&error))
            }
        })
    }
}

/// Lines of a streamed answer, without their line ends.
pub struct LineStream {
    body: std::pin::Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    buffer: BytesMut,
    ended: bool,
}

impl LineStream {
    /// The next lines that are there, at least one; `None` at the end.
    pub async fn next_lines(&mut self) -> Result<Option<Vec<String>>, ClientError> {
        loop {
            if let Some(end) = self.buffer.iter().rposition(|&byte| byte == b'\n') {
                return Ok(Some(split(&self.buffer.split_to(end + 1))));
            }
            if self.ended {
                let rest = split(&self.buffer.split());
                return Ok((!rest.is_empty()).then_some(rest));
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(ClientError::Broken(reason(&error))),
                None => self.ended = true,
            }
        }
    }
}

fn split(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// A file that is being sent.
pub struct FileAnswer {
    response: Response,
}

impl FileAnswer {
    /// How many rows it has, where these are the first of more than such a file holds.
    pub fn first_rows(&self) -> Option<u64> {
        self.response.headers().get("x-first-rows")?.to_str().ok()?.parse().ok()
    }

    /// Writes all of it to a file beside `out`, which then takes the place of `out`: a file of before stays as it was where
    /// this one can't be whole. The bytes written; `on_bytes` is told of them meanwhile.
    ///
    /// # Errors
    /// [`ClientError::Broken`] where the server cuts it off, [`ClientError::Write`] where there is no room.
    pub async fn save(self, out: &Path, on_bytes: impl FnMut(u64)) -> Result<u64, ClientError> {
        let wrong = |source| ClientError::Write { path: out.to_owned(), source };
        let part = part_in(folder_of(out)).map_err(wrong)?;
        let bytes = self.write(part.as_file(), on_bytes).await?.map_err(wrong)?;
        place(part, out).map_err(wrong)?;
        Ok(bytes)
    }

    /// Writes all of it, told apart from what the disk says. As [`Self::save`], without a place for it yet.
    ///
    /// # Errors
    /// [`ClientError::Broken`] where the server cuts it off.
    pub async fn write(
        mut self,
        file: &std::fs::File,
        mut on_bytes: impl FnMut(u64),
    ) -> Result<std::io::Result<u64>, ClientError> {
        let mut file = std::io::BufWriter::with_capacity(FILE_PIECE_BYTES, file);
        let mut bytes = 0;
        while let Some(piece) =
            self.response.chunk().await.map_err(|error| ClientError::Broken(reason(&error)))?
        {
            if let Err(error) = file.write_all(&piece) {
                return Ok(Err(error));
            }
            bytes += piece.len() as u64;
            on_bytes(bytes);
        }
        Ok(file.flush().map(|()| bytes))
    }
}

/// A temporary file that others may read as far as they may read files of this user.
///
/// # Errors
/// What the file system says.
pub fn part_in(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Puts a temporary file where it belongs, also on another disk; a file of before stays where that fails.
///
/// # Errors
/// What the file system says.
pub fn place(part: tempfile::NamedTempFile, out: &Path) -> std::io::Result<()> {
    let failed = match part.persist(out) {
        Ok(_) => return Ok(()),
        Err(failed) => failed,
    };
    if failed.error.kind() != std::io::ErrorKind::CrossesDevices {
        return Err(failed.error);
    }
    let mut beside = part_in(folder_of(out))?;
    std::io::copy(&mut std::fs::File::open(failed.file.path())?, &mut beside)?;
    beside.persist(out).map(drop).map_err(|failed| failed.error)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

async fn succeeded(response: Response) -> Result<Response, ClientError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.map_err(|error| ClientError::Broken(reason(&error)))?;
    Err(api_error(status.as_u16(), &text))
}

fn parse<T: DeserializeOwned>(status: u16, text: &str) -> Result<T, ClientError> {
    if !(200..300).contains(&status) {
        return Err(api_error(status, text));
    }
    serde_json::from_str(text).map_err(|_| ClientError::NotOurs { status })
}

fn api_error(status: u16, text: &str) -> ClientError {
    match serde_json::from_str::<ErrorBody>(text) {
        Ok(body) => ClientError::Api { status, detail: body.error },
        Err(_) => ClientError::NotOurs { status },
    }
}

/// The innermost cause: what the system said.
fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
