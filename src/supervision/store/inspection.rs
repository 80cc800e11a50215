//! Tasks, inspections, their officers, checklists, and the list of abnormal operations.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::db::region::{begins_with, in_region, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{abnormal_entry, checklist, gi_right, inspection, inspection_draw, inspection_officer, mark_use, organisation};
use crate::kernel::{Failure, Outcome, Scope};

pub use abnormal_entry::Model as AbnormalRow;
pub use checklist::Model as ChecklistRow;
pub use inspection::Model as InspectionRow;
pub use inspection_draw::Model as DrawRow;
pub use inspection_officer::Model as InspectionOfficerRow;

use inspection::Column as Col;

/// Inspections in the region; of an own organisation only what is on record: nobody is told beforehand.
pub(super) fn within(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let own = Condition::all().add(Col::OrganisationId.is_in(scope.organisations.iter())).add(Col::State.ne("waiting"));
    Condition::any().add(own).add(begins_with(Col::DivisionCode, &scope.divisions))
}

/// Which inspections are wanted.
#[derive(Debug, Clone, Default)]
pub(in crate::supervision) struct Wanted {
    pub state: Option<String>,
    pub draw_id: Option<String>,
    pub organisation_id: Option<String>,
    /// Only those not published.
    pub running: bool,
}

pub(in crate::supervision) async fn insert_draw(tx: &Tx, row: DrawRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A task, locked until the transaction ends.
pub(in crate::supervision) async fn lock_draw(tx: &Tx, id: &str) -> Outcome<DrawRow> {
    tx.locked(inspection_draw::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::supervision) async fn update_draw(tx: &Tx, row: DrawRow) -> Outcome<()> {
    let change = row.into_active_model().reset_all();
    inspection_draw::Entity::update(change).exec(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn draw<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<DrawRow> {
    inspection_draw::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Tasks of the places in reach and of those that hold them, newest first, perhaps of one year.
pub(in crate::supervision) async fn draws<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    year: Option<i64>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<DrawRow>> {
    let mut query = inspection_draw::Entity::find().order_by_desc(inspection_draw::Column::Id).limit(limit);
    if !scope.all {
        use inspection_draw::Column::DivisionCode;
        let mut any = begins_with(DivisionCode, &scope.divisions);
        for own in &scope.divisions {
            // Places that hold this one end in zeros.
            let above = (2..own.len()).step_by(2).filter_map(|end| own.get(..end)).map(|held| format!("{held:0<6}"));
            any = any.add(DivisionCode.is_in(above));
        }
        query = query.filter(any);
    }
    if let Some(year) = year {
        query = query.filter(inspection_draw::Column::PlanYear.eq(year));
    }
    if let Some(cursor) = cursor {
        query = query.filter(inspection_draw::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Active firms of a place: those with a mark use in force on `today` (perhaps of one product), or every producer.
pub(in crate::supervision) async fn candidates<C: ConnectionTrait>(
    connection: &C,
    prefix: &str,
    mark_users: bool,
    product_id: Option<&str>,
    today: &str,
) -> Outcome<Vec<organisation::Model>> {
    use organisation::Column as O;
    let mut query = organisation::Entity::find().filter(begins_with(O::DivisionCode, [prefix])).filter(O::State.eq("active"));
    if mark_users {
        use mark_use::Column as U;
        let rights = product_id.map(|product| subquery(gi_right::Entity, gi_right::Column::Id, gi_right::Column::ProductId.eq(product)));
        let in_force = Condition::all()
            .add(U::InForceFrom.lte(today))
            .add(Condition::any().add(U::InForceTo.is_null()).add(U::InForceTo.gte(today)))
            .add_option(rights.map(|rights| U::RightId.in_subquery(rights)));
        query = query.filter(O::Id.in_subquery(subquery(mark_use::Entity, U::OrganisationId, in_force)));
    } else {
        query = query.filter(O::Kind.eq("producer"));
    }
    Ok(query.order_by_asc(O::Id).all(connection).await?)
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: InspectionRow, officers: Vec<InspectionOfficerRow>) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    let officers = officers.into_iter().map(IntoActiveModel::into_active_model);
    inspection_officer::Entity::insert_many(officers).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// An inspection within reach, locked until the transaction ends.
pub(in crate::supervision) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<InspectionRow> {
    tx.locked(inspection::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Keeps what was typed.
pub(in crate::supervision) async fn keep_form(tx: &Tx, id: &str, form: String) -> Outcome<()> {
    let change = inspection::ActiveModel { id: Set(id.to_owned()), form: Set(form), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn update(tx: &Tx, row: InspectionRow) -> Outcome<()> {
    inspection::Entity::update(row.into_active_model().reset_all()).exec(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<InspectionRow> {
    inspection::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Inspections within reach, newest first.
pub(in crate::supervision) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<InspectionRow>> {
    let mut query = inspection::Entity::find().filter(within(scope)).order_by_desc(Col::Id).limit(limit);
    if let Some(state) = &wanted.state {
        query = query.filter(Col::State.eq(state));
    }
    if let Some(draw) = &wanted.draw_id {
        query = query.filter(Col::DrawId.eq(draw));
    }
    if let Some(organisation) = &wanted.organisation_id {
        query = query.filter(Col::OrganisationId.eq(organisation));
    }
    if wanted.running {
        query = query.filter(Col::State.ne("published"));
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Inspections of a task, by the rank in which they were drawn.
pub(in crate::supervision) async fn of_draw<C: ConnectionTrait>(connection: &C, draw_id: &str) -> Outcome<Vec<InspectionRow>> {
    let query = inspection::Entity::find().filter(Col::DrawId.eq(draw_id)).order_by_asc(Col::Rank).order_by_asc(Col::Id);
    Ok(query.all(connection).await?)
}

/// Published inspections, the latest first.
pub(in crate::supervision) async fn published<C: ConnectionTrait>(
    connection: &C,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<InspectionRow>> {
    let mut query = inspection::Entity::find().filter(Col::State.eq("published")).order_by_desc(Col::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

pub(in crate::supervision) async fn officers<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<InspectionOfficerRow>> {
    let query = inspection_officer::Entity::find().filter(inspection_officer::Column::InspectionId.is_in(ids));
    let query = query.order_by_asc(inspection_officer::Column::InspectionId);
    Ok(query.order_by_asc(inspection_officer::Column::CertificateNo).all(connection).await?)
}

/// Credit codes and names of organisations.
pub(in crate::supervision) async fn firms<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<organisation::Model>> {
    Ok(organisation::Entity::find().filter(organisation::Column::Id.is_in(ids)).all(connection).await?)
}

pub(in crate::supervision) async fn insert_checklist(tx: &Tx, row: ChecklistRow) -> Outcome<()> {
    let mut row = row.into_active_model();
    row.id = sea_orm::NotSet;
    checklist::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every list recorded, in the order recorded.
pub(in crate::supervision) async fn checklists<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<ChecklistRow>> {
    Ok(checklist::Entity::find().order_by_asc(checklist::Column::Id).all(connection).await?)
}

/// Puts an entry of a firm, named for the refusal, into the table; a firm stands in it once.
pub(in crate::supervision) async fn insert_abnormal(tx: &Tx, row: AbnormalRow, firm: &str) -> Outcome<()> {
    let twice = duplicate_as(|| Failure::conflict("abnormal_twice").with("firm", firm));
    row.into_active_model().insert(tx.connection()).await.map_err(twice)?;
    Ok(())
}

/// An entry within reach, locked until the transaction ends.
pub(in crate::supervision) async fn lock_abnormal(tx: &Tx, scope: &Scope, id: &str) -> Outcome<AbnormalRow> {
    tx.locked(abnormal_entry::Entity::find_by_id(id).filter(in_region(scope, abnormal_entry::Column::DivisionCode)))
        .one(tx.connection())
        .await?
        .ok_or_else(Failure::not_found)
}

pub(in crate::supervision) async fn update_abnormal(tx: &Tx, row: AbnormalRow) -> Outcome<()> {
    abnormal_entry::Entity::update(row.into_active_model().reset_all()).exec(tx.connection()).await?;
    Ok(())
}

/// Does an entry of this firm stand, or wait for a second person?
pub(in crate::supervision) async fn is_listed<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<bool> {
    let query = abnormal_entry::Entity::find().filter(abnormal_entry::Column::OrganisationId.eq(organisation_id));
    let standing = query.filter(abnormal_entry::Column::State.is_in(["proposed", "in_force", "lift_proposed"]));
    Ok(standing.count(connection).await? > 0)
}

/// Entries within reach, newest first.
pub(in crate::supervision) async fn abnormal<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AbnormalRow>> {
    use abnormal_entry::Column as A;
    let mut query = abnormal_entry::Entity::find().filter(in_region(scope, A::DivisionCode)).order_by_desc(A::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(abnormal_entry::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Entries of a firm that the public may know: in force, or removed.
pub(in crate::supervision) async fn abnormal_of<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Vec<AbnormalRow>> {
    let query = abnormal_entry::Entity::find().filter(abnormal_entry::Column::OrganisationId.eq(organisation_id));
    let known = query.filter(abnormal_entry::Column::State.is_in(["in_force", "lift_proposed", "lifted"]));
    Ok(known.order_by_desc(abnormal_entry::Column::Id).all(connection).await?)
}
