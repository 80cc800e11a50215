//! What is known of firms over a year, and the dated rules risk is counted by.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::Tx;
use crate::entity::{
    alert, batch, case_file, case_link, feedback, inspection, recall, rectification, risk_rule, seizure, test_item, test_report,
};
use crate::kernel::{Day, Millis, Outcome};

pub use risk_rule::Model as RiskRuleRow;

/// How many, by organisation.
pub type Counts = BTreeMap<String, i64>;

fn count() -> Expr {
    Expr::cust("COUNT(*)")
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: RiskRuleRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Every rule recorded, the newest first day first.
pub(in crate::supervision) async fn rules<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<RiskRuleRow>> {
    let query = risk_rule::Entity::find().order_by_desc(risk_rule::Column::FromDay).order_by_desc(risk_rule::Column::Id);
    Ok(query.all(connection).await?)
}

/// Cases closed as confirmed since a moment, by the organisations they link.
pub(in crate::supervision) async fn confirmed_cases<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Counts> {
    let mut closed = Query::select();
    closed
        .column(case_file::Column::Id)
        .from(case_file::Entity)
        .and_where(case_file::Column::Outcome.eq("confirmed"))
        .and_where(case_file::Column::ClosedAt.gte(since));
    let query = case_link::Entity::find()
        .select_only()
        .column(case_link::Column::RefId)
        .column_as(count(), "n")
        .filter(case_link::Column::Kind.eq("organisation"))
        .filter(case_link::Column::CaseId.in_subquery(closed))
        .group_by(case_link::Column::RefId);
    let rows: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Inspections since a day, by organisation; with `found`, those that found something.
pub(in crate::supervision) async fn inspections<C: ConnectionTrait>(connection: &C, since: Day, found: bool) -> Outcome<Counts> {
    use inspection::Column as I;
    let mut only = Condition::all().add(I::InspectedOn.gte(since.to_string())).add(I::Found.is_not_null());
    if found {
        only = only.add(I::Found.ne("nothing"));
    }
    let query = inspection::Entity::find().select_only().column(I::OrganisationId).column_as(count(), "n").filter(only);
    let rows: Vec<(String, i64)> = query.group_by(I::OrganisationId).into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Reports since a day with an item that failed, by organisation.
pub(in crate::supervision) async fn failed_tests<C: ConnectionTrait>(connection: &C, since: Day) -> Outcome<Counts> {
    use test_report::Column as T;
    let mut failed = Query::select();
    failed.column(test_item::Column::ReportId).from(test_item::Entity).and_where(test_item::Column::Failed.eq(true));
    let query = test_report::Entity::find()
        .select_only()
        .column(T::OrganisationId)
        .column_as(count(), "n")
        .filter(T::ReportedOn.gte(since.to_string()))
        .filter(T::Id.in_subquery(failed))
        .group_by(T::OrganisationId);
    let rows: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Recalls and seizures confirmed since a moment, by the batch's producer.
pub(in crate::supervision) async fn measures<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Counts> {
    let recalled: Vec<String> = recall::Entity::find()
        .select_only()
        .column(recall::Column::BatchId)
        .filter(recall::Column::ConfirmedAt.gte(since))
        .into_tuple()
        .all(connection)
        .await?;
    let seized: Vec<String> = seizure::Entity::find()
        .select_only()
        .column(seizure::Column::BatchId)
        .filter(seizure::Column::ConfirmedAt.gte(since))
        .into_tuple()
        .all(connection)
        .await?;
    let touched = |table: SelectStatement| batch::Column::Id.in_subquery(table);
    let mut recalls = Query::select();
    recalls.column(recall::Column::BatchId).from(recall::Entity).and_where(recall::Column::ConfirmedAt.gte(since));
    let mut seizures = Query::select();
    seizures.column(seizure::Column::BatchId).from(seizure::Entity).and_where(seizure::Column::ConfirmedAt.gte(since));
    let owners: Vec<(String, String)> = batch::Entity::find()
        .select_only()
        .columns([batch::Column::Id, batch::Column::ProducerId])
        .filter(Condition::any().add(touched(recalls)).add(touched(seizures)))
        .into_tuple()
        .all(connection)
        .await?;
    let owners: BTreeMap<String, String> = owners.into_iter().collect();
    let mut counts = Counts::new();
    for producer in recalled.iter().chain(&seized).filter_map(|batch| owners.get(batch)) {
        *counts.entry(producer.clone()).or_insert(0) += 1;
    }
    Ok(counts)
}

/// Orders to mend given since a moment that ran out, or whose day has passed unanswered, by organisation.
pub(in crate::supervision) async fn unmet<C: ConnectionTrait>(connection: &C, since: Millis, today: Day) -> Outcome<Counts> {
    use rectification::Column as R;
    let late = Condition::all().add(R::State.is_in(["ordered", "again"])).add(R::DueOn.lt(today.to_string()));
    let query = rectification::Entity::find()
        .select_only()
        .column(R::OrganisationId)
        .column_as(count(), "n")
        .filter(R::OrganisationId.is_not_null())
        .filter(R::OrderedAt.gte(since))
        .filter(Condition::any().add(R::State.eq("expired")).add(late))
        .group_by(R::OrganisationId);
    let rows: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Alerts a person confirmed since a moment, by producer.
pub(in crate::supervision) async fn confirmed_alerts<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Counts> {
    use alert::Column as A;
    let query = alert::Entity::find()
        .select_only()
        .column(A::ProducerId)
        .column_as(count(), "n")
        .filter(A::ProducerId.is_not_null())
        .filter(A::State.eq("confirmed"))
        .filter(A::JudgedAt.gte(since))
        .group_by(A::ProducerId);
    let rows: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Feedback on a producer's goods since a moment that a case found to be right, by producer.
pub(in crate::supervision) async fn right_feedback<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Counts> {
    use feedback::Column as F;
    let mut confirmed = Query::select();
    confirmed
        .column(case_file::Column::Id)
        .from(case_file::Entity)
        .and_where(case_file::Column::Outcome.eq("confirmed"))
        .and_where(case_file::Column::ClosedAt.gte(since));
    let mut linked = Query::select();
    linked
        .column(case_link::Column::RefId)
        .from(case_link::Entity)
        .and_where(case_link::Column::Kind.eq("feedback"))
        .and_where(case_link::Column::CaseId.in_subquery(confirmed));
    let query = feedback::Entity::find()
        .select_only()
        .column(F::ProducerId)
        .column_as(count(), "n")
        .filter(F::ProducerId.is_not_null())
        .filter(F::Id.in_subquery(linked))
        .group_by(F::ProducerId);
    let rows: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().collect())
}
