//! 装箱: which items lie in which case. By fixed ratio or with rolls printed in step, one row says it of a million cases; a box and its
//! items as scanned are a row for each run of neighbours. Out again with a reason; what was linked stays in the table as history.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::levels;
use super::range::Held;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::trace::code::Code;
use crate::trace::keys::KeyProvider;
use crate::trace::nesting::{Link, LinkMode, runs};
use crate::trace::range::{Range, places, plan};
use crate::trace::roll::Label;
use crate::trace::store::nesting;
use crate::trace::store::order::{self as orders, OrderRow};

/// The most items scanned into one box in one act.
pub const MOST_SCANNED: usize = 2_000;

/// `POST /code-orders/{id}/link`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// `scan`: one box and the items scanned into it. `ratio` or `roll`: so many items to each of a run of cases.
    pub mode: String,
    /// The box; for `scan`.
    #[serde(default)]
    pub parent: Option<Label>,
    /// The items, of any orders of the producer; for `scan`.
    #[serde(default)]
    pub children: Vec<Label>,
    /// First case; for `ratio` and `roll`.
    #[serde(default)]
    pub first: Option<Label>,
    /// Last case.
    #[serde(default)]
    pub last: Option<Label>,
    /// The order of items; needed where items are named by sequence number.
    #[serde(default)]
    pub child_order_id: Option<String>,
    /// First item of the first case.
    #[serde(default)]
    pub child_first: Option<Label>,
    /// Items in each case.
    #[serde(default)]
    pub per: Option<i64>,
    /// The box holds fewer than its pack says, and that is right.
    #[serde(default)]
    pub short: bool,
}

/// `POST /code-orders/{id}/unlink`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlinkInput {
    /// First case to empty.
    #[serde(default)]
    pub first: Option<Label>,
    /// Last case to empty.
    #[serde(default)]
    pub last: Option<Label>,
    /// Or the items to take out.
    #[serde(default)]
    pub children: Vec<Label>,
    /// The order of items; needed where items are named by sequence number.
    #[serde(default)]
    pub child_order_id: Option<String>,
    /// Why.
    pub reason: String,
}

/// What was linked or taken apart.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Linked {
    /// The order of cases.
    pub order_id: String,
    /// First case.
    pub first: i64,
    /// Last case.
    pub last: i64,
    /// Cases.
    pub cases: i64,
    /// Items put in, or taken out.
    pub items: i64,
    /// Items each case now holds, where that is one figure.
    pub per: Option<i64>,
    /// Items a case should hold by its pack.
    pub expected: Option<i64>,
}

/// The orders an act is about, held: the cases', and those of the items.
struct Rolls {
    case_no: i64,
    held: BTreeMap<i64, Held>,
}

impl Rolls {
    fn of(&self, number: i64) -> Outcome<&Held> {
        self.held.get(&number).ok_or_else(|| Failure::broken(format!("order {number} is not held")))
    }
    fn cases(&self) -> Outcome<&Held> {
        self.of(self.case_no)
    }
}

/// Which of the producer's orders each item belongs to; what is none of theirs is unknown.
async fn orders_of(tx: &Tx, producer_id: &str, labels: &[(String, &Label)], named: Option<&str>, faults: &mut Faults) -> Outcome<Vec<i64>> {
    let connection = tx.connection();
    let mut by_locator = BTreeMap::new();
    let named = match named {
        Some(id) => match orders::order(connection, id).await {
            Ok(row) if row.producer_id == producer_id => Some(row.order_no),
            Ok(_) => return Err(no_order(id)),
            Err(failure) if failure.says("not_found") => return Err(no_order(id)),
            Err(failure) => return Err(failure),
        },
        None => None,
    };
    let mut out = Vec::with_capacity(labels.len());
    for (pointer, label) in labels {
        let Some(typed) = label.typed_code() else {
            if named.is_none() {
                faults.add(pointer, "child_order_missing");
            }
            out.push(named.unwrap_or(0));
            continue;
        };
        let Ok(code) = Code::parse(typed) else {
            faults.add(pointer, "mistyped_code").with("value", text::clean(typed));
            out.push(0);
            continue;
        };
        let locator = code.locator();
        if let std::collections::btree_map::Entry::Vacant(slot) = by_locator.entry(locator.get()) {
            let row = orders::by_locator(connection, locator).await?.filter(|row| row.producer_id == producer_id);
            slot.insert(row.map(|row| row.order_no));
        }
        let order = by_locator.get(&locator.get()).copied().flatten();
        if order.is_none() {
            faults.add(pointer, "label_unknown").with("value", text::clean(typed));
        }
        out.push(order.unwrap_or(0));
    }
    Ok(out)
}

fn no_order(id: &str) -> Failure {
    Failure::field("/child_order_id", "child_order_unknown").with("value", text::clean(id))
}

/// Takes the producer's turn and holds the orders of cases and of items, in the order of their numbers.
async fn hold(
    tx: &Tx,
    desk: &Desk,
    keys: &dyn KeyProvider,
    id: &str,
    labels: &[(String, &Label)],
    named: Option<&str>,
) -> Outcome<(Rolls, Vec<i64>)> {
    let cases = orders::order(tx.connection(), id).await?;
    super::change::parties(tx, desk, &cases).await?;
    nesting::turn(tx, &cases.producer_id).await?;
    let mut faults = Faults::new();
    let numbers = orders_of(tx, &cases.producer_id, labels, named, &mut faults).await?;
    faults.check()?;
    let all: BTreeSet<i64> = numbers.iter().copied().chain([cases.order_no]).collect();
    let mut held = BTreeMap::new();
    for (number, row) in orders::lock_all(tx, &all).await? {
        // Items of an order that was counted out may be boxed for as long as there are goods under them.
        let closed = number != cases.order_no;
        held.insert(number, Held::of(tx, desk, keys, row, closed).await?);
    }
    Ok((Rolls { case_no: cases.order_no, held }, numbers))
}

/// Puts items into cases.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed`; `link_mode_unknown`, `label_missing`, `child_order_missing`,
/// `child_order_unknown`, `label_unknown`, `mistyped_code`, `unknown_code`, `outside_order`, `range_reversed`, `same_label_twice`,
/// `per_unfit`; `wrong_level`, `item_of_other_product`, `two_levels_carry`, `case_dead`, `item_dead`, `item_in_other_case`,
/// `case_not_empty`, `count_differs_from_case`, `mixed_batches`.
pub async fn link_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &LinkInput) -> Outcome<Linked> {
    let mode = LinkMode::parse(&input.mode);
    let mode = mode.ok_or_else(|| Failure::field("/mode", "link_mode_unknown").with("value", text::clean(&input.mode)))?;
    let (rolls, links) = match mode {
        LinkMode::Scan => scanned(tx, desk, keys, id, input).await?,
        LinkMode::Roll | LinkMode::Ratio => by_ratio(tx, desk, keys, id, input).await?,
    };
    let cases = rolls.cases()?;
    fits(tx, &rolls, &links).await?;
    let (first, last) = (links[0].parent_first, links[0].parent_last);
    let items: i64 = links.iter().map(Link::items).sum();
    let before = nesting::of_cases(tx.connection(), cases.row.order_no, first, last).await?;
    let there: i64 = before.iter().filter_map(|r| nesting::link(r).items_of(first, last)).map(|(a, b)| b - a + 1).sum();
    if mode != LinkMode::Scan && there > 0 {
        let full: Vec<Range> =
            before.iter().map(|r| cases.partition.between(r.parent_first.max(first), r.parent_last.min(last))).collect::<Vec<_>>().concat();
        return Err(Failure::conflict("case_not_empty").with("places", places(&full)));
    }
    let per = items / (last - first + 1) + there;
    let expected = expected(tx, &cases.row).await?;
    if let Some(expected) = expected.filter(|e| per > *e || (per < *e && !input.short)) {
        let pointer = if mode == LinkMode::Scan { "/children" } else { "/per" };
        return Err(Failure::field(pointer, "count_differs_from_case").with("expected", expected).with("found", per));
    }
    nesting::insert(tx, desk, mode, &links).await?;
    levels::of_one_batch(tx, &cases.row, first, last).await?;
    let listed: Vec<_> =
        links.iter().map(|l| json!({ "order_no": l.child_order, "first": l.child_first, "last": l.child_last, "per": l.per })).collect();
    let facts = json!({ "order_no": cases.row.order_no, "mode": mode.word(), "first": first, "last": last, "items": items, "links": listed,
        "short": expected.is_some_and(|e| per < e) });
    ledger::append(tx, desk, Event::new(kind::CODES_LINKED, &cases.row.id, facts)).await?;
    Ok(Linked { order_id: cases.row.id.clone(), first, last, cases: last - first + 1, items, per: Some(per), expected })
}

/// Items a case should hold by its pack.
async fn expected(tx: &Tx, cases: &OrderRow) -> Outcome<Option<i64>> {
    match &cases.pack_id {
        Some(id) => Ok(orders::pack(tx.connection(), id).await?.and_then(|pack| pack.items)),
        None => Ok(None),
    }
}

/// One box and what was scanned into it.
async fn scanned(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &LinkInput) -> Outcome<(Rolls, Vec<Link>)> {
    let parent = input.parent.as_ref().ok_or_else(|| Failure::field("/parent", "label_missing"))?;
    if input.children.is_empty() {
        return Err(Failure::field("/children", "items_missing"));
    }
    if input.children.len() > MOST_SCANNED {
        return Err(Failure::field("/children", "items_too_many").with("value", input.children.len()).with("most", MOST_SCANNED));
    }
    let labels: Vec<(String, &Label)> = input.children.iter().enumerate().map(|(i, l)| (format!("/children/{i}"), l)).collect();
    let (rolls, numbers) = hold(tx, desk, keys, id, &labels, input.child_order_id.as_deref()).await?;
    let cases = rolls.cases()?;
    let case = cases.sequence(parent, "/parent")?;
    plan::stretch(&cases.partition, case, case).map_err(|f| at(f, "/parent"))?;
    let mut faults = Faults::new();
    let mut by_order: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for ((pointer, label), number) in labels.iter().zip(&numbers) {
        let held = rolls.of(*number)?;
        let Some(item) = faults.absorb("", held.sequence(label, pointer)) else { continue };
        let seen = by_order.entry(*number).or_default();
        if !(1..=held.row.count).contains(&item) {
            faults.add(pointer, "outside_order").with("value", item).with("count", held.row.count);
        } else if seen.contains(&item) {
            faults.add(pointer, "same_label_twice").with("value", item);
        } else if held.partition.at(item).is_some_and(|r| r.standing.state.is_dead()) {
            faults.add(pointer, "item_dead").with("places", item);
        } else if let Some(link) = nesting::of_items(tx.connection(), *number, item, item).await?.first().map(nesting::link) {
            let found = nesting::orders(tx.connection(), &[link.parent_order]).await?;
            let order_no = found.get(&link.parent_order).map_or(link.parent_order, |o| o.order_no);
            faults.add(pointer, "item_in_other_case").with("item", item).with("case", link.case_of(item)).with("order_no", order_no);
        } else {
            seen.push(item);
        }
    }
    faults.check()?;
    let mut links = Vec::new();
    for (child_order, items) in by_order {
        for (child_first, child_last) in runs(items).map_err(|item| Failure::field("/children", "same_label_twice").with("value", item))? {
            let per = child_last - child_first + 1;
            links.push(Link {
                parent_order: rolls.case_no,
                parent_first: case,
                parent_last: case,
                child_order,
                child_first,
                child_last,
                per,
            });
        }
    }
    Ok((rolls, links))
}

/// The faults of a stretch of one, at the field it came from.
fn at(mut failure: Failure, pointer: &str) -> Failure {
    failure.fields.iter_mut().for_each(|f| pointer.clone_into(&mut f.pointer));
    failure
}

/// So many items to each of a run of cases.
async fn by_ratio(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &LinkInput) -> Outcome<(Rolls, Vec<Link>)> {
    let mut faults = Faults::new();
    for (pointer, label) in [("/first", &input.first), ("/last", &input.last), ("/child_first", &input.child_first)] {
        if label.is_none() {
            faults.add(pointer, "label_missing");
        }
    }
    let per = input.per.filter(|per| (1..=crate::trace::pack::MOST_ITEMS).contains(per));
    if per.is_none() {
        faults.add("/per", "per_unfit").with("value", input.per.unwrap_or(0)).with("most", crate::trace::pack::MOST_ITEMS);
    }
    faults.check()?;
    let (Some(first), Some(last), Some(child), Some(per)) = (&input.first, &input.last, &input.child_first, per) else {
        return Err(Failure::broken("a link without its ends"));
    };
    let labels = [("/child_first".to_owned(), child)];
    let (rolls, numbers) = hold(tx, desk, keys, id, &labels, input.child_order_id.as_deref()).await?;
    let (cases, items) = (rolls.cases()?, rolls.of(numbers[0])?);
    let (parent_first, parent_last) = (cases.sequence(first, "/first")?, cases.sequence(last, "/last")?);
    plan::stretch(&cases.partition, parent_first, parent_last)?;
    let child_first = items.sequence(child, "/child_first")?;
    let child_last = child_first + per * (parent_last - parent_first + 1) - 1;
    for value in [child_first, child_last] {
        if !(1..=items.row.count).contains(&value) {
            return Err(Failure::field("/child_first", "outside_order").with("value", value).with("count", items.row.count));
        }
    }
    let dead: Vec<Range> = items.partition.between(child_first, child_last).into_iter().filter(|r| r.standing.state.is_dead()).collect();
    if !dead.is_empty() {
        return Err(Failure::field("/child_first", "item_dead").with("places", places(&dead)));
    }
    if let Some(link) = nesting::of_items(tx.connection(), numbers[0], child_first, child_last).await?.first().map(nesting::link) {
        let item = child_first.max(link.child_first);
        let refusal = Failure::field("/child_first", "item_in_other_case").with("item", item).with("case", link.case_of(item));
        return Err(refusal.with("order_no", link.parent_order));
    }
    let link = Link { parent_order: rolls.case_no, parent_first, parent_last, child_order: numbers[0], child_first, child_last, per };
    Ok((rolls, vec![link]))
}

/// May these orders' codes lie in those cases at all?
async fn fits(tx: &Tx, rolls: &Rolls, links: &[Link]) -> Outcome<()> {
    let cases = rolls.cases()?;
    let (first, last) = links.first().map(|l| (l.parent_first, l.parent_last)).ok_or_else(|| Failure::broken("nothing to link"))?;
    let dead: Vec<Range> = cases.partition.between(first, last).into_iter().filter(|r| r.standing.state.is_dead()).collect();
    let outer = levels::kind_of(&cases.row)?;
    for number in links.iter().map(|l| l.child_order).collect::<BTreeSet<i64>>() {
        let items = &rolls.of(number)?.row;
        if !outer.holds(levels::kind_of(items)?) {
            return Err(Failure::conflict("wrong_level"));
        }
        if outer == crate::trace::CodeKind::Case && !cases.row.bundle && items.product_id != cases.row.product_id {
            return Err(Failure::conflict("item_of_other_product").with("order_no", items.order_no));
        }
    }
    if !dead.is_empty() {
        return Err(Failure::conflict("case_dead").with("places", places(&dead)));
    }
    one_level_carries(tx, rolls, links, first, last).await
}

/// Of all levels that would lie in one another, at most one may take up quantity.
async fn one_level_carries(tx: &Tx, rolls: &Rolls, links: &[Link], first: i64, last: i64) -> Outcome<()> {
    let connection = tx.connection();
    let cases = &rolls.cases()?.row;
    let (mut above, mut below): (BTreeSet<i64>, BTreeSet<i64>) = (BTreeSet::from([cases.order_no]), BTreeSet::new());
    above.extend(nesting::of_items(connection, cases.order_no, first, last).await?.iter().map(|r| r.parent_order_no));
    for link in links {
        below.insert(link.child_order);
        let inside = nesting::of_cases(connection, link.child_order, link.child_first, link.child_last).await?;
        below.extend(inside.iter().map(|r| r.child_order_no));
    }
    let all: Vec<i64> = above.iter().chain(&below).copied().collect();
    let rows = nesting::orders(connection, &all).await?;
    let carrying = |numbers: &BTreeSet<i64>| numbers.iter().find(|n| rows.get(n).is_some_and(|row| row.unit_amount > 0)).copied();
    match (carrying(&above), carrying(&below)) {
        (Some(outer), Some(inner)) => Err(Failure::conflict("two_levels_carry").with("outer", outer).with("inner", inner)),
        _ => Ok(()),
    }
}

/// Takes items out of their cases: all that lies in a run of cases, or the items named.
///
/// # Errors
/// As [`link_codes`] of order and labels; `reason_missing`, `label_missing`, `not_linked`.
pub async fn unlink_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &UnlinkInput) -> Outcome<Linked> {
    let reason = text::clean(&input.reason);
    if reason.is_empty() || text::too_long(&reason, 500) {
        return Err(Failure::field("/reason", "reason_missing"));
    }
    let labels: Vec<(String, &Label)> = input.children.iter().enumerate().map(|(i, l)| (format!("/children/{i}"), l)).collect();
    let (rolls, numbers) = hold(tx, desk, keys, id, &labels, input.child_order_id.as_deref()).await?;
    let cases = rolls.cases()?;
    let (mut items, mut touched) = (0, BTreeSet::new());
    if labels.is_empty() {
        let ends = input.first.as_ref().or(input.last.as_ref()).zip(input.last.as_ref().or(input.first.as_ref()));
        let (first, last) = ends.ok_or_else(|| Failure::field("/first", "label_missing"))?;
        let (first, last) = (cases.sequence(first, "/first")?, cases.sequence(last, "/last")?);
        plan::stretch(&cases.partition, first, last)?;
        for row in nesting::of_cases(tx.connection(), cases.row.order_no, first, last).await? {
            touched.extend([row.parent_first.max(first), row.parent_last.min(last)]);
        }
        items = nesting::empty_cases(tx, desk, cases.row.order_no, first, last, &reason).await?;
        if items == 0 {
            return Err(
                Failure::conflict("not_linked").with("places", if first == last { first.to_string() } else { format!("{first}–{last}") })
            );
        }
    }
    let mut faults = Faults::new();
    for ((pointer, label), number) in labels.iter().zip(&numbers) {
        let Some(item) = faults.absorb("", rolls.of(*number)?.sequence(label, pointer)) else { continue };
        let found = nesting::of_items(tx.connection(), *number, item, item).await?;
        match found.iter().find(|row| row.parent_order_no == cases.row.order_no) {
            Some(row) => {
                touched.insert(nesting::link(row).case_of(item));
                items += nesting::end(tx, desk, row, item, item, &reason).await?;
            }
            None => drop(faults.add(pointer, "not_linked").with("places", item)),
        }
    }
    faults.check()?;
    let (first, last) = (touched.first().copied().unwrap_or(0), touched.last().copied().unwrap_or(0));
    let facts = json!({ "order_no": cases.row.order_no, "first": first, "last": last, "items": items, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::CODES_UNLINKED, &cases.row.id, facts)).await?;
    Ok(Linked { order_id: cases.row.id.clone(), first, last, cases: last - first + 1, items, per: None, expected: None })
}
