//! Issued orders in memory, by locator. New ones are found by polling: an order issued on another node is known here half a second
//! later. A code of a locator that is not here is unknown, and no statement is spent on it.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::db::Db;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Failure, Outcome};
use crate::trace::cipher::CodeCipher;
use crate::trace::code::{Code, Locator};
use crate::trace::keys::{self, KeyOwner, KeyProvider};
use crate::trace::kind::CodeKind;
use crate::trace::pin::PinKey;
use crate::trace::store::scan::issued::{self, IssuedRow, Names};

/// An issued order. Names follow the register within a minute; everything else is as printed.
#[derive(Clone)]
pub struct Order {
    /// Its number.
    pub order_no: i64,
    /// Its id.
    pub id: String,
    /// What its codes begin with, after the suite.
    pub locator: Locator,
    /// What its codes stand for.
    pub kind: CodeKind,
    /// How many codes it has.
    pub count: u32,
    /// The season it was ordered for.
    pub season: String,
    /// Its labels have scratch PINs.
    pub with_pin: bool,
    /// What stands before `/Q/` on its labels.
    pub base_url: String,
    /// The words pinned for its labels.
    pub label: String,
    /// Demonstration data.
    pub demo: bool,
    /// Producer, product and pack.
    names: Names,
    cipher: Arc<CodeCipher>,
    pin: Option<PinKey>,
}

impl Order {
    /// The producer's id.
    pub fn producer_id(&self) -> &str {
        &self.names.producer_id
    }
    /// Name of the producer.
    pub fn producer(&self) -> &str {
        &self.names.producer
    }
    /// The producer's 统一社会信用代码.
    pub fn credit_code(&self) -> Option<&str> {
        self.names.credit_code.as_deref()
    }
    /// The product's id.
    pub fn product_id(&self) -> &str {
        &self.names.product_id
    }
    /// Name of the product.
    pub fn product(&self) -> &str {
        &self.names.product
    }
    /// Other names of the product.
    pub fn aliases(&self) -> &[String] {
        &self.names.aliases
    }
    /// The product's word in addresses of pages.
    pub fn slug(&self) -> &str {
        &self.names.slug
    }
    /// Fresh produce: it is taken back (追回), not recalled (召回).
    pub fn fresh(&self) -> bool {
        self.names.fresh
    }
    /// What the product is counted in.
    pub fn base_unit(&self) -> BaseUnit {
        self.names.base_unit
    }
    /// The pack's grade.
    pub fn grade(&self) -> Option<&str> {
        self.names.grade.as_deref()
    }
    /// The pack's net content in the product's base unit.
    pub fn net_amount(&self) -> Option<i64> {
        self.names.amount
    }
    /// The code with this sequence number, if the order has it.
    pub fn code(&self, seq: u32) -> Option<Code> {
        (1..=self.count).contains(&seq).then(|| self.cipher.code(seq - 1))
    }
    /// The key of its PINs, if its labels have some.
    pub(super) fn pin_key(&self) -> Option<&PinKey> {
        self.pin.as_ref()
    }

    fn open(row: IssuedRow, masters: &dyn KeyProvider) -> Outcome<Self> {
        let owner =
            KeyOwner { order_no: row.order_no, locator: row.locator, count: row.count, kind: row.kind, producer: &row.names.producer_id };
        let key = keys::unwrap(masters, &row.key, &owner).map_err(|e| Failure::broken(format!("key of order {}: {e}", row.order_no)))?;
        Ok(Self {
            cipher: Arc::new(CodeCipher::new(key.as_bytes(), row.kind.suite(), row.locator)),
            pin: row.with_pin.then(|| PinKey::new(key.as_bytes())),
            order_no: row.order_no,
            id: row.id,
            locator: row.locator,
            kind: row.kind,
            count: row.count,
            season: row.season,
            with_pin: row.with_pin,
            base_url: row.base_url,
            label: row.label,
            demo: row.demo,
            names: row.names,
        })
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({} {})", self.order_no, self.locator)
    }
}

/// A code that was issued: which order, and where in it.
#[derive(Debug, Clone)]
pub struct Located {
    /// The order.
    pub order: Arc<Order>,
    /// Sequence number, from 1.
    pub seq: u32,
}

/// All issued orders.
#[derive(Debug)]
pub(super) struct Orders {
    masters: Arc<dyn KeyProvider>,
    by_locator: RwLock<HashMap<Locator, Arc<Order>>>,
    loading: tokio::sync::Mutex<()>,
}

impl Orders {
    pub(super) fn new(masters: Arc<dyn KeyProvider>) -> Self {
        Self { masters, by_locator: RwLock::default(), loading: tokio::sync::Mutex::default() }
    }

    /// The order that issued this code, and where. Memory only.
    pub(super) fn locate(&self, code: &Code) -> Option<Located> {
        let order = self.by_locator.read().unwrap_or_else(PoisonError::into_inner).get(&code.locator()).cloned()?;
        let index = order.cipher.index_of(code, order.count)?;
        Some(Located { order, seq: index + 1 })
    }

    /// Takes in orders issued since.
    ///
    /// # Errors
    /// If the database can't be read, or a key doesn't open under the master keys at hand.
    pub(super) async fn refresh(&self, db: &Db) -> Outcome<()> {
        let _one_at_a_time = self.loading.lock().await;
        let known: HashSet<i64> = {
            let orders = self.by_locator.read().unwrap_or_else(PoisonError::into_inner);
            orders.values().map(|order| order.order_no).collect()
        };
        if issued::count(db.reader()).await? == known.len() {
            return Ok(());
        }
        let mut new = Vec::new();
        for row in issued::unknown(db.reader(), &known).await? {
            new.push(Arc::new(Order::open(row, &*self.masters)?));
        }
        let mut orders = self.by_locator.write().unwrap_or_else(PoisonError::into_inner);
        orders.extend(new.into_iter().map(|order| (order.locator, order)));
        Ok(())
    }

    /// Takes over names that were corrected in the register.
    ///
    /// # Errors
    /// If the database can't be read.
    pub(super) async fn refresh_names(&self, db: &Db) -> Outcome<()> {
        let _one_at_a_time = self.loading.lock().await;
        let names: HashMap<i64, Names> = issued::names(db.reader()).await?.into_iter().collect();
        let mut orders = self.by_locator.write().unwrap_or_else(PoisonError::into_inner);
        for order in orders.values_mut() {
            if let Some(now) = names.get(&order.order_no).filter(|now| **now != order.names) {
                *order = Arc::new(Order { names: now.clone(), ..Order::clone(order) });
            }
        }
        Ok(())
    }
}
