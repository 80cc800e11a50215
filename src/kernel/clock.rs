//! The only door to the present moment. Everything else is given a [`Clock`], so that a test can stand on any day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds since 1970-01-01T00:00:00Z; how every instant is stored, on both engines.
pub type Millis = i64;

/// One minute in [`Millis`].
pub const MINUTE: Millis = 60_000;
/// One hour in [`Millis`].
pub const HOUR: Millis = 60 * MINUTE;
/// One day in [`Millis`].
pub const DAY: Millis = 24 * HOUR;

/// Tells the time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Hand(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }
    /// A clock that stands still until [`Clock::advance`] moves it; its clones move together.
    pub fn at(start: Millis) -> Self {
        Self(Source::Hand(Arc::new(AtomicI64::new(start))))
    }
    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the present moment")]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
            }
            Source::Hand(at) => at.load(Ordering::SeqCst),
        }
    }
    /// Today in China Standard Time.
    pub fn today(&self) -> super::Day {
        super::Day::of(self.now())
    }
    /// Moves a hand-set clock forward; the machine's clock is left alone.
    pub fn advance(&self, by: Millis) {
        if let Source::Hand(at) = &self.0 {
            at.fetch_add(by, Ordering::SeqCst);
        }
    }
}

/// RFC 3339 in UTC with milliseconds, as the API writes instants.
pub fn rfc3339(at: Millis) -> String {
    let nanos = i128::from(at) * 1_000_000;
    time::OffsetDateTime::from_unix_timestamp_nanos(nanos).map_or_else(
        |_| "9999-12-31T23:59:59.999Z".to_owned(),
        |t| {
            format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                t.year(),
                u8::from(t.month()),
                t.day(),
                t.hour(),
                t.minute(),
                t.second(),
                t.millisecond()
            )
        },
    )
}

/// Reads an RFC 3339 instant with any offset.
pub fn parse_rfc3339(text: &str) -> Option<Millis> {
    let at = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}
