//! Alerts and versions of rules.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::db::Tx;
use crate::db::region::begins_with;
use crate::entity::{alert, batch, role_grant, rule_version};
use crate::kernel::{Failure, Millis, Outcome, Scope};
use crate::supervision::alert::AlertState;
use crate::trace::store::order::within;

pub use alert::Model as AlertRow;
pub use rule_version::Model as VersionRow;

/// Alerts within a scope: of goods it reaches, or everybody's.
pub(super) fn reached(scope: &Scope) -> Condition {
    use alert::Column as C;
    if scope.all {
        return Condition::all();
    }
    let goods = Condition::all().add(C::ProducerId.is_not_null()).add(within(scope, C::ProducerId, C::ProductId));
    let any = Condition::any().add(goods);
    if scope.divisions.is_empty() { any } else { any.add(begins_with(C::DivisionCode, &scope.divisions)).add(C::DivisionCode.eq("")) }
}

/// What a list of alerts may ask for.
#[derive(Debug, Clone, Default)]
pub struct AlertsAsked {
    /// Only those that wait for a person.
    pub open: bool,
    /// In this state.
    pub state: Option<String>,
    /// Of this rule.
    pub rule: Option<String>,
    /// As grave as this.
    pub severity: Option<String>,
    /// About this.
    pub subject_id: Option<String>,
}

pub(in crate::supervision) async fn alerts<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    asked: &AlertsAsked,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AlertRow>> {
    use alert::Column as C;
    let mut query = alert::Entity::find().filter(reached(scope)).order_by_desc(C::Id).limit(limit);
    if asked.open {
        query = query.filter(C::OpenKey.is_not_null());
    }
    for (column, value) in
        [(C::State, &asked.state), (C::Rule, &asked.rule), (C::Severity, &asked.severity), (C::SubjectId, &asked.subject_id)]
    {
        if let Some(value) = value {
            query = query.filter(column.eq(value.as_str()));
        }
    }
    if let Some(cursor) = cursor {
        query = query.filter(C::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

pub(in crate::supervision) async fn count_open<C: ConnectionTrait>(connection: &C, scope: &Scope, severity: &str) -> Outcome<u64> {
    use alert::Column as C;
    let query = alert::Entity::find().filter(reached(scope)).filter(C::OpenKey.is_not_null()).filter(C::Severity.eq(severity));
    Ok(query.count(connection).await?)
}

/// Open ones that are in a queue, the earliest due first.
pub(in crate::supervision) async fn waiting<C: ConnectionTrait>(connection: &C, scope: &Scope, limit: u64) -> Outcome<Vec<AlertRow>> {
    use alert::Column as C;
    let query = alert::Entity::find().filter(reached(scope)).filter(C::OpenKey.is_not_null()).filter(C::Severity.ne("info"));
    Ok(query.order_by_asc(Expr::cust("COALESCE(due_on, '9')")).order_by_asc(C::Id).limit(limit).all(connection).await?)
}

pub(in crate::supervision) async fn alert<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<AlertRow> {
    alert::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(in crate::supervision) async fn lock_alert(tx: &Tx, scope: &Scope, id: &str) -> Outcome<AlertRow> {
    tx.locked(alert::Entity::find_by_id(id).filter(reached(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// The open alert under a key.
pub(in crate::supervision) async fn open_alerts<C: ConnectionTrait>(connection: &C, keys: &[String]) -> Outcome<Vec<AlertRow>> {
    let mut found = Vec::new();
    for keys in keys.chunks(500) {
        found.extend(alert::Entity::find().filter(alert::Column::OpenKey.is_in(keys)).all(connection).await?);
    }
    Ok(found)
}

/// The newest judged alert of each of these subjects under a rule.
pub(in crate::supervision) async fn judged_of<C: ConnectionTrait>(
    connection: &C,
    rule: &str,
    subjects: &[String],
) -> Outcome<Vec<AlertRow>> {
    use alert::Column as C;
    let mut found = Vec::new();
    for subjects in subjects.chunks(500) {
        let query = alert::Entity::find().filter(C::Rule.eq(rule)).filter(C::SubjectId.is_in(subjects)).filter(C::JudgedAt.is_not_null());
        found.extend(query.order_by_asc(C::JudgedAt).all(connection).await?);
    }
    Ok(found)
}

/// Everything judged under a rule since a moment.
pub(in crate::supervision) async fn judged_since<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Vec<AlertRow>> {
    use alert::Column as C;
    Ok(alert::Entity::find().filter(C::JudgedAt.gte(since)).order_by_asc(C::Id).all(connection).await?)
}

pub(in crate::supervision) async fn insert_alerts(tx: &Tx, alerts: Vec<AlertRow>) -> Outcome<()> {
    for alerts in alerts.chunks(100) {
        alert::Entity::insert_many(alerts.iter().cloned().map(IntoActiveModel::into_active_model))
            .exec_without_returning(tx.connection())
            .await?;
    }
    Ok(())
}

pub(in crate::supervision) async fn update_alert(tx: &Tx, row: AlertRow) -> Outcome<()> {
    row.into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Lets open alerts nobody took up fade that did not hold since a moment; the gravest stay. How many.
pub(in crate::supervision) async fn fade(tx: &Tx, before: Millis) -> Outcome<u64> {
    use alert::Column as C;
    let faded = alert::Entity::update_many()
        .col_expr(C::State, Expr::value(AlertState::Faded.word()))
        .col_expr(C::OpenKey, Expr::value(None::<String>))
        .col_expr(C::DueOn, Expr::value(None::<String>))
        .filter(C::State.eq(AlertState::New.word()))
        .filter(C::Severity.ne("high"))
        .filter(C::SeenAt.lt(before));
    Ok(faded.exec(tx.connection()).await?.rows_affected)
}

pub(in crate::supervision) async fn versions<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<VersionRow>> {
    Ok(rule_version::Entity::find().order_by_asc(rule_version::Column::Id).all(connection).await?)
}

pub(in crate::supervision) async fn lock_version(tx: &Tx, id: &str) -> Outcome<VersionRow> {
    tx.locked(rule_version::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::supervision) async fn insert_version(tx: &Tx, row: VersionRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn update_version(tx: &Tx, row: VersionRow) -> Outcome<()> {
    row.into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Notes how far a back-test has come.
pub(in crate::supervision) async fn note_progress(tx: &Tx, id: &str, progress: i64) -> Outcome<()> {
    let change = rule_version::ActiveModel { id: Set(id.to_owned()), progress: Set(progress), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Open alerts of a rule about one kind of subject.
pub(in crate::supervision) async fn open_of_rule<C: ConnectionTrait>(connection: &C, rule: &str, kind: &str) -> Outcome<Vec<AlertRow>> {
    use alert::Column as C;
    let query = alert::Entity::find().filter(C::Rule.eq(rule)).filter(C::SubjectKind.eq(kind)).filter(C::OpenKey.is_not_null());
    Ok(query.order_by_asc(C::Id).all(connection).await?)
}

/// Lots of batches.
pub(in crate::supervision) async fn lots<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<HashMap<String, String>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(500) {
        let query = batch::Entity::find().select_only().column(batch::Column::Id).column(batch::Column::Lot);
        let rows: Vec<(String, String)> = query.filter(batch::Column::Id.is_in(ids)).into_tuple().all(connection).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Accounts that keep the rules.
pub(in crate::supervision) async fn rule_keepers<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<String>> {
    use role_grant::Column as C;
    let query = role_grant::Entity::find().select_only().column(C::AccountId).distinct().filter(C::Role.eq("city_supervision"));
    Ok(query.filter(C::State.eq("in_force")).order_by_asc(C::AccountId).into_tuple().all(connection).await?)
}
