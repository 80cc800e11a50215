//! What the steps of a batch choose from: own plots, deliveries with something left, boxes, places, reports, and what was done last.

use super::super::super::app::App;
use super::super::bars::{Figures, own_views};
use super::super::desk::Reader;
use super::super::names::{Names, day_of};
use super::super::{facilities, lists, reports};
use super::typed::Left;
use super::weigh::Packed;
use crate::identity::role::Permission as P;
use crate::kernel::quantity::mu_of_m2;
use crate::kernel::{Day, Outcome};
use crate::registry::product::AccountBasis;
use crate::registry::queries::{PlotsAsked, plots};
use crate::trace::batch::BatchFilter;
use crate::trace::delivery::DeliveryFilter;
use crate::trace::goods::Goods;
use crate::trace::pack::PackFilter;
use crate::trace::queries::account::AccountView;
use crate::trace::queries::batch::{BatchView, batches};
use crate::trace::queries::delivery::{DeliveryView, deliveries};
use crate::trace::queries::pack::packs;

/// The most of one kind offered.
const MOST: u64 = 200;

/// Something to tick.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub id: String,
    pub words: String,
    pub small: String,
}

/// Everything there is to choose from for one product.
pub(super) struct Offer {
    pub goods: Goods,
    pub plots: Vec<Choice>,
    pub deliveries: Vec<(Choice, Left, String)>,
    pub packs: Vec<Packed>,
    pub reports: Vec<(String, String)>,
    pub facilities: Vec<(String, String)>,
    pub accounts: Vec<AccountView>,
    /// The newest batch that stands.
    pub last: Option<BatchView>,
}

impl Offer {
    /// Looks everything up.
    pub async fn of(app: &App, reader: &Reader, product_id: &str) -> Outcome<Self> {
        let goods = Names::new(app).goods(product_id).await?;
        Ok(Self {
            plots: own_plots(app, reader, &goods).await?,
            deliveries: with_something_left(app, reader, &goods).await?,
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
        self.deliveries.iter().map(|(_, left, _)| left.clone()).collect()
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
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::PlotRead)) else { return Ok(Vec::new()) };
    let asked = PlotsAsked { holder_id: Some(own.to_owned()), product_id: Some(goods.id.clone()), as_of: Some(app.clock.today()) };
    let listed = plots(&app.db, &actor, &asked, None, MOST).await?;
    let choice = |plot: crate::registry::queries::PlotView| {
        let village = plot.places.first().and_then(|place| place.village.clone()).unwrap_or_default();
        Choice { id: plot.id, words: plot.name, small: format!("{village} {} 亩", mu_of_m2(plot.area_m2)) }
    };
    Ok(listed.items.into_iter().map(choice).collect())
}

/// Oldest first: what came first is packed first.
async fn with_something_left(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<(Choice, Left, String)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::DeliveryRead)) else { return Ok(Vec::new()) };
    let filter = DeliveryFilter { buyer_id: Some(own.to_owned()), product_id: Some(goods.id.clone()), ..DeliveryFilter::default() };
    let mut names = Names::new(app);
    let mut found = Vec::new();
    for view in deliveries(&app.db, &actor, &filter, None, Some(MOST)).await?.0 {
        let free = view.figure("covered") - view.figure("used");
        if free <= 0 {
            continue;
        }
        found.push((one_delivery(reader, goods, &mut names, &view, free).await?, Left { id: view.id, free }, view.delivered_on));
    }
    found.sort_by(|a, b| (&a.2, &a.1.id).cmp(&(&b.2, &b.1.id)));
    Ok(found)
}

async fn one_delivery(reader: &Reader, goods: &Goods, names: &mut Names<'_>, view: &DeliveryView, free: i64) -> Outcome<Choice> {
    let from = names.party(reader, &view.grower_id).await?;
    let small = reader.fill("phone.delivery_left", &[("left", &goods.show(free))]);
    Ok(Choice { id: view.id.clone(), words: format!("{} {from}", day_of(reader.lang, &view.delivered_on)), small })
}

async fn boxes(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<Packed>> {
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
