//! Where a page of results ends.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{ErrorKind, QueryError, Span};

/// The last row of a page: the next page holds older rows. Opaque to clients; URL-safe. Ordered as rows are, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// `Timestamp` in nanoseconds since the Unix epoch, UTC.
    pub time_ns: i64,
    /// `IngestId`
    pub ingest_id: u64,
}

const VERSION: u8 = 1;

impl Cursor {
    pub fn encode(self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.time_ns.to_be_bytes());
        bytes.extend(self.ingest_id.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// `query.cursor` for a text that [`Self::encode`] did not make.
    pub fn decode(text: &str) -> Result<Self, QueryError> {
        let wrong = || {
            QueryError::new(ErrorKind::Cursor, Span::default(), "the cursor is not one that a search gave")
                .hint("send next_cursor as it came, or leave the cursor out to start at the newest record")
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let [VERSION, rest @ ..] = bytes.as_slice() else { return Err(wrong()) };
        let (time_ns, ingest_id) = rest.split_at_checked(8).ok_or_else(wrong)?;
        Ok(Self {
            time_ns: i64::from_be_bytes(time_ns.try_into().map_err(|_| wrong())?),
            ingest_id: u64::from_be_bytes(ingest_id.try_into().map_err(|_| wrong())?),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comes_back_as_it_went(time_ns: i64, ingest_id: u64, noise in "[A-Za-z0-9_-]{0,30}") {
            let cursor = Cursor { time_ns, ingest_id };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
            if let Err(error) = Cursor::decode(&noise) {
                prop_assert_eq!(error.code(), "query.cursor");
            }
        }
    }
}
