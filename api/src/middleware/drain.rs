//! What is left of a body that nobody reads.

use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use futures_util::StreamExt as _;

/// Bytes that are read at most.
const MOST: usize = 64 * 1024;
/// Time that is waited for them at most.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a body was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drained(bool);

/// Reads a body to its end, if it is short. A connection with an unread body is closed behind the answer: whoever is told to come
/// again would have to make another one, which costs both sides more than the answer did.
pub(super) async fn drain(request: &mut ServiceRequest) -> Drained {
    let mut payload = request.take_payload();
    let reading = async {
        let mut left = MOST;
        while let Some(chunk) = payload.next().await {
            let less = chunk.ok().and_then(|chunk| left.checked_sub(chunk.len()));
            let Some(less) = less else { return false };
            left = less;
        }
        true
    };
    Drained(tokio::time::timeout(PATIENCE, reading).await.unwrap_or(false))
}

impl Drained {
    /// The answer, behind which the connection is closed if something is left of the body: it would be read on, however long it is.
    pub(super) fn answered<B>(self, mut response: ServiceResponse<B>) -> ServiceResponse<B> {
        if !self.0 {
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}
