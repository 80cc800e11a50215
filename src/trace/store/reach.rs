//! How far a scope reaches among accounts, deliveries and batches: conditions every reading query starts from.

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::db::region::{begins_with, organisations_in, subquery};
use crate::entity::{gi_right, grower};
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
        any = any.add(columns.party.in_subquery(growers_registered(scope)));
    }
    if !scope.divisions.is_empty() {
        any = any.add(columns.party.in_subquery(organisations_in(scope)));
        let there = begins_with(grower::Column::DivisionCode, &scope.divisions);
        any = any.add(grower_column.in_subquery(subquery(grower::Entity, grower::Column::Id, there)));
    }
    if let Some(product) = columns.product.filter(|_| !scope.holders.is_empty()) {
        any = any.add(product.in_subquery(products_held(scope)));
    }
    any
}

/// Ids of growers that an own organisation registered.
pub(super) fn growers_registered(scope: &Scope) -> SelectStatement {
    let own = grower::Column::RegisteredById.is_in(scope.organisations.iter().cloned());
    subquery(grower::Entity, grower::Column::Id, own)
}

/// Ids of products on which a holder of the scope holds a right.
pub(super) fn products_held(scope: &Scope) -> SelectStatement {
    subquery(gi_right::Entity, gi_right::Column::ProductId, gi_right::Column::HolderId.is_in(scope.holders.iter().cloned()))
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
