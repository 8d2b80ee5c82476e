//! Where a tail is, as clients keep it: opaque to them.

use click_lite_query::Cursor;
use uuid::Uuid;

use crate::http::error::ApiError;

/// Before the place in the order of time.
const PLACE: &str = "place-";

/// The records of the server whose spool has this id, up to a number.
pub fn encode(spool: Uuid, position: u64) -> String {
    format!("{}-{position}", spool.simple())
}

/// # Errors
/// `tail.resume` for a token that this server did not give.
pub fn decode(spool: Uuid, token: &str) -> Result<u64, ApiError> {
    let parts = token.split_once('-').and_then(|(of, position)| Some((of, position.parse().ok()?)));
    match parts {
        Some((of, position)) if of == spool.simple().to_string() => Ok(position),
        _ => Err(ApiError::bad_request(
            "tail.resume",
            "this resume token is not one of this server: leave it out to start with the latest rows",
        )),
    }
}

/// Of a tail of another table: the place of a row in the order of time.
pub fn of_place(place: Cursor) -> String {
    format!("{PLACE}{}", place.encode())
}

/// # Errors
/// `tail.resume` for a token that is none of a place.
pub fn place(token: &str) -> Result<Cursor, ApiError> {
    token.strip_prefix(PLACE).and_then(|cursor| Cursor::decode(cursor).ok()).ok_or_else(|| {
        ApiError::bad_request(
            "tail.resume",
            "this resume token is not one of this source: leave it out to start with the latest rows",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_server_alone() {
        let (ours, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(decode(ours, &encode(ours, u64::MAX)).ok(), Some(u64::MAX));
        for token in [encode(other, 7), String::new(), "x".into(), format!("{}-x", ours.simple())] {
            assert_eq!(decode(ours, &token).expect_err("refused").code, "tail.resume");
        }
        let at = Cursor { time_ns: -5, ingest_id: u64::MAX };
        assert_eq!(place(&of_place(at)).ok(), Some(at));
        assert_eq!(place(&encode(ours, 7)).expect_err("refused").code, "tail.resume");
        assert_eq!(decode(ours, &of_place(at)).expect_err("refused").code, "tail.resume");
    }
}
