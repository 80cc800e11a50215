//! Names for what rows know by id, looked up once a page, and moments, figures and states as people read them.

use std::collections::BTreeMap;

use super::super::app::App;
use super::super::pages::staff::Cell;
use super::super::words::Lang;
use super::desk::Reader;
use crate::identity::role::Permission;
use crate::identity::store;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::day::hour_minute;
use crate::kernel::ids::{Noun, is};
use crate::kernel::quantity::{grouped, mu_of_m2};
use crate::kernel::{Day, Millis, Outcome};
use crate::registry::queries::{grower, growers_by_id};
use crate::trace::goods::Goods;
use crate::trace::store::register;

/// Names found so far.
pub(super) struct Names<'a> {
    app: &'a App,
    goods: BTreeMap<String, Goods>,
    parties: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, goods: BTreeMap::new(), parties: BTreeMap::new() }
    }
    /// A product's terms.
    pub async fn goods(&mut self, id: &str) -> Outcome<Goods> {
        if let Some(known) = self.goods.get(id) {
            return Ok(known.clone());
        }
        let found = register::goods(self.app.db.reader(), id).await?;
        self.goods.insert(id.to_owned(), found.clone());
        Ok(found)
    }
    /// Looks many growers up at once, where the reader may read growers; [`party`](Self::party) knows them then.
    pub async fn growers(&mut self, reader: &Reader, ids: impl IntoIterator<Item = String>) -> Outcome<()> {
        let Some(actor) = reader.acting(Permission::GrowerRead) else { return Ok(()) };
        let ids: std::collections::BTreeSet<String> = ids.into_iter().filter(|id| !self.parties.contains_key(id)).collect();
        let found = growers_by_id(&self.app.db, &actor, &ids.into_iter().collect::<Vec<_>>()).await?;
        self.parties.extend(found.into_iter().map(|grower| (grower.id, grower.name)));
        Ok(())
    }
    /// An organisation or grower. Who may not read growers sees that it is one and the end of its number, not its name.
    pub async fn party(&mut self, reader: &Reader, id: &str) -> Outcome<String> {
        if let Some(known) = self.parties.get(id) {
            return Ok(known.clone());
        }
        let name = if is(Noun::Organisation, id) {
            store::organisation(self.app.db.reader(), id).await?.name
        } else {
            let seen = match reader.acting(Permission::GrowerRead) {
                Some(actor) => grower(&self.app.db, &actor, id).await.ok().map(|view| view.name),
                None => None,
            };
            seen.unwrap_or_else(|| reader.fill("grower_numbered", &[("tail", &tail(id))]))
        };
        self.parties.insert(id.to_owned(), name.clone());
        Ok(name)
    }
}

/// The end of an id, by which people tell two apart.
pub(super) fn tail(id: &str) -> String {
    id.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect()
}

/// Day and minute in China.
pub(super) fn moment(lang: Lang, at: Millis) -> String {
    format!("{} {}", Day::of(at).for_people(lang.english()), hour_minute(at))
}

/// The same of an instant as a view writes it.
pub(super) fn moment_of(lang: Lang, written: &str) -> String {
    parse_rfc3339(written).map_or_else(|| written.to_owned(), |at| moment(lang, at))
}

/// A stored day as people read it.
pub(super) fn day_of(lang: Lang, written: &str) -> String {
    Day::parse(written).map_or_else(|| written.to_owned(), |day| day.for_people(lang.english()))
}

/// Square metres as 亩 with two decimals.
pub(super) fn mu(lang: Lang, m2: i64) -> String {
    lang.say1("work.in_mu", "area", mu_of_m2(m2))
}

/// Grams as 斤: `48,000 斤`, `1.5 斤`.
pub(super) fn jin(lang: Lang, grams: i64) -> String {
    let (whole, rest) = (grams.abs() / 500, grams.abs() % 500 * 2);
    let rest = format!("{rest:03}");
    let rest = rest.trim_end_matches('0');
    let joint = if rest.is_empty() { "" } else { "." };
    lang.say1("work.in_jin", "n", format!("{}{joint}{rest}", grouped(whole)))
}

/// A state: words and colour together. `kind` is `batch_state`, `order_state`, `account_state`, `range_state` or `decision_state`.
pub(super) fn state(reader: &Reader, kind: &str, word: &str) -> Cell {
    let class = match word {
        "released" | "issued" | "approved" | "active" | "lifted" | "received" => "ok",
        "on_hold" | "proposed" | "scheduled" | "lift_proposed" | "end_proposed" => "amber",
        "voided" | "refused" | "in_force" => "red",
        _ => "soft",
    };
    Cell::badge(reader.word(kind, word), class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_are_said_in_jin() {
        let zh = |grams| jin(Lang::Chinese, grams);
        assert_eq!((zh(24_000_000), zh(750), zh(1)), ("48,000 斤".into(), "1.5 斤".into(), "0.002 斤".into()));
        assert_eq!((jin(Lang::English, 750), mu(Lang::Chinese, 2000)), ("1.5 jin".into(), "3.00 亩".into()));
        assert_eq!(tail("org_01k8x"), "1k8x");
    }
}
