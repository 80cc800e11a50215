//! What a client is still sending when its answer is ready. A connection closed with bytes unread is reset, and whoever sent too large
//! a file then sees “connection reset” instead of the page that says how large it may be. So the rest is read and thrown away first.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header::EXPECT;
use tokio_stream::{Stream, StreamExt};

/// Bytes thrown away at most; who sends more than this loses the connection.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// How long we go on reading at most.
const MOST_TIME: Duration = Duration::from_secs(10);

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
