//! An issued order with its key opened: everything about it that never changes. From it codes are printed and read back; nodes may
//! keep it in memory for as long as they like. How its codes stand is asked of the database each time.

use super::cipher::CodeCipher;
use super::code::{Code, Locator, Suite};
use super::keys::{self, KeyOwner, KeyProvider, KeyTrouble, OrderKey, WrappedKey};
use super::kind::CodeKind;
use super::label::LabelText;
use super::store::order::OrderRow;
use crate::kernel::{Failure, Millis, Outcome};

/// What was pinned when an order was issued.
#[derive(Debug)]
pub struct IssuedOrder {
    /// The order's number.
    pub order_no: i64,
    /// The order's id, `cod_…`.
    pub id: String,
    /// Which cipher.
    pub suite: Suite,
    /// Its locator.
    pub locator: Locator,
    /// Its key, unwrapped. Never log it, never send it.
    pub key: OrderKey,
    /// The cipher under that key, prepared.
    pub cipher: CodeCipher,
    /// How many codes, 1 to 2^24.
    pub count: u32,
    /// What the codes are for.
    pub kind: CodeKind,
    /// Whose goods.
    pub producer_id: String,
    /// Which product.
    pub product_id: String,
    /// Which season.
    pub season: String,
    /// The trade item.
    pub pack_id: Option<String>,
    /// With scratch PINs.
    pub with_pin: bool,
    /// The base URL that is printed.
    pub base_url: String,
    /// The words that are printed.
    pub label: LabelText,
    /// Demonstration data.
    pub demo: bool,
    /// When issued.
    pub issued_at: Millis,
}

impl IssuedOrder {
    /// Opens an order.
    ///
    /// # Errors
    /// `order_not_issued`; ours if the key does not open.
    pub fn open(keys: &dyn KeyProvider, row: &OrderRow) -> Outcome<Self> {
        let (owner, wrapped) = wrapping(row)?;
        let key = keys::unwrap(keys, &wrapped, &owner)?;
        let label = serde_json::from_str(&row.label).map_err(Failure::broken)?;
        let suite = owner.kind.suite();
        Ok(Self {
            order_no: row.order_no,
            id: row.id.clone(),
            suite,
            locator: owner.locator,
            cipher: CodeCipher::new(key.as_bytes(), suite, owner.locator),
            key,
            count: owner.count,
            kind: owner.kind,
            producer_id: row.producer_id.clone(),
            product_id: row.product_id.clone(),
            season: row.season.clone(),
            pack_id: row.pack_id.clone(),
            with_pin: row.with_pin,
            base_url: row.base_url.clone(),
            label,
            demo: row.demo,
            issued_at: row.issued_at.unwrap_or(row.ordered_at),
        })
    }
    /// The sequence number of a code of this order (from 1); `None` if this order never issued it.
    pub fn sequence_of(&self, code: &Code) -> Option<i64> {
        self.cipher.index_of(code, self.count).map(|index| i64::from(index) + 1)
    }
    /// The code at a sequence number; `None` outside the order.
    pub fn code_at(&self, sequence: i64) -> Option<Code> {
        let index = u32::try_from(sequence.checked_sub(1)?).ok()?;
        (index < self.count).then(|| self.cipher.code(index))
    }
}

/// What an order's key belongs to, and the key as it is stored.
///
/// # Errors
/// `order_not_issued`; ours if the row can't be what was stored.
pub fn wrapping(row: &OrderRow) -> Outcome<(KeyOwner<'_>, WrappedKey)> {
    let (Some(locator), Some(bytes), Some(master_key_id)) = (row.locator, &row.key_wrapped, &row.master_key_id) else {
        return Err(Failure::conflict("order_not_issued").with("state", &row.state));
    };
    let locator = u32::try_from(locator).ok().and_then(Locator::new).ok_or_else(|| Failure::broken("a locator beyond 25 bits"))?;
    let kind = CodeKind::parse(&row.kind).ok_or_else(|| Failure::broken(format!("an unknown kind of code {:?}", row.kind)))?;
    let count = u32::try_from(row.count).map_err(Failure::broken)?;
    let owner = KeyOwner { order_no: row.order_no, locator, count, kind, producer: &row.producer_id };
    Ok((owner, WrappedKey { master_key_id: master_key_id.clone(), bytes: bytes.clone() }))
}

/// Does the key at hand open this order, and is it the key the order was issued with?
///
/// # Errors
/// What is wrong, for the log.
pub fn proves(keys: &dyn KeyProvider, row: &OrderRow) -> Outcome<Result<(), KeyTrouble>> {
    let (owner, wrapped) = wrapping(row)?;
    Ok(keys::unwrap(keys, &wrapped, &owner)
        .and_then(|key| if row.key_sha256.as_deref() == Some(key.sha256().as_str()) { Ok(()) } else { Err(KeyTrouble::DoesNotOpen) }))
}
