//! How far a scope reaches among growers, plots and mark uses: the condition every list starts from.

use sea_orm::{ColumnTrait, Condition};

use crate::db::region::{begins_with, organisations_in, subquery};
use crate::entity::{gi_right, grower, mark_use, plot};
use crate::kernel::Scope;

/// Growers: registered by an own organisation, in the region, or oneself. Holders of rights see none.
pub(super) fn growers(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(grower::Column::RegisteredById.is_in(scope.organisations.iter()))
        .add(grower::Column::Id.is_in(scope.growers.iter()))
        .add(begins_with(grower::Column::DivisionCode, &scope.divisions))
}

/// Plots: of an own organisation or its growers, in the region, or one's own. Holders of rights see none.
pub(super) fn plots(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(plot::Column::RegisteredById.is_in(scope.organisations.iter()))
        .add(plot::Column::HolderId.is_in(scope.organisations.iter().chain(&scope.growers)))
        .add(begins_with(plot::Column::DivisionCode, &scope.divisions))
}

/// Mark uses: of an own organisation, of organisations in the region, or of products on which a right is held.
pub(super) fn mark_uses(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let mut any = Condition::any().add(mark_use::Column::OrganisationId.is_in(scope.organisations.iter()));
    if !scope.divisions.is_empty() {
        any = any.add(mark_use::Column::OrganisationId.in_subquery(organisations_in(scope)));
    }
    if !scope.holders.is_empty() {
        let held = gi_right::Column::HolderId.is_in(scope.holders.iter());
        let products = subquery(gi_right::Entity, gi_right::Column::ProductId, held);
        let relying = gi_right::Column::ProductId.in_subquery(products);
        any = any.add(mark_use::Column::RightId.in_subquery(subquery(gi_right::Entity, gi_right::Column::Id, relying)));
    }
    any
}
