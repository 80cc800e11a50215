//! What the steps of a batch choose from: own plots, deliveries with something left, boxes, places, reports, and what was done last.

use super::super::super::app::App;
use super::super::bars::{Figures, own_views};
use super::super::batch_form::{Left, WHOLE_DAY};
use super::super::desk::Reader;
use super::super::names::{Names, day_of, mu};
use super::super::{facilities, lists, reports};
use super::typed::{picks, ticked};
use super::weigh::Packed;
use crate::identity::draft::Body;
use crate::identity::role::Permission as P;
use crate::kernel::{Day, Outcome};
use crate::registry::product::AccountBasis;
use crate::registry::queries::{PlotsAsked, plots};
use crate::trace::batch::BatchFilter;
use crate::trace::goods::Goods;
use crate::trace::pack::PackFilter;
use crate::trace::queries::account::AccountView;
use crate::trace::queries::batch::{BatchView, batches};
use crate::trace::queries::delivery::{DeliveryView, LeftOf, days_left, deliveries_left};
use crate::trace::queries::pack::packs;

/// The most of one kind offered.
const MOST: u64 = 200;
/// Deliveries to tick one by one, the oldest first; what came later is found by its day.
const SHOWN: u64 = 100;
/// As many deliveries as one batch may have.
const SOURCES: u64 = 500;

/// Something to tick.
#[derive(Debug, Clone)]
pub(in super::super) struct Choice {
    pub id: String,
    pub words: String,
    pub small: String,
}

/// A delivery with something left.
#[derive(Debug, Clone)]
pub(super) struct Delivered {
    pub choice: Choice,
    pub left: Left,
    /// Is it offered by itself? Others came with their day.
    pub shown: bool,
}

/// Everything there is to choose from for one product.
pub(super) struct Offer {
    pub goods: Goods,
    pub plots: Vec<Choice>,
    /// The oldest first: those the draft takes from, and those to choose from.
    pub deliveries: Vec<Delivered>,
    /// Whole days with something left.
    pub days: Vec<Choice>,
    /// How many deliveries something is left of.
    pub left_count: i64,
    pub packs: Vec<Packed>,
    pub reports: Vec<(String, String)>,
    pub facilities: Vec<(String, String)>,
    pub accounts: Vec<AccountView>,
    /// The newest batch that stands.
    pub last: Option<BatchView>,
}

impl Offer {
    /// Looks everything up. The deliveries are those a draft's `body` takes from, and the oldest with something left, of `day` if it is said.
    pub async fn of(app: &App, reader: &Reader, product_id: &str, body: &Body, day: Option<Day>) -> Outcome<Self> {
        let goods = Names::new(app).goods(product_id).await?;
        let (days, left_count) = whole_days(app, reader, &goods).await?;
        Ok(Self {
            plots: own_plots(app, reader, &goods).await?,
            deliveries: with_something_left(app, reader, &goods, body, day).await?,
            days,
            left_count,
            packs: boxes(app, reader, &goods).await?,
            reports: reports::own_choices(app, reader, &goods.id).await?,
            facilities: facilities::own_choices(app, reader).await?,
            accounts: own_views(app, reader).await?.into_iter().filter(|a| a.product_id == goods.id).collect(),
            last: last_batch(app, reader, &goods.id).await?,
            goods,
        })
    }
    /// Is raw material a source of these goods?
    pub fn takes_material(&self) -> bool {
        self.goods.basis != AccountBasis::Plots
    }
    /// The deliveries as the draft may take from them.
    pub fn left(&self) -> Vec<Left> {
        self.deliveries.iter().map(|delivery| delivery.left.clone()).collect()
    }
    /// The deliveries a draft takes from, the oldest first.
    pub fn picked<'a>(&'a self, body: &'a Body) -> impl Iterator<Item = &'a Delivered> {
        self.deliveries.iter().filter(|delivery| picks(body, &delivery.left))
    }
    /// What the account of a day's season still has.
    pub fn remaining(&self, day: Option<Day>) -> Option<(String, i64)> {
        let season = day.map(|day| self.goods.season_of(day));
        let of = |account: &&AccountView| season.as_ref().is_none_or(|season| *season == account.season);
        self.accounts.iter().find(of).map(|account| (account.season.clone(), Figures::of(account).left))
    }
    /// What the accounts still have, a line each.
    pub fn left_lines(&self, reader: &Reader) -> Vec<String> {
        let line = |account: &AccountView| {
            let figures = Figures::of(account);
            let shown = [figures.left, figures.may, figures.registered].map(|amount| self.goods.show(amount));
            reader.fill("left_hint", &[("season", &account.season), ("left", &shown[0]), ("may", &shown[1]), ("registered", &shown[2])])
        };
        self.accounts.iter().map(line).collect()
    }
    /// Amount of the newest batch.
    pub fn last_amount(&self) -> i64 {
        self.last.as_ref().map_or(0, lists::amount)
    }
}

async fn own_plots(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<Choice>> {
    let choice = |plot: crate::registry::queries::PlotView| {
        let village = plot.places.first().and_then(|place| place.village.clone()).unwrap_or_default();
        Choice { id: plot.id, words: plot.name, small: format!("{village} {}", mu(reader.lang, plot.area_m2)) }
    };
    Ok(plots_of(app, reader, reader.own(), &goods.id).await?.into_iter().map(choice).collect())
}

/// Every plot of a holder that bears a product today, however many.
pub(in super::super) async fn plots_of(
    app: &App,
    reader: &Reader,
    holder: Option<&str>,
    product_id: &str,
) -> Outcome<Vec<crate::registry::queries::PlotView>> {
    let (Some(holder), Some(actor)) = (holder, reader.acting(P::PlotRead)) else { return Ok(Vec::new()) };
    let asked = PlotsAsked { holder_id: Some(holder.to_owned()), product_id: Some(product_id.to_owned()), as_of: Some(app.clock.today()) };
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = plots(&app.db, &actor, &asked, cursor.as_deref(), MOST).await?;
        found.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// Whose deliveries a batch of the reader's organisation may be made of.
pub(in super::super) fn left_of(reader: &Reader, product_id: &str) -> Option<LeftOf> {
    let buyer_id = reader.own()?.to_owned();
    Some(LeftOf { buyer_id, product_id: product_id.to_owned(), ..LeftOf::default() })
}

/// Whole days with something left, as choices, the oldest first; and how many deliveries that is in all.
pub(in super::super) async fn whole_days(app: &App, reader: &Reader, goods: &Goods) -> Outcome<(Vec<Choice>, i64)> {
    let (Some(of), Some(actor)) = (left_of(reader, &goods.id), reader.acting(P::DeliveryRead)) else { return Ok((Vec::new(), 0)) };
    let days = days_left(&app.db, &actor, &of).await?;
    let count = days.iter().map(|(_, n, _)| n).sum();
    let choice = |(day, n, free): (String, i64, i64)| Choice {
        words: reader.fill("list.whole_day", &[("day", &day_of(reader.lang, &day)), ("n", &n.to_string())]),
        small: reader.fill("phone.delivery_left", &[("left", &goods.show(free))]),
        id: format!("{WHOLE_DAY}{day}"),
    };
    Ok((days.into_iter().filter(|(_, n, _)| *n > 1).map(choice).collect(), count))
}

/// Oldest first: what came first is packed first.
async fn with_something_left(app: &App, reader: &Reader, goods: &Goods, body: &Body, day: Option<Day>) -> Outcome<Vec<Delivered>> {
    let (Some(of), Some(actor)) = (left_of(reader, &goods.id), reader.acting(P::DeliveryRead)) else { return Ok(Vec::new()) };
    let whole = ticked(body, WHOLE_DAY).iter().filter_map(|name| name.strip_prefix(WHOLE_DAY)).map(str::to_owned).collect();
    let taken = LeftOf { days: whole, ids: ticked(body, "del_"), ..of.clone() };
    let mut views = Vec::new();
    if !taken.days.is_empty() || !taken.ids.is_empty() {
        views = deliveries_left(&app.db, &actor, &taken, SOURCES).await?;
    }
    let asked = LeftOf { days: day.map(|day| day.to_string()).into_iter().collect(), ..of };
    let shown = deliveries_left(&app.db, &actor, &asked, SHOWN).await?;
    let listed: std::collections::BTreeSet<String> = shown.iter().map(|view| view.id.clone()).chain(taken.ids).collect();
    views.extend(shown);
    views.sort_by(|a, b| (&a.delivered_on, &a.id).cmp(&(&b.delivered_on, &b.id)));
    views.dedup_by(|a, b| a.id == b.id);
    let mut names = Names::new(app);
    names.growers(reader, views.iter().map(|view| view.grower_id.clone())).await?;
    let mut found = Vec::with_capacity(views.len());
    for view in views {
        let free = view.figure("covered") - view.figure("used");
        found.push(Delivered {
            choice: one_delivery(reader, goods, &mut names, &view, free).await?,
            shown: listed.contains(&view.id),
            left: Left { free, day: view.delivered_on, id: view.id },
        });
    }
    Ok(found)
}

async fn one_delivery(reader: &Reader, goods: &Goods, names: &mut Names<'_>, view: &DeliveryView, free: i64) -> Outcome<Choice> {
    let from = names.party(reader, &view.grower_id).await?;
    let small = reader.fill("phone.delivery_left", &[("left", &goods.show(free))]);
    Ok(Choice { id: view.id.clone(), words: format!("{} {from}", day_of(reader.lang, &view.delivered_on)), small })
}

/// Boxes the reader's organisation packs the goods in, to count by.
pub(super) async fn boxes(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<Packed>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::PackRead)) else { return Ok(Vec::new()) };
    let filter = PackFilter { organisation_id: Some(own.to_owned()), product_id: Some(goods.id.clone()) };
    let mut found: Vec<Packed> = Vec::new();
    for view in packs(&app.db, &actor, &filter, None, Some(MOST)).await?.0 {
        let amount = view.net_weight_g.or(view.pieces).or(view.quantity).unwrap_or(0);
        if amount > 0 && found.iter().all(|pack| pack.amount != amount) {
            found.push(Packed { id: view.id, amount, words: reader.fill("phone.box", &[("amount", &goods.show(amount))]) });
        }
    }
    Ok(found)
}

async fn last_batch(app: &App, reader: &Reader, product_id: &str) -> Outcome<Option<BatchView>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::BatchRead)) else { return Ok(None) };
    let filter = BatchFilter { producer_id: Some(own.to_owned()), product_id: Some(product_id.to_owned()), ..BatchFilter::default() };
    let (views, _) = batches(&app.db, &actor, &filter, None, Some(20)).await?;
    Ok(views.into_iter().find(|view| view.state != "voided" && view.process_id.is_none()))
}

/// A lot number nobody has used today: the day and a running number.
pub(super) async fn next_lot(app: &App, reader: &Reader, product_id: &str) -> Outcome<String> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::BatchRead)) else { return Ok(String::new()) };
    let filter = BatchFilter { producer_id: Some(own.to_owned()), product_id: Some(product_id.to_owned()), ..BatchFilter::default() };
    let (views, _) = batches(&app.db, &actor, &filter, None, Some(MOST)).await?;
    let day = app.clock.today().to_string().replace('-', "");
    let fresh = (1..=999).map(|n| format!("{day}-{n:02}")).find(|lot| views.iter().all(|view| view.lot != *lot));
    Ok(fresh.unwrap_or_default())
}
