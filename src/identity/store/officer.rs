//! Officers.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::db::Tx;
use crate::entity::officer;
use crate::kernel::{Failure, Outcome};

pub use officer::Model as OfficerRow;

/// Writes one, or the newer certificate of one.
pub(in crate::identity) async fn put(tx: &Tx, row: OfficerRow) -> Outcome<()> {
    use officer::Column as C;
    let other = officer::Entity::find().filter(C::CertificateNo.eq(&row.certificate_no)).filter(C::AccountId.ne(&row.account_id));
    if other.one(tx.connection()).await?.is_some() {
        let taken = Failure::field("/certificate_no", "officer_certificate_taken");
        return Err(taken.with("value", row.certificate_no));
    }
    let newer = OnConflict::column(C::AccountId)
        .update_columns([C::CertificateNo, C::Department, C::ValidTo, C::RecordedBy, C::RecordedAt])
        .to_owned();
    officer::Entity::insert(row.into_active_model()).on_conflict(newer).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn one<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Option<OfficerRow>> {
    Ok(officer::Entity::find_by_id(account_id).one(connection).await?)
}

pub(in crate::identity) async fn all<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<OfficerRow>> {
    Ok(officer::Entity::find().order_by_asc(officer::Column::CertificateNo).all(connection).await?)
}
