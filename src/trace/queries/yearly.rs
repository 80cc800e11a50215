//! What the platform has on record of an organisation and a product in a calendar year.

use sea_orm::ConnectionTrait;

use crate::kernel::Outcome;
use crate::trace::store::yearly as store;

pub use store::YearOf;

/// The figures of a year; amounts in the product's base unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Yearly {
    /// Growers that delivered.
    pub growers: i64,
    /// Approved output of the organisation and the growers it registered.
    pub approved: i64,
    /// Delivered to it.
    pub received: i64,
    /// Carried over and opening stock.
    pub opening: i64,
    /// Batches let go.
    pub batches: i64,
    /// What they hold.
    pub released: i64,
    /// Codes issued.
    pub issued: i64,
    /// Codes put to use.
    pub activated: i64,
    /// Codes voided.
    pub voided: i64,
    /// Shipped abroad.
    pub exported: i64,
    /// Test reports.
    pub tests: i64,
    /// Of which with a failed item.
    pub failed: i64,
}

/// As it stands now.
///
/// # Errors
/// Only ours.
pub async fn yearly<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<Yearly> {
    Ok(Yearly {
        growers: store::growers(connection, of).await?,
        approved: store::approved(connection, of).await?,
        received: store::received(connection, of).await?,
        opening: store::opening(connection, of).await?,
        batches: store::batches(connection, of).await?,
        released: store::released(connection, of).await?,
        issued: store::issued(connection, of).await?,
        activated: store::activated(connection, of).await?,
        voided: store::voided(connection, of).await?,
        exported: store::exported(connection, of).await?,
        tests: store::tests(connection, of).await?,
        failed: store::failed(connection, of).await?,
    })
}
