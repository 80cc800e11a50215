//! Orders as the scan keeps them in memory: what never changes once codes are printed, and the names beside it.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, Value};

use super::{Columns, list, rows, unpacked, word};
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Failure, Outcome};
use crate::trace::code::{Locator, Suite};
use crate::trace::keys::WrappedKey;
use crate::trace::kind::CodeKind;

/// An order with its names.
#[derive(Debug)]
pub struct IssuedRow {
    pub order_no: i64,
    pub id: String,
    pub locator: Locator,
    pub kind: CodeKind,
    pub count: u32,
    pub season: String,
    pub with_pin: bool,
    pub base_url: String,
    pub label: String,
    pub demo: bool,
    pub key: WrappedKey,
    pub names: Names,
}

/// Names and texts that belong to an order and may be corrected in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub producer_id: String,
    pub producer: String,
    pub credit_code: Option<String>,
    pub product_id: String,
    pub product: String,
    pub aliases: Vec<String>,
    pub slug: String,
    pub fresh: bool,
    pub base_unit: BaseUnit,
    pub grade: Option<String>,
    pub amount: Option<i64>,
}

const ISSUED: &str = "FROM code_order o JOIN organisation p ON p.id = o.producer_id JOIN product g ON g.id = o.product_id \
     LEFT JOIN pack k ON k.id = o.pack_id";
const NAMES: &str = "p.id, p.name, p.credit_code, g.id, g.name, g.aliases, g.slug, g.fresh, g.base_unit, k.grade, k.amount";
const ORDERS_AT_ONCE: usize = 1000;

/// How many orders have codes.
pub async fn count<C: ConnectionTrait>(connection: &C) -> Outcome<usize> {
    let found = rows(connection, "SELECT count(locator) FROM code_order", vec![]).await?;
    let row = found.first().ok_or_else(|| Failure::broken("a count without a row"))?;
    usize::try_from(Columns::of(row).next::<i64>()?).map_err(Failure::broken)
}

/// The orders with codes that are not in `known` yet, by number.
pub async fn unknown<C: ConnectionTrait>(connection: &C, known: &HashSet<i64>) -> Outcome<Vec<IssuedRow>> {
    let all = rows(connection, "SELECT order_no FROM code_order WHERE locator IS NOT NULL ORDER BY order_no", vec![]).await?;
    let mut new = Vec::new();
    for row in &all {
        let order_no: i64 = Columns::of(row).next()?;
        if !known.contains(&order_no) {
            new.push(order_no);
        }
    }
    let mut out = Vec::with_capacity(new.len());
    for some in new.chunks(ORDERS_AT_ONCE) {
        let listed = unpacked(connection.get_database_backend(), "$1", &[("n", "bigint")]);
        let sql = format!(
            "SELECT o.order_no, o.id, o.suite, o.locator, o.kind, o.count, o.season, o.with_pin, o.base_url, o.label, o.demo, o.key_wrapped, \
             o.master_key_id, {NAMES} {ISSUED} WHERE o.order_no IN ({listed})"
        );
        let numbers: Vec<_> = some.iter().map(|n| serde_json::json!({ "n": n })).collect();
        for row in &rows(connection, &sql, vec![list(&numbers)?]).await? {
            out.push(issued(&mut Columns::of(row))?);
        }
    }
    Ok(out)
}

/// The names of all orders with codes as the register has them now.
pub async fn names<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<(i64, Names)>> {
    let sql = format!("SELECT o.order_no, {NAMES} {ISSUED} WHERE o.locator IS NOT NULL");
    let mut out = Vec::new();
    for row in &rows(connection, &sql, Vec::<Value>::new()).await? {
        let mut columns = Columns::of(row);
        out.push((columns.next()?, read_names(&mut columns)?));
    }
    Ok(out)
}

fn issued(columns: &mut Columns<'_>) -> Outcome<IssuedRow> {
    let (order_no, id) = (columns.next()?, columns.next()?);
    let suite = u8::try_from(columns.next::<i64>()?).ok().and_then(Suite::of);
    let locator = u32::try_from(columns.next::<i64>()?).ok().and_then(Locator::new);
    let kind = word(&columns.next::<String>()?, CodeKind::parse)?;
    let Some(locator) = locator.filter(|_| suite == Some(kind.suite())) else {
        return Err(Failure::broken(format!("order {order_no}: suite or locator can't be right")));
    };
    Ok(IssuedRow {
        order_no,
        id,
        locator,
        kind,
        count: u32::try_from(columns.next::<i64>()?).map_err(Failure::broken)?,
        season: columns.next()?,
        with_pin: columns.next()?,
        base_url: columns.next()?,
        label: columns.next()?,
        demo: columns.next()?,
        key: WrappedKey { bytes: columns.next()?, master_key_id: columns.next()? },
        names: read_names(columns)?,
    })
}

fn read_names(columns: &mut Columns<'_>) -> Outcome<Names> {
    Ok(Names {
        producer_id: columns.next()?,
        producer: columns.next()?,
        credit_code: columns.next()?,
        product_id: columns.next()?,
        product: columns.next()?,
        aliases: columns.next::<String>()?.split(';').filter(|a| !a.is_empty()).map(str::to_owned).collect(),
        slug: columns.next()?,
        fresh: columns.next()?,
        base_unit: word(&columns.next::<String>()?, BaseUnit::parse)?,
        grade: columns.next()?,
        amount: columns.next()?,
    })
}
