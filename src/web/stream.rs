//! Sending what is too large to hold: a writer on a thread of its own fills small chunks, the connection takes them at its pace, and
//! whoever began it is told whether the last byte went out.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::Stream;

/// Bytes in a chunk.
const CHUNK: usize = 64 * 1024;
/// Chunks that wait for a slow connection; the writer waits when they are full.
const WAITING: usize = 4;

/// Gathers what is written into chunks.
pub struct ChunkWriter {
    gathered: Vec<u8>,
    to: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.gathered, Vec::with_capacity(CHUNK)).into();
        self.to.blocking_send(Ok(chunk)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

struct Chunks<E: FnOnce(bool)> {
    from: mpsc::Receiver<io::Result<Bytes>>,
    whole: bool,
    ended: Option<E>,
}

impl<E: FnOnce(bool) + Unpin> Stream for Chunks<E> {
    type Item = io::Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.from.poll_recv(cx);
        match &polled {
            Poll::Ready(None) => {
                let whole = self.whole;
                if let Some(ended) = self.ended.take() {
                    ended(whole);
                }
            }
            Poll::Ready(Some(Err(_))) => self.whole = false,
            _ => {}
        }
        polled
    }
}

impl<E: FnOnce(bool)> Drop for Chunks<E> {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            ended(false);
        }
    }
}

/// A body that `write` fills. `ended` is told once: true if all of it went out, false if it broke off.
pub fn body(
    write: impl FnOnce(&mut ChunkWriter) -> io::Result<()> + Send + 'static,
    ended: impl FnOnce(bool) + Send + Unpin + 'static,
) -> Body {
    let (to, from) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut writer = ChunkWriter { gathered: Vec::with_capacity(CHUNK), to };
        let written = write(&mut writer).and_then(|()| writer.flush());
        if let Err(error) = written {
            let _ = writer.to.blocking_send(Err(error));
        }
    });
    Body::from_stream(Chunks { from, whole: true, ended: Some(ended) })
}
