//! A season of sixty households, two buyers and a cold store, packed from November to May, with hail, a bumper year, returns and a recall
//! half-way: whatever is drawn, the account balances to the gram after every act. The books the platform must agree with are kept beside
//! it by other means ([`books`]): what an act should do is written down here once more, from the words of the trade.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod acts;
mod board;
mod books;
mod packing;
mod year;

use support::{Engine, on_both_engines};
use year::{Weather, Year};

/// One season: harvest, then packing month by month, then the closing day.
async fn season(engine: Engine, seed: u64, weather: Weather) {
    let mut year = Year::new(engine, seed, weather).await;
    year.harvest().await;
    year.pack_until_may().await;
    year.close().await;
    year.board_agrees("the closing day").await;
    year.says_what_happened();
    year.bent_books_turn_red().await;
}

on_both_engines! {
    async fn a_season_with_hail_balances_to_the_gram(engine: Engine) {
        season(engine, 1, Weather::Hail).await;
    }
    async fn a_bumper_year_balances_to_the_gram(engine: Engine) {
        season(engine, 2, Weather::Bumper).await;
    }
    async fn an_ordinary_season_balances_to_the_gram(engine: Engine) {
        season(engine, 3, Weather::Fair).await;
    }
}
