//! How far a scope reaches among accounts, deliveries and batches: conditions every reading query starts from.

use sea_orm::sea_query::{IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::{gi_right, grower, organisation};
use crate::kernel::{Outcome, Scope};

/// Party columns a condition is put on.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct Columns<C> {
    /// Organisation (or, for accounts, any party).
    pub party: C,
    /// Grower, if it is another column than `party`.
    pub grower: Option<C>,
    /// Product, if holders of its rights see the row.
    pub product: Option<C>,
}

/// Rows a scope reaches: own organisation, growers it registered, division, rights held, the grower itself, or all.
pub(in crate::trace) fn within<C: ColumnTrait>(scope: &Scope, columns: Columns<C>) -> Condition {
    let mut any = Condition::any();
    if scope.all {
        return any.add(columns.party.is_not_null());
    }
    // A scope without any reach must not read as a condition without parts, which is true.
    any = any.add(columns.party.is_in(scope.organisations.iter().cloned()));
    let grower_column = columns.grower.unwrap_or(columns.party);
    any = any.add(grower_column.is_in(scope.growers.iter().cloned()));
    if !scope.organisations.is_empty() && columns.grower.is_none() {
        let own = grower::Column::RegisteredById.is_in(scope.organisations.iter().cloned());
        any = any.add(columns.party.in_subquery(ids(grower::Entity, grower::Column::Id, own.into_condition())));
    }
    if !scope.divisions.is_empty() {
        let of = inside(scope, organisation::Column::DivisionCode);
        any = any.add(columns.party.in_subquery(ids(organisation::Entity, organisation::Column::Id, of)));
        let of = inside(scope, grower::Column::DivisionCode);
        any = any.add(grower_column.in_subquery(ids(grower::Entity, grower::Column::Id, of)));
    }
    if let Some(product) = columns.product.filter(|_| !scope.holders.is_empty()) {
        let held = gi_right::Column::HolderId.is_in(scope.holders.iter().cloned());
        any = any.add(product.in_subquery(ids(gi_right::Entity, gi_right::Column::ProductId, held.into_condition())));
    }
    any
}

fn inside<C: ColumnTrait>(scope: &Scope, division: C) -> Condition {
    scope.divisions.iter().fold(Condition::any(), |any, prefix| any.add(division.starts_with(prefix.as_str())))
}

fn ids<E: EntityTrait>(entity: E, column: E::Column, condition: Condition) -> SelectStatement {
    let mut query = Query::select();
    query.column(column).from(entity).cond_where(condition);
    query
}

/// By what a scope reaches a party's affairs with a product; it may be several at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything, or the division it lies in.
    pub office: bool,
    /// A right held on the product.
    pub holder: bool,
    /// Its own, or that of growers it registered.
    pub own: bool,
}

impl Reach {
    /// May decide about others: office or holder.
    pub fn decides(self) -> bool {
        self.office || self.holder
    }
    /// May act for the party; a holder only looks on and decides.
    pub fn acts(self) -> bool {
        self.office || self.own
    }
}

/// Whose affairs.
#[derive(Debug, Clone)]
pub struct Party {
    /// The organisation or grower.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub division_code: String,
    /// The village, of a grower.
    pub village: Option<String>,
    /// The organisation that registered it, of a grower.
    pub registered_by_id: Option<String>,
}

/// By what `scope` reaches `party`'s affairs with the product; `None` if it does not.
///
/// # Errors
/// Only ours.
pub async fn reach<C: ConnectionTrait>(connection: &C, scope: &Scope, party: &Party, product_id: &str) -> Outcome<Option<Reach>> {
    let registered = party.registered_by_id.as_ref().is_some_and(|by| scope.organisations.contains(by));
    let reach = Reach {
        office: scope.all || scope.reaches_division(&party.division_code),
        holder: holds(connection, scope, product_id).await?,
        own: scope.organisations.contains(&party.id) || scope.growers.contains(&party.id) || registered,
    };
    Ok((reach != Reach::default()).then_some(reach))
}

pub(in crate::trace) async fn holds<C: ConnectionTrait>(connection: &C, scope: &Scope, product_id: &str) -> Outcome<bool> {
    if scope.holders.is_empty() {
        return Ok(false);
    }
    let held = gi_right::Entity::find()
        .filter(gi_right::Column::ProductId.eq(product_id))
        .filter(gi_right::Column::HolderId.is_in(scope.holders.iter().cloned()))
        .limit(1);
    Ok(held.one(connection).await?.is_some())
}
