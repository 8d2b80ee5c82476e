//! The body of an answer, from either client, compressed or not.

use std::io::Write as _;
use std::pin::Pin;

use bytes::Bytes;
use clickhouse::query::BytesCursor;
use futures_util::{Stream, StreamExt as _};

use crate::error::StoreError;

type Chunks = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

pub(crate) enum AnswerBody {
    Store(Box<BytesCursor>),
    Plain(Chunks),
    Zstd(Chunks, Box<zstd::stream::write::Decoder<'static, Vec<u8>>>),
}

impl AnswerBody {
    pub(super) fn of(response: reqwest::Response) -> Result<Self, StoreError> {
        let encoding = response.headers().get("content-encoding").map(|value| value.as_bytes().to_owned());
        let chunks: Chunks = Box::pin(response.bytes_stream());
        match encoding.as_deref() {
            None | Some(b"identity") => Ok(Self::Plain(chunks)),
            Some(b"zstd") => {
                let decoder = zstd::stream::write::Decoder::new(Vec::new())
                    .map_err(|error| StoreError::BadAnswer(error.to_string()))?;
                Ok(Self::Zstd(chunks, Box::new(decoder)))
            }
            Some(other) => {
                let other = String::from_utf8_lossy(other);
                Err(StoreError::BadAnswer(format!(
                    "an answer in the encoding {other}, which was not asked for"
                )))
            }
        }
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let cut_off = |error: &reqwest::Error| super::unreachable(error);
        match self {
            Self::Store(cursor) => Ok(cursor.next().await?),
            Self::Plain(chunks) => chunks.next().await.transpose().map_err(|error| cut_off(&error)),
            Self::Zstd(chunks, decoder) => loop {
                let Some(chunk) = chunks.next().await.transpose().map_err(|error| cut_off(&error))? else {
                    return Ok(None);
                };
                let bad = |error: std::io::Error| StoreError::BadAnswer(error.to_string());
                decoder.write_all(&chunk).map_err(bad)?;
                decoder.flush().map_err(bad)?;
                let found = std::mem::take(decoder.get_mut());
                if !found.is_empty() {
                    return Ok(Some(found.into()));
                }
            },
        }
    }
}
