//! A season account as a bar, its words and a table: what may be sold, what is registered, coded, left, and what awaits a decision.

use super::super::app::App;
use super::super::pages::staff::{Bar, Cell, Column, Legend, Table};
use super::desk::Reader;
use super::names::{Names, state};
use crate::identity::role::Permission;
use crate::kernel::Outcome;
use crate::trace::account::{AccountFilter, AccountState, Bucket};
use crate::trace::goods::Goods;
use crate::trace::queries::account::{AccountView, accounts};

const CODED: &str = "#1e6b4f";
const REGISTERED: &str = "#7fb09b";
const OTHER: &str = "#b9b2a1";
const LEFT: &str = "#e4dfd2";
const PENDING: &str = "#d9a441";

/// One account on the home page.
pub(super) struct AccountCard {
    pub heading: String,
    pub state: Cell,
    /// What holds it up or what to do with it; empty if nothing.
    pub note: String,
    pub bar: Bar,
    pub table: Table,
}

/// The figures people ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// 可产/交售: approved, received, carried over, opening and adjusted.
    pub may: i64,
    /// 已登记: held and released.
    pub registered: i64,
    /// 已赋码, part of what is registered.
    pub coded: i64,
    /// 还可登记.
    pub left: i64,
    /// 待核, beside all the others.
    pub pending: i64,
}

impl Figures {
    pub fn of(view: &AccountView) -> Self {
        use Bucket as B;
        let sum = |buckets: &[B]| buckets.iter().map(|b| view.figure(*b)).sum();
        Self {
            may: sum(&[B::Approved, B::Received, B::Carried, B::Opening, B::Adjusted]),
            registered: sum(&[B::Held, B::Released]),
            coded: view.figure(B::Coded),
            left: view.figure(B::Remaining),
            pending: view.figure(B::Pending),
        }
    }
    /// What went elsewhere: sold without a code, lost, delivered, lapsed.
    fn elsewhere(self) -> i64 {
        self.may - self.registered - self.left
    }
}

/// The accounts of the reader's own organisation, newest first.
pub(super) async fn own_views(app: &App, reader: &Reader) -> Outcome<Vec<AccountView>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(Permission::SeasonAccountRead)) else { return Ok(Vec::new()) };
    let filter = AccountFilter { party_id: Some(own.to_owned()), ..AccountFilter::default() };
    Ok(accounts(&app.db, &actor, &filter, None, Some(200)).await?.0)
}

/// The same as cards.
pub(super) async fn own_accounts(app: &App, reader: &Reader) -> Outcome<Vec<AccountCard>> {
    let mut names = Names::new(app);
    let mut cards = Vec::new();
    for view in own_views(app, reader).await? {
        let goods = names.goods(&view.product_id).await?;
        cards.push(card(reader, &view, &goods));
    }
    Ok(cards)
}

fn card(reader: &Reader, view: &AccountView, goods: &Goods) -> AccountCard {
    let figures = Figures::of(view);
    let show = |amount: i64| goods.show(amount);
    let mut lines = vec![
        ("", "may", figures.may),
        (REGISTERED, "registered", figures.registered),
        (CODED, "coded", figures.coded),
        (LEFT, "left", figures.left),
        (PENDING, "pending", figures.pending),
    ];
    if figures.elsewhere() > 0 {
        lines.insert(4, (OTHER, "elsewhere", figures.elsewhere()));
    }
    let named = |(_, key, amount): &(&str, &str, i64)| format!("{} {}", reader.word("figure", key), show(*amount));
    let said = lines.iter().map(named).collect::<Vec<_>>().join(reader.lang.say("work.comma").as_ref());
    let amounts = [
        (figures.coded.min(figures.registered), CODED),
        (figures.registered - figures.coded.min(figures.registered), REGISTERED),
        (figures.elsewhere(), OTHER),
        (figures.left, LEFT),
        (figures.pending, PENDING),
    ];
    let legend = lines.iter().map(|line| Legend { fill: line.0, text: named(line) }).collect();
    let row = |(_, key, amount): &(&str, &str, i64)| {
        vec![Cell::text(reader.word("figure", key)).with_small(reader.word("figure_about", key)), Cell::text(show(*amount))]
    };
    let is_proposed = view.state == AccountState::Proposed.word();
    AccountCard {
        heading: reader.fill("account_heading", &[("product", &goods.name), ("season", &view.season)]),
        state: state(reader, "account_state", &view.state),
        note: if is_proposed { reader.say("account_waits") } else { String::new() },
        bar: Bar::new(said, &amounts, legend),
        table: Table {
            caption: reader.say("account_caption"),
            columns: vec![Column::text(reader.say("what")), Column::number(reader.say("amount"))],
            rows: lines.iter().map(row).collect(),
            empty: String::new(),
        },
    }
}
