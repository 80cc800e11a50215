//! What officers did between two moments (from included, to not), each from what the scope reaches.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{alert as alerts, audit as audits, feedback as reports, inspection as inspections};
use crate::db::region::subquery;
use crate::entity::{alert, feedback, inspection, listing, listing_decision};
use crate::kernel::{Day, Millis, Outcome, Scope};

/// Moments from (included) and to (not included).
type Span = (Millis, Millis);

fn between<T: ColumnTrait>(column: T, (from, to): Span) -> Condition {
    Condition::all().add(column.gte(from)).add(column.lt(to))
}

/// Alerts raised and alerts judged.
pub(in crate::supervision) async fn alerts<C: ConnectionTrait>(connection: &C, scope: &Scope, span: Span) -> Outcome<(u64, u64)> {
    use alert::Column as A;
    let within = || alert::Entity::find().filter(alerts::reached(scope));
    let raised = within().filter(between(A::RaisedAt, span)).count(connection).await?;
    Ok((raised, within().filter(between(A::JudgedAt, span)).count(connection).await?))
}

/// Feedback that came in, that was answered, and of that, answered by its day.
pub(in crate::supervision) async fn feedback<C: ConnectionTrait>(connection: &C, scope: &Scope, span: Span) -> Outcome<(u64, u64, u64)> {
    use feedback::Column as F;
    let within = || feedback::Entity::find().filter(reports::reached(scope));
    let came = within().filter(between(F::FirstAt, span)).count(connection).await?;
    let answered: Vec<(Option<Millis>, String)> =
        within().select_only().columns([F::AnsweredAt, F::DueOn]).filter(between(F::AnsweredAt, span)).into_tuple().all(connection).await?;
    let on_time = answered.iter().filter(|(at, due)| at.is_some_and(|at| Day::of(at).to_string() <= *due)).count();
    let whole = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Ok((came, whole(answered.len()), whole(on_time)))
}

/// Inspections handed in and inspections published.
pub(in crate::supervision) async fn inspections<C: ConnectionTrait>(connection: &C, scope: &Scope, span: Span) -> Outcome<(u64, u64)> {
    use inspection::Column as I;
    let within = || inspection::Entity::find().filter(inspections::within(scope));
    let done = within().filter(between(I::DoneAt, span)).count(connection).await?;
    Ok((done, within().filter(between(I::PublishedAt, span)).count(connection).await?))
}

/// Decisions on listings of sellers in the region.
pub(in crate::supervision) async fn decisions<C: ConnectionTrait>(connection: &C, scope: &Scope, span: Span) -> Outcome<u64> {
    use listing_decision::Column as D;
    let mut query = listing_decision::Entity::find().filter(between(D::DecidedAt, span));
    if !scope.all {
        let theirs = listing::Column::SellerId.in_subquery(audits::sellers_near(scope));
        query = query.filter(D::ListingId.in_subquery(subquery(listing::Entity, listing::Column::Id, theirs)));
    }
    Ok(query.count(connection).await?)
}
