//! The only files of the register that know its tables, one per noun. Rows go out as the entities have them; words in them are read
//! where they are used, and one that no enum knows is our own fault.

pub mod announcement;
pub mod area;
pub mod consent;
pub mod division;
pub mod facility;
pub mod grower;
pub mod label_design;
pub mod load;
pub mod mark_use;
pub mod plot;
pub mod printing_house;
pub mod product;
pub mod product_word;
pub mod right;
pub mod scope;
pub mod search;
pub mod setting;
pub mod standard;

use sea_orm::{EntityTrait, IntoActiveModel, ModelTrait};

use crate::db::Tx;
use crate::kernel::{Failure, Outcome};

pub use announcement::AnnouncementRow;
pub use area::{AreaPlaceRow, AreaRow};
pub use consent::ConsentRow;
pub use division::DivisionRow;
pub use facility::{FacilityRow, LicenceRow};
pub use grower::GrowerRow;
pub use mark_use::{MarkUseRow, SuspensionRow};
pub use plot::{PlotPlaceRow, PlotRow};
pub use product::ProductRow;
pub use right::RightRow;
pub use standard::StandardRow;

/// What is done by one at a time on PostgreSQL, until the commit; SQLite has one writer anyway.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    /// Loading the facts that come with the program.
    Loading = 1,
    /// Registering plots: each is compared with those beside it.
    Plots = 2,
}

/// Waits for the turn and keeps it until the commit.
pub(super) async fn wait_for(tx: &Tx, turn: Turn) -> Outcome<()> {
    tx.turn(7_100_000_000 + turn as i64).await
}

/// Inserts rows, as many at a time as both engines take in one statement.
pub(super) async fn insert_all<M>(tx: &Tx, mut rows: Vec<M>) -> Outcome<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Send,
{
    while !rows.is_empty() {
        let some: Vec<_> = rows.drain(..rows.len().min(500)).map(IntoActiveModel::into_active_model).collect();
        M::Entity::insert_many(some).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// A list as it is stored in one column.
pub(super) fn joined<T: AsRef<str>>(list: &[T]) -> String {
    list.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(";")
}

/// A list read from one column.
pub fn listed(stored: &str) -> Vec<String> {
    stored.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A stored word that its enum must know.
pub(super) fn known<T>(value: Option<T>, column: &str) -> Outcome<T> {
    value.ok_or_else(|| Failure::broken(format!("an unknown word is stored in {column}")))
}
