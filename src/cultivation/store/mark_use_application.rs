//! Applications for the use of a mark, with their plots, points and steps.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::narrow::{Narrow, Places, When};
use crate::db::region::{own_or_handed_in, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{
    gi_right, mark_use_application as application, mark_use_application_plot as application_plot,
    mark_use_application_point as application_point, mark_use_application_step as application_step, plot,
};
use crate::kernel::{Failure, Outcome, Scope};

pub use application::Model as ApplicationRow;
pub use application_point::Model as PointRow;
pub use application_step::Model as StepRow;
pub use plot::Model as PlotRow;

use application::Column as Col;

/// One's own, drafts among them; once submitted also those of the region, and those for rights that are held.
fn within(scope: &Scope) -> Condition {
    own_or_handed_in(scope, Col::OrganisationId, Col::SubmittedAt, Col::RightId, gi_right::Column::Id)
}

/// Which applications are wanted.
#[derive(Debug, Clone, Default)]
pub(in crate::cultivation) struct Wanted {
    pub states: Vec<&'static str>,
    pub organisation_id: Option<String>,
    pub right_id: Option<String>,
    pub product_id: Option<String>,
}

/// Begins one; another that is not decided yet stands in its way.
pub(in crate::cultivation) async fn insert(tx: &Tx, row: ApplicationRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("application_open")))?;
    Ok(())
}

/// One that is not decided yet, of an organisation for a right.
pub(in crate::cultivation) async fn open(tx: &Tx, organisation_id: &str, right_id: &str) -> Outcome<Option<ApplicationRow>> {
    let query = application::Entity::find()
        .filter(Col::OrganisationId.eq(organisation_id))
        .filter(Col::RightId.eq(right_id))
        .filter(Col::State.is_not_in(["approved", "refused", "withdrawn"]));
    Ok(query.one(tx.connection()).await?)
}

/// The last one of an organisation for a right that was submitted: what a new one begins with.
pub(in crate::cultivation) async fn last(tx: &Tx, organisation_id: &str, right_id: &str) -> Outcome<Option<ApplicationRow>> {
    let query = application::Entity::find()
        .filter(Col::OrganisationId.eq(organisation_id))
        .filter(Col::RightId.eq(right_id))
        .filter(Col::SubmittedAt.is_not_null())
        .order_by_desc(Col::Id);
    Ok(query.one(tx.connection()).await?)
}

/// One within reach, held until the commit.
pub(in crate::cultivation) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<ApplicationRow> {
    tx.locked(application::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::cultivation) async fn update(tx: &Tx, row: &ApplicationRow) -> Outcome<()> {
    row.clone().into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

pub(in crate::cultivation) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ApplicationRow> {
    application::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Within reach, newest first.
pub(in crate::cultivation) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<ApplicationRow>> {
    let mut query = application::Entity::find().filter(within(scope)).order_by_desc(Col::Id).limit(limit);
    if !wanted.states.is_empty() {
        query = query.filter(Col::State.is_in(wanted.states.iter().copied()));
    }
    let equal = [(Col::OrganisationId, &wanted.organisation_id), (Col::RightId, &wanted.right_id), (Col::ProductId, &wanted.product_id)];
    for (column, value) in equal {
        if let Some(value) = value {
            query = query.filter(column.eq(value));
        }
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Where lists of applications look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[],
    parties: &[Col::OrganisationId],
    product: Some(Col::ProductId),
    state: Some(Col::State),
    when: Some(When::Moment(Col::MovedAt)),
    orders: &[("moved", Col::MovedAt)],
};

/// Within reach, narrowed to what a person looks for and in the order asked.
pub(in crate::cultivation) async fn find<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ApplicationRow>, Option<String>)> {
    narrow.page(connection, application::Entity::find().filter(within(scope)), &PLACES, cursor, limit).await
}

/// Puts these plots in the place of those it named.
pub(in crate::cultivation) async fn put_plots(tx: &Tx, id: &str, plots: &[String]) -> Outcome<()> {
    let old = application_plot::Entity::delete_many().filter(application_plot::Column::ApplicationId.eq(id));
    old.exec(tx.connection()).await?;
    for some in plots.chunks(500) {
        let rows = some.iter().map(|plot| application_plot::Model { application_id: id.to_owned(), plot_id: plot.clone() });
        let rows = rows.map(IntoActiveModel::into_active_model);
        application_plot::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// The plots it names, by name.
pub(in crate::cultivation) async fn plots<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<PlotRow>> {
    let named = subquery(application_plot::Entity, application_plot::Column::PlotId, application_plot::Column::ApplicationId.eq(id));
    let query = plot::Entity::find().filter(plot::Column::Id.in_subquery(named));
    Ok(query.order_by_asc(plot::Column::Name).order_by_asc(plot::Column::Id).all(connection).await?)
}

/// Plots on record of an organisation or its growers that bear a product on a day, at most `limit`.
pub(in crate::cultivation) async fn land<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    product_id: &str,
    day: &str,
    limit: u64,
) -> Outcome<Vec<PlotRow>> {
    let query = plot::Entity::find()
        .filter(plot::Column::ProductId.eq(product_id))
        .filter(Condition::any().add(plot::Column::RegisteredById.eq(organisation_id)).add(plot::Column::HolderId.eq(organisation_id)))
        .filter(plot::Column::ValidFrom.lte(day))
        .filter(Condition::any().add(plot::Column::ValidTo.is_null()).add(plot::Column::ValidTo.gte(day)));
    Ok(query.order_by_asc(plot::Column::Name).order_by_asc(plot::Column::Id).limit(limit).all(connection).await?)
}

pub(in crate::cultivation) async fn insert_points(tx: &Tx, rows: Vec<PointRow>) -> Outcome<()> {
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    application_point::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::cultivation) async fn answer_point(tx: &Tx, row: &PointRow) -> Outcome<()> {
    row.clone().into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Every point, in the order of the rounds.
pub(in crate::cultivation) async fn points<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<PointRow>> {
    let query = application_point::Entity::find().filter(application_point::Column::ApplicationId.eq(id));
    let query = query.order_by_asc(application_point::Column::Round).order_by_asc(application_point::Column::Position);
    Ok(query.all(connection).await?)
}

pub(in crate::cultivation) async fn insert_step(tx: &Tx, row: StepRow) -> Outcome<()> {
    let mut row = row.into_active_model();
    row.id = sea_orm::NotSet;
    application_step::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every step, in order.
pub(in crate::cultivation) async fn steps<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<StepRow>> {
    let query = application_step::Entity::find().filter(application_step::Column::ApplicationId.eq(id));
    Ok(query.order_by_asc(application_step::Column::Id).all(connection).await?)
}
