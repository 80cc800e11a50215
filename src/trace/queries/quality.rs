//! What of the data is wanting: each finding names the thing, so that somebody can mend it. Nothing is judged; what is not known is said.

use crate::db::Db;
use crate::kernel::{Actor, Day, Outcome};
use crate::registry::queries::{MarkUsesAsked, ProductsAsked, RightsAsked, StandingWord, areas, mark_uses, products, rights, standards};
use crate::trace::store::quality as store;

/// The most things named for one finding; how many there are is always said.
pub const MOST_NAMED: usize = 50;

/// A thing that wants something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanting {
    /// `product`, `mark_use`, `plot`, `grower`, `batch`, `account` or `organisation`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// As people call it.
    pub name: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable word; its words are `work.office.finding.<code>`.
    pub code: &'static str,
    /// How many.
    pub count: usize,
    /// The first of them.
    pub named: Vec<Wanting>,
}

struct Gathered(Vec<Finding>);

impl Gathered {
    fn add(&mut self, code: &'static str, found: Vec<Wanting>) {
        let count = found.len();
        self.0.push(Finding { code, count, named: found.into_iter().take(MOST_NAMED).collect() });
    }
}

/// Every finding within reach, those with nothing found too: that nothing is wanting is an answer.
///
/// `pending_since`: batches that wait since that moment or longer are named.
///
/// # Errors
/// Only ours.
pub async fn findings(db: &Db, actor: &Actor, today: Day, pending_since: i64) -> Outcome<Vec<Finding>> {
    let mut out = Gathered(Vec::new());
    of_products(db, actor, today, &mut out).await?;
    of_mark_uses(db, actor, today, &mut out).await?;
    let scope = &actor.scope;
    let wanting = |kind: &'static str| move |(id, name): (String, String)| Wanting { kind, id, name };
    let twice = store::growers_twice(db.reader(), scope).await?;
    out.add("grower_twice", twice.into_iter().map(wanting("grower")).collect());
    let unplaced = store::plots_unplaced(db.reader(), scope).await?;
    out.add("plot_unplaced", unplaced.into_iter().map(wanting("plot")).collect());
    let outside = store::plots_outside(db.reader(), scope).await?;
    out.add("plot_outside_unknown", outside.into_iter().map(wanting("plot")).collect());
    let coded = store::organisations_overridden(db.reader(), scope).await?;
    out.add("credit_code_overridden", coded.into_iter().map(wanting("organisation")).collect());
    let pending = store::batches_pending(db.reader(), scope, pending_since).await?;
    out.add("batch_pending", pending.into_iter().map(wanting("batch")).collect());
    Ok(out.0)
}

async fn of_products(db: &Db, actor: &Actor, today: Day, out: &mut Gathered) -> Outcome<()> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = products(db, &ProductsAsked::default(), today, cursor.as_deref(), 200).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let scope = &actor.scope;
    all.retain(|p| scope.all || p.county_codes.iter().chain(&p.city_codes).any(|code| scope.reaches_division(code)));
    let wanting = |p: &crate::registry::queries::ProductView| Wanting { kind: "product", id: p.id.clone(), name: p.name.clone() };
    let lacks =
        |test: &dyn Fn(&crate::registry::queries::ProductView) -> bool| all.iter().filter(|p| test(p)).map(wanting).collect::<Vec<_>>();
    out.add("product_without_season", lacks(&|p| p.season_from.is_none()));
    out.add("product_without_cap", lacks(&|p| p.yield_cap.is_none()));
    out.add("product_demo_figures", lacks(&|p| !p.demo_figures.is_empty()));
    let (mut no_standard, mut no_area, mut unsure, mut no_number, mut no_holder) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for product in &all {
        if standards(db, Some(&product.id), None, 1).await?.items.is_empty() {
            no_standard.push(wanting(product));
        }
        let asked = RightsAsked { product_id: Some(product.id.clone()), ..RightsAsked::default() };
        let mut areas_found = 0;
        for right in rights(db, &asked, today, None, 100).await?.items {
            areas_found += areas(db, Some(&right.id), None, 1).await?.items.len();
            if right.confidence == "C" || right.number_confidence.as_deref() == Some("C") {
                unsure.push(wanting(product));
            }
            if right.status == "registered" && right.number.is_none() && right.registration_number.is_none() {
                no_number.push(wanting(product));
            }
            if right.status == "registered" && right.holder_id.is_none() {
                no_holder.push(wanting(product));
            }
        }
        if areas_found == 0 {
            no_area.push(wanting(product));
        }
    }
    for list in [&mut unsure, &mut no_number, &mut no_holder] {
        list.dedup();
    }
    out.add("product_without_standard", no_standard);
    out.add("product_without_area", no_area);
    out.add("right_unsure", unsure);
    out.add("right_without_number", no_number);
    out.add("right_without_holder", no_holder);
    Ok(())
}

async fn of_mark_uses(db: &Db, actor: &Actor, today: Day, out: &mut Gathered) -> Outcome<()> {
    let (mut no_paper, mut no_account, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = mark_uses(db, actor, &MarkUsesAsked::default(), today, cursor.as_deref(), 200).await?;
        for view in page.items.into_iter().filter(|view| view.standing == StandingWord::InForce) {
            let named = Wanting { kind: "mark_use", id: view.id.clone(), name: format!("{} · {}", view.organisation, view.product) };
            if view.announcement.is_none() && view.contract.is_none() {
                no_paper.push(named.clone());
            }
            if !store::has_account(db.reader(), &view.organisation_id, &view.product_id).await? {
                no_account.push(named);
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    out.add("mark_use_without_paper", no_paper);
    out.add("mark_use_without_account", no_account);
    Ok(())
}
