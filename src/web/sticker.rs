//! Stickers of an order as asked for: which sheet, which labels; and the letters they are set in, pinned or to be pinned.

use serde::Deserialize;

use super::api::to_print;
use super::app::App;
use super::words::Lang;
use crate::interop::font::{Font, LetterSet, Letters};
use crate::interop::pack::Printable;
use crate::interop::qr::PrintedBase;
use crate::interop::sticker::{Dpi, Kit, Run, Sheet, Stickers};
use crate::kernel::failure::Faults;
use crate::kernel::quantity::parse_amount;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::queries::order::printable;
use crate::trace::queries::sticker::{facts, mark_standing, pinned};
use crate::trace::store::order::MarkStanding;
use crate::trace::{LabelFacts, LabelPin};

/// What somebody asks for, as typed. Lengths are in millimetres.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// `3x7`, `5x13`, `4x10` or `free`.
    pub layout: String,
    pub left: String,
    pub top: String,
    pub pitch_x: String,
    pub pitch_y: String,
    pub columns: String,
    pub rows: String,
    pub width: String,
    pub height: String,
    /// The first free cell, from 1.
    pub start: String,
    /// Sequence numbers; the whole order if not given.
    pub first: String,
    pub last: String,
    /// Not empty: a place is kept free for the special mark.
    pub mark: String,
    /// Not empty: a sheet to try paper and printer, which uses up nothing.
    pub test: String,
    /// `203` or `300`.
    pub dpi: String,
}

impl Wanted {
    /// The measures as a query, for a link to the file itself.
    pub fn query(&self) -> String {
        let all = [
            ("layout", &self.layout),
            ("left", &self.left),
            ("top", &self.top),
            ("pitch_x", &self.pitch_x),
            ("pitch_y", &self.pitch_y),
            ("columns", &self.columns),
            ("rows", &self.rows),
            ("width", &self.width),
            ("height", &self.height),
            ("start", &self.start),
            ("first", &self.first),
            ("last", &self.last),
            ("mark", &self.mark),
            ("test", &self.test),
            ("dpi", &self.dpi),
        ];
        let free = self.layout == "free";
        let measure = |name: &str| !matches!(name, "left" | "top" | "pitch_x" | "pitch_y" | "columns" | "rows" | "width" | "height");
        let said = all.into_iter().filter(|(name, value)| !value.is_empty() && (free || measure(name)));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish()
    }
    /// The sheet; for single labels only its size is asked for.
    fn sheet(&self, single: bool, faults: &mut Faults) -> Option<Sheet> {
        let word = if self.layout.is_empty() { "3x7" } else { self.layout.as_str() };
        if word != "free" {
            let preset = Sheet::preset(word);
            if preset.is_none() {
                faults.add("/layout", "word_unknown").with("value", word.chars().take(40).collect::<String>());
            }
            return preset;
        }
        let mut read = |pointer: &'static str, typed: &str, scale: i64| {
            let value = parse_amount(typed, scale);
            if value.is_none() {
                faults.add(pointer, "number_unreadable").with("figure", typed.chars().take(40).collect::<String>());
            }
            value.unwrap_or(0)
        };
        let (width, height) = (read("/width", &self.width, 1000), read("/height", &self.height, 1000));
        let mut sheet = Sheet { left: 0, top: 0, pitch_x: width, pitch_y: height, columns: 1, rows: 1, width, height };
        if !single {
            (sheet.left, sheet.top) = (read("/left", &self.left, 1000), read("/top", &self.top, 1000));
            (sheet.pitch_x, sheet.pitch_y) = (read("/pitch_x", &self.pitch_x, 1000), read("/pitch_y", &self.pitch_y, 1000));
            (sheet.columns, sheet.rows) = (read("/columns", &self.columns, 1), read("/rows", &self.rows, 1));
        }
        if faults.is_empty() {
            sheet.check(faults);
        }
        Some(sheet)
    }
    /// Everything read, all faults at once.
    fn read(&self, count: u32, single: bool) -> Outcome<(Sheet, Run)> {
        let mut faults = Faults::new();
        let sheet = self.sheet(single, &mut faults);
        let mut number = |pointer: &'static str, typed: &str, missing: i64| {
            if typed.trim().is_empty() {
                return missing;
            }
            parse_amount(typed, 1).unwrap_or_else(|| {
                faults.add(pointer, "number_unreadable").with("figure", typed.chars().take(40).collect::<String>());
                missing
            })
        };
        let first = number("/first", &self.first, 1);
        let last = number("/last", &self.last, i64::from(count));
        let start = number("/start", &self.start, 1);
        if let Some(cells) = sheet.map(|sheet| sheet.labels()).filter(|cells| !single && !(1..=*cells).contains(&start)) {
            faults.add("/start", "start_cell_unfit").with("value", start).with("most", cells);
        }
        faults.check()?;
        let sheet = sheet.ok_or_else(|| Failure::broken("a sheet without a fault"))?;
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok((sheet, Run { first: small(first), last: small(last), start }))
    }
    /// The resolution of a thermal printer.
    pub fn dpi(&self) -> Outcome<Dpi> {
        let word = if self.dpi.is_empty() { "203" } else { self.dpi.as_str() };
        Dpi::parse(word).ok_or_else(|| Failure::field("/dpi", "word_unknown").with("value", word.chars().take(40).collect::<String>()))
    }
}

/// An order with everything its stickers are set with.
pub(super) struct Ready {
    pub order: Printable,
    base: PrintedBase,
    facts: LabelFacts,
    letters: Letters,
    /// To be pinned when codes go out; none if it is pinned already.
    pub pin: Option<LabelPin>,
    /// How the producer stands to the special mark today.
    pub mark: MarkStanding,
}

/// Everything for an order within reach.
///
/// # Errors
/// `not_found`, `order_not_issued`; `font_missing`, `font_unfit`, `font_lacks`.
pub(super) async fn ready(app: &App, actor: &Actor, id: &str) -> Outcome<Ready> {
    let issued = printable(&app.db, app.keys.as_ref(), actor, id).await?;
    let mark = mark_standing(&app.db, &issued, app.clock.today()).await?;
    let kept = pinned(&app.db, &issued).await?;
    let new_facts = facts(&app.db, &issued, app.clock.today(), Lang::Chinese.tag()).await?;
    let order = to_print(issued);
    let base = PrintedBase::new(&order.base_url).map_err(Failure::broken)?;
    if let Some(kept) = kept {
        let set: LetterSet = serde_json::from_str(&kept.letters).map_err(Failure::broken)?;
        let letters = Letters::new(LetterSet { program: kept.program, ..set })?;
        return Ok(Ready { order, base, facts: kept.facts, letters, pin: None, mark });
    }
    let texts = texts(&order, &base, &new_facts);
    let (font, index) = (app.config.font.clone(), app.config.font_index);
    let made = tokio::task::spawn_blocking(move || Font::find(&font, index)?.letters(texts.iter().map(String::as_str)));
    let letters = made.await.map_err(Failure::broken)??;
    let kept = serde_json::to_string(letters.set()).map_err(Failure::broken)?;
    let pin = LabelPin { letters: kept, program: letters.set().program.clone(), facts: new_facts.clone() };
    Ok(Ready { order, base, facts: new_facts, letters, pin: Some(pin), mark })
}

/// Every text a sticker of the order can hold.
fn texts(order: &Printable, base: &PrintedBase, facts: &LabelFacts) -> Vec<String> {
    let words = order.label.above.iter().chain(&order.label.before_domain).chain(&order.label.below).map(String::as_str);
    let own = words.chain(facts.texts()).chain([base.domain(), " 0123456789ABCDEFGHJKMNPQRSTVWXYZm"]);
    own.map(str::to_owned).collect()
}

impl Ready {
    /// The number under the special mark, if a place may be kept for it today.
    pub fn mark_number(&self) -> Option<&str> {
        self.facts.mark.as_deref().filter(|_| self.mark.printable && self.facts.credit_code.is_some())
    }
    /// The stickers asked for: composed, on their sheet, and which of them.
    ///
    /// # Errors
    /// Every fault of the measures, each at its field; `label_too_small`, `mark_no_room`, `mark_not_yours`, `mark_artwork_waits`; `range_reversed`, `outside_order`.
    pub fn stickers(&self, wanted: &Wanted, single: bool) -> Outcome<(Stickers<'_>, Sheet, Run)> {
        let (sheet, run) = wanted.read(self.order.count, single)?;
        let mark = !wanted.mark.is_empty();
        if mark && !self.mark.in_force {
            return Err(Failure::conflict("mark_not_yours"));
        }
        if mark && !self.mark.printable {
            return Err(Failure::conflict("mark_artwork_waits"));
        }
        if mark && (self.facts.mark.is_none() || self.facts.credit_code.is_none()) {
            return Err(Failure::conflict("mark_no_number"));
        }
        let kit = Kit { base: &self.base, words: &self.order.label, facts: &self.facts, letters: &self.letters };
        let stickers = Stickers::new(&self.order, kit, (sheet.width, sheet.height), mark)?;
        stickers.check(run)?;
        Ok((stickers, sheet, run))
    }
}
