//! Ordering codes, and the second person's yes or no. An order reserves its quantity when it is asked for; key, locator and what is
//! printed are made when it is issued, in one row whatever the count.

use serde_json::json;

use super::change;
use super::told::tell;
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Millis, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::CodeKind;
use crate::trace::code::Locator;
use crate::trace::keys::{self, KeyOwner, KeyProvider, OrderKey};
use crate::trace::label::LabelText;
use crate::trace::order::{OrderInput, OrderRules, OrderState, Size, season};
use crate::trace::range::plan::{self, Bucket};
use crate::trace::range::{Partition, Standing};
use crate::trace::store::order::{self as store, OrderRow, ProducerRow, ProductRow};
use crate::trace::store::stock::{self, BatchRow};
use crate::trace::store::stop::Covered;
use crate::trace::store::{self as tables, range as ranges};

/// Draws of a locator before giving up: with all but one in a thousand taken, this many misses are still unheard of.
const DRAWS: u32 = 100_000;

/// Whose goods, and what they are held against.
struct Subject {
    producer: ProducerRow,
    product: ProductRow,
    season: String,
    batch: Option<BatchRow>,
}

impl Subject {
    fn unit(&self) -> BaseUnit {
        BaseUnit::parse(&self.product.base_unit).unwrap_or(BaseUnit::G)
    }
}

/// Orders codes. Up to the issue limit, and as long as the producer has not more on no goods than the product allows, they are issued at once;
/// beyond either the order waits for a second person.
///
/// # Errors
/// `not_found` (producer or batch out of reach), `producer_missing`, `product_unknown`, `season_missing`, `pack_missing`, `pack_unfit`,
/// `count_out_of_range`, `spare_too_many`, `amount_too_large`, `sample_has_no_batch`, `carries_unfit`, `bundle_unfit`; `no_mark_use_in_force`, `use_stopped`;
/// `batch_unknown`, `batch_of_other_…`, `batch_voided`, `batch_on_hold`, `batch_seized`, `batch_recalled`; `batch_overdrawn`,
/// `no_season_account`, `balance_exceeded` with figures.
pub async fn order_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, rules: &OrderRules, input: &OrderInput) -> Outcome<OrderRow> {
    let subject = subject(tx, desk, input).await?;
    let size = size(tx, &subject, rules, input).await?;
    allowed(tx, desk, &subject).await?;
    store::begin_numbering(tx).await?;
    let mut row = OrderRow {
        bundle: input.is_bundle(),
        on_hand: None,
        closed_at: None,
        closed_by: None,
        first_season: None,
        order_no: store::next_number(tx).await?,
        id: desk.new_id(Noun::CodeOrder),
        suite: i64::from(input.kind.suite().value()),
        locator: None,
        producer_id: subject.producer.id.clone(),
        product_id: subject.product.id.clone(),
        season: subject.season.clone(),
        account_id: None,
        pack_id: input.pack_id.clone(),
        batch_id: input.batch_id.clone(),
        kind: input.kind.as_str().to_owned(),
        count: size.count,
        spare: size.spare,
        unit_amount: size.unit_amount,
        quota_left: size.stock().quota_left,
        spare_left: size.stock().spare_left,
        with_pin: input.with_pin,
        state: OrderState::Proposed.word().to_owned(),
        base_url: rules.base_url.clone(),
        label: String::new(),
        key_wrapped: None,
        master_key_id: None,
        key_sha256: None,
        demo: rules.demo,
        ordered_by: desk.actor.account_id.clone(),
        ordered_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        issued_at: None,
    };
    let effects = reserve(tx, &subject, size, &mut row).await?;
    pin(&mut row, &subject.product, rules)?;
    store::insert(tx, row.clone()).await?;
    // Labels for a batch are on goods from the start, all but the spare ones.
    let more = if subject.batch.is_some() { size.spare } else { size.count };
    let hand = beyond_hand(tx, &subject, input.kind, more).await?;
    if size.count > rules.issue_limit || hand.is_some() {
        let mut facts = json!({ "count": size.count, "spare": size.spare, "kind": row.kind, "producer": row.producer_id,
            "product": row.product_id, "season": row.season, "order_no": row.order_no, "limit": rules.issue_limit });
        if let Some((on_hand, limit)) = hand {
            (facts["on_hand"], facts["on_hand_limit"]) = (on_hand.into(), limit.into());
        }
        ledger::append(tx, desk, Event::new(kind::CODE_ORDER_PROPOSED, &row.id, facts).with(effects)).await?;
        return Ok(row);
    }
    issue(tx, desk, keys, &subject, row, effects).await
}

/// What the producer has on no goods, and the product's limit of that, if these labels would go beyond it. Samples are no labels of goods.
/// It is asked for after [`store::begin_numbering`], so that of two orders at once the second knows of the first.
async fn beyond_hand(tx: &Tx, subject: &Subject, kind: CodeKind, more: i64) -> Outcome<Option<(i64, i64)>> {
    let Some(limit) = subject.product.on_hand_limit.filter(|_| kind != CodeKind::Sample) else { return Ok(None) };
    let on_hand = ranges::on_hand(tx.connection(), &subject.producer.id, &subject.product.id).await?;
    Ok((on_hand.saturating_add(more) > limit).then_some((on_hand, limit)))
}

/// Whose goods: what is left out is taken from the batch, or is the actor's own.
async fn subject(tx: &Tx, desk: &Desk, input: &OrderInput) -> Outcome<Subject> {
    let connection = tx.connection();
    let batch = match &input.batch_id {
        Some(id) => Some(change::batch(tx, id).await?),
        None => None,
    };
    let own = || desk.actor.organisation_id.clone();
    let producer_id = input.producer_id.clone().or_else(|| batch.as_ref().map(|b| b.producer_id.clone())).or_else(own);
    let producer_id = producer_id.ok_or_else(|| Failure::field("/producer_id", "producer_missing"))?;
    let product_id = input.product_id.clone().or_else(|| batch.as_ref().map(|b| b.product_id.clone()));
    let product_id = product_id.ok_or_else(|| Failure::field("/product_id", "product_missing"))?;
    let producer = store::producer(connection, &producer_id).await?.ok_or_else(Failure::not_found)?;
    let product = store::product(connection, &product_id).await?;
    let product = product.ok_or_else(|| Failure::field("/product_id", "product_unknown").with("value", &product_id))?;
    if !store::reaches(connection, &desk.actor.scope, &producer, &product).await? {
        let by_batch = batch.as_ref().filter(|_| input.producer_id.is_none());
        return Err(by_batch.map_or_else(Failure::not_found, |batch| change::unknown_batch(&batch.id)));
    }
    let season = season(input.season.as_deref().or_else(|| batch.as_ref().map(|b| b.season.as_str())))?;
    Ok(Subject { producer, product, season, batch })
}

async fn size(tx: &Tx, subject: &Subject, rules: &OrderRules, input: &OrderInput) -> Outcome<Size> {
    let mut faults = Faults::new();
    let mut pack_amount = None;
    match &input.pack_id {
        Some(id) => match store::pack(tx.connection(), id).await? {
            Some(pack) if pack.organisation_id == subject.producer.id && pack.product_id == subject.product.id => {
                pack_amount = Some(pack.amount);
            }
            _ => drop(faults.add("/pack_id", "pack_unfit").with("value", id)),
        },
        None if input.carries() => drop(faults.add("/pack_id", "pack_missing")),
        None => {}
    }
    if !input.kind.may_carry(input.carries()) || (input.carries() && input.is_bundle()) {
        faults.add("/carries_quantity", "carries_unfit");
    }
    if input.is_bundle() && input.kind != CodeKind::Case {
        faults.add("/bundle", "bundle_unfit");
    }
    if input.kind == CodeKind::Sample && input.batch_id.is_some() {
        faults.add("/batch_id", "sample_has_no_batch");
    }
    let size = Size::check(input, pack_amount, rules, &mut faults);
    faults.check()?;
    size.ok_or_else(|| Failure::broken("a size without a fault"))
}

/// May this producer have labels for this product today?
async fn allowed(tx: &Tx, desk: &Desk, subject: &Subject) -> Outcome<()> {
    let (producer, product, today) = (&subject.producer, &subject.product, desk.clock.today());
    if !store::mark_use_in_force(tx.connection(), &producer.id, &product.id, today).await? {
        let refusal = Failure::conflict("no_mark_use_in_force").with("producer", &producer.name);
        return Err(refusal.with("product", &product.name).with("day", today));
    }
    if let Some(batch) = &subject.batch {
        return change::fits(tx, desk, batch, &producer.id, &product.id, &subject.season).await;
    }
    change::not_stopped(tx, Covered { producer_id: &producer.id, product_id: &product.id, batch_id: None, codes: None }).await
}

/// Reserves what the order takes up on the season account.
async fn reserve(tx: &Tx, subject: &Subject, size: Size, row: &mut OrderRow) -> Outcome<Vec<Effect>> {
    let amount = size.amount();
    if let Some(batch) = &subject.batch
        && stock::loose_of(batch) < amount
    {
        return Err(change::overdrawn(batch, amount, size.unit_amount, subject.unit()));
    }
    let account = stock::account_of(tx.connection(), &row.producer_id, &row.product_id, &row.season).await?;
    row.account_id = account.map(|a| a.id);
    if amount == 0 {
        return Ok(Vec::new());
    }
    let Some(account) = &row.account_id else {
        let refusal = Failure::conflict("no_season_account").with("producer", &subject.producer.name);
        return Err(refusal.with("product", &subject.product.name).with("season", &row.season));
    };
    if stock::shift(tx, account, Bucket::Free, Bucket::Reserved, amount).await? {
        return Ok(vec![change::moved(account, Bucket::Free, Bucket::Reserved, amount)]);
    }
    let free = stock::free_of(&stock::account(tx.connection(), account).await?).max(0);
    Err(Failure::conflict("balance_exceeded")
        .with("asked", subject.unit().show(amount))
        .with("free", subject.unit().show(free))
        .with("codes", free / size.unit_amount.max(1)))
}

/// Pins what is printed.
fn pin(row: &mut OrderRow, product: &ProductRow, rules: &OrderRules) -> Outcome<()> {
    let kind = CodeKind::parse(&row.kind).ok_or_else(|| Failure::broken("an unknown kind of code"))?;
    let label = LabelText::new(kind, Some(&product.name), &rules.label_locale);
    row.label = serde_json::to_string(&label).map_err(Failure::broken)?;
    row.base_url.clone_from(&rules.base_url);
    Ok(())
}

/// Makes key and locator and the first ranges, and writes the one event. The row is in the table already; numbering is ours.
async fn issue(
    tx: &Tx,
    desk: &Desk,
    keys: &dyn KeyProvider,
    subject: &Subject,
    mut row: OrderRow,
    mut effects: Vec<Effect>,
) -> Outcome<OrderRow> {
    let now = desk.clock.now();
    let (locator, key) = (draw_locator(tx, desk).await?, OrderKey::draw(&desk.random));
    let kind = CodeKind::parse(&row.kind).ok_or_else(|| Failure::broken("an unknown kind of code"))?;
    let count = u32::try_from(row.count).map_err(Failure::broken)?;
    let owner = KeyOwner { order_no: row.order_no, locator, count, kind, producer: &row.producer_id };
    let wrapped = keys::wrap(keys, &key, &owner, &desk.random)?;
    row.locator = Some(i64::from(locator.get()));
    row.key_wrapped = Some(wrapped.bytes);
    row.master_key_id = Some(wrapped.master_key_id);
    row.key_sha256 = Some(key.sha256());
    row.state = OrderState::Issued.word().to_owned();
    row.issued_at = Some(now);
    store::decide(tx, &row).await?;
    effects.extend(first_ranges(tx, desk, subject, &mut row, now).await?);
    let facts = json!({ "order_no": row.order_no, "count": row.count, "spare": row.spare, "kind": row.kind, "suite": row.suite,
        "locator": locator.to_string(), "key_sha256": row.key_sha256, "base_url": row.base_url, "with_pin": row.with_pin,
        "producer": row.producer_id, "product": row.product_id, "season": row.season, "pack": row.pack_id, "batch": row.batch_id,
        "unit_amount": row.unit_amount, "bundle": row.bundle, "ordered_by": row.ordered_by });
    ledger::append(tx, desk, Event::new(kind::CODE_ORDER_ISSUED, &row.id, facts).with(effects)).await?;
    Ok(row)
}

/// All codes issued; for an order with a batch all but the spare ones bound to it at once.
async fn first_ranges(tx: &Tx, desk: &Desk, subject: &Subject, row: &mut OrderRow, now: Millis) -> Outcome<Vec<Effect>> {
    let whole = Partition::whole(row.count, Standing::issued(now));
    tables::range::replace(tx, row.order_no, &[], whole.ranges()).await?;
    let Some(batch) = &subject.batch else {
        return Ok(change::laid(row.order_no, whole.ranges()));
    };
    let stock = change::stock_of(row);
    let planned = plan::bind(&whole, stock, 1, row.count - row.spare, &[], &batch.id, now)?;
    let applied = change::apply(tx, desk, row, &whole, &planned, subject.unit()).await?;
    Ok(change::laid(row.order_no, whole.ranges()).into_iter().chain(applied.effects).collect())
}

async fn draw_locator(tx: &Tx, desk: &Desk) -> Outcome<Locator> {
    for _ in 0..DRAWS {
        let locator = Locator::draw(&desk.random);
        if store::by_locator(tx.connection(), locator).await?.is_none() {
            return Ok(locator);
        }
    }
    Err(Failure::broken("no locator is free"))
}

/// Approves a proposed order: it is issued. Somebody else than who ordered, of the mark holder or the office.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`; `no_mark_use_in_force`, `use_stopped`; for an order with a batch what
/// [`order_codes`] says of it.
pub async fn approve_order(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, rules: &OrderRules, id: &str) -> Outcome<OrderRow> {
    let (mut row, subject) = decidable(tx, desk, id).await?;
    allowed(tx, desk, &subject).await?;
    store::begin_numbering(tx).await?;
    pin(&mut row, &subject.product, rules)?;
    row.decided_by = Some(desk.actor.account_id.clone());
    row.decided_at = Some(desk.clock.now());
    let values = [("no", row.order_no.to_string()), ("count", row.count.to_string())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    tell(tx, desk, &row.producer_id, About::OrderApproved, id, &values).await?;
    issue(tx, desk, keys, &subject, row, Vec::new()).await
}

/// Refuses a proposed order; what it reserved is free again.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`, `reason_missing`.
pub async fn refuse_order(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<OrderRow> {
    let reason = text::clean(reason);
    if reason.is_empty() || text::too_long(&reason, 500) {
        return Err(Failure::field("/reason", "reason_missing"));
    }
    let (mut row, _) = decidable(tx, desk, id).await?;
    let amount = row.quota_left * row.unit_amount;
    let mut effects = Vec::new();
    if let Some(account) = row.account_id.as_deref().filter(|_| amount > 0) {
        if !stock::shift(tx, account, Bucket::Reserved, Bucket::Free, amount).await? {
            return Err(Failure::broken("an order reserved more than its account says"));
        }
        effects.push(change::moved(account, Bucket::Reserved, Bucket::Free, amount));
    }
    row.state = OrderState::Refused.word().to_owned();
    (row.quota_left, row.spare_left) = (0, 0);
    row.decided_by = Some(desk.actor.account_id.clone());
    row.decided_at = Some(desk.clock.now());
    row.decision_reason = Some(reason);
    store::decide(tx, &row).await?;
    let values = [("no", row.order_no.to_string()), ("reason", row.decision_reason.clone().unwrap_or_default())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    tell(tx, desk, &row.producer_id, About::OrderRefused, id, &values).await?;
    let facts = json!({ "order_no": row.order_no, "reason": row.decision_reason, "ordered_by": row.ordered_by });
    ledger::append(tx, desk, Event::new(kind::CODE_ORDER_REFUSED, id, facts).with(effects)).await?;
    Ok(row)
}

/// A proposed order within reach that this actor may decide.
async fn decidable(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(OrderRow, Subject)> {
    let row = store::lock(tx, id).await?;
    let (producer, product) = change::parties(tx, desk, &row).await?;
    if OrderState::parse(&row.state).is_none_or(|s| !s.may_become(OrderState::Issued)) {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    if row.ordered_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let batch = match &row.batch_id {
        Some(id) => Some(stock::lock_batch(tx, id).await?),
        None => None,
    };
    let season = row.season.clone();
    Ok((row, Subject { producer, product, season, batch }))
}
