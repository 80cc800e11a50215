//! What the people in charge read: the inbox by due day, the mass-balance board, looking something up on site, one page a week, firms and
//! their risk. Pages only read, but for what an officer notes about a code nobody issued.

mod balance;
mod balance_one;
mod firms;
mod inbox;
mod look_up;
mod weekly;

use super::super::pages::staff::Cell;
use super::super::route::Route;
use super::desk::Reader;
use crate::kernel::quantity::grouped;
use crate::supervision::balance::{Amount, Row, Standing};
use crate::trace::goods::Goods;

/// Every page of theirs.
pub(super) fn routes() -> Vec<Route> {
    [inbox::routes(), balance::routes(), balance_one::routes(), firms::routes(), look_up::routes(), weekly::routes()]
        .into_iter()
        .flatten()
        .collect()
}

pub(super) use inbox::waiting as inbox_count;

/// What a page is asked for: name, label, chosen, choices.
type Asks = Vec<(&'static str, String, String, Vec<(String, String)>)>;

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("numbers.{key}"))
}

/// An amount in words, or why it is not known.
fn amount(reader: &Reader, goods: &Goods, amount: Amount) -> String {
    match amount {
        Amount::Is(amount) => goods.show(amount),
        Amount::Between(least, most) if least == most => goods.show(least),
        Amount::Between(least, most) => format!("{} – {}", goods.show(least), goods.show(most)),
        Amount::Unknown(_) => say(reader, "unknown_short"),
    }
}

/// The class of a standing's badge.
fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Impossible => "red",
        Standing::Look => "amber",
        Standing::Unknown => "soft",
        Standing::Fits => "ok",
    }
}

/// How a row stands, in words and colour.
fn standing(reader: &Reader, standing_: Standing) -> Cell {
    Cell::badge(reader.word("numbers.standing", standing_.word()), class(standing_))
}

/// One sentence about a row, with the word and colour of its kind.
struct Said {
    class: &'static str,
    label: String,
    text: String,
}

/// What was found about a row, each in a sentence: what can't be true first.
fn findings(reader: &Reader, goods: &Goods, row: &Row) -> Vec<Said> {
    let fill = |kind: &str, word: &str, figure: i64, against: i64| {
        // Codes are counted, not weighed.
        let counted = matches!(word, "scanned_idle" | "scanned_over_printed");
        let show = |n: i64| if counted { grouped(n) } else { goods.show(n) };
        reader.fill(&format!("numbers.{kind}.{word}"), &[("figure", &show(figure)), ("against", &show(against))])
    };
    let said = |class: &'static str, text: String| Said { class, label: reader.word("numbers.colour", class), text };
    let red = row.impossible.iter().map(|f| said("red", fill("impossible", f.what.word(), f.figure, f.against)));
    let amber = row.look.iter().map(|f| said("amber", fill("look", f.what.word(), f.figure, f.against)));
    let soft = row.unknown().into_iter().map(|why| said("soft", reader.word("numbers.unknown", why.word())));
    red.chain(amber).chain(soft).collect()
}
