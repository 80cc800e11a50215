//! A body that is more than its route takes: refused in our words, and read to its end before. A connection closed with bytes unread is
//! reset, and whoever sent too large a file then sees “connection reset” instead of the page that says how large it may be.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, EXPECT};
use tokio_stream::{Stream, StreamExt};

use super::failure::Refusal;
use crate::kernel::Failure;

/// Bytes thrown away at most; who sends more than this loses the connection.
const MOST_BYTES: usize = 128 * 1024 * 1024;
/// How long we go on reading at most.
const MOST_TIME: Duration = Duration::from_secs(30);

/// The refusal of the layer that limits a body, of which only the status is right, as one of ours.
pub fn too_large(response: Response, most_bytes: usize) -> Response {
    let media = response.headers().get(CONTENT_TYPE);
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && media.is_some_and(|media| media.as_bytes().starts_with(b"text/plain")) {
        return Refusal(Failure::invalid("body_too_large").with("most_mb", most_bytes / 1024 / 1024)).into_response();
    }
    response
}

/// A body that is still there when whoever was given it is gone.
#[derive(Clone)]
struct Lent(Arc<Mutex<BodyDataStream>>);

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).poll_next(context)
    }
}

/// Answers after the body has been read to its end, within bounds. Whoever waits to be told to go on (`Expect`) has sent nothing yet.
pub async fn finish_reading(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() || request.headers().contains_key(EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut left = Lent(Arc::new(Mutex::new(body.into_data_stream())));
    let response = next.run(Request::from_parts(parts, Body::from_stream(left.clone()))).await;
    let _ = tokio::time::timeout(MOST_TIME, async {
        let mut thrown_away = 0;
        while let Some(Ok(bytes)) = left.next().await {
            thrown_away += bytes.len();
            if thrown_away > MOST_BYTES {
                break;
            }
        }
    })
    .await;
    response
}
