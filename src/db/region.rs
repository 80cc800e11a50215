//! What lies in a region. The code of a division begins with that of the division above it, so that a region is a prefix of digits.

use sea_orm::sea_query::{IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use crate::entity::{gi_right, organisation, product};
use crate::kernel::Scope;

/// Rows whose digits in `column` begin with one of the prefixes; none if there are no prefixes. A range and not LIKE, so that an index
/// serves it on both engines.
pub fn begins_with<C: ColumnTrait, P: AsRef<str>>(column: C, prefixes: impl IntoIterator<Item = P>) -> Condition {
    prefixes.into_iter().fold(none(column), |any, prefix| {
        let prefix = prefix.as_ref();
        // A colon comes after every digit.
        any.add(Condition::all().add(column.gte(prefix)).add(column.lt(format!("{prefix}:"))))
    })
}

/// Rows whose codes in `column`, parted by semicolons, have one that begins with one of the prefixes; none if there are no prefixes.
pub fn lists_one<C: ColumnTrait, P: AsRef<str>>(column: C, prefixes: impl IntoIterator<Item = P>) -> Condition {
    prefixes.into_iter().fold(none(column), |any, prefix| {
        let prefix = prefix.as_ref();
        any.add(column.starts_with(prefix)).add(column.contains(format!(";{prefix}")))
    })
}

/// What others are added to. Alone it is never true, so that nobody has to know what a condition without parts means.
fn none<C: ColumnTrait>(column: C) -> Condition {
    Condition::any().add(column.is_in(Vec::<String>::new()))
}

/// Rows whose division in `column` lies in the region of a scope.
pub fn in_region<C: ColumnTrait>(scope: &Scope, column: C) -> Condition {
    if scope.all { Condition::all() } else { begins_with(column, &scope.divisions) }
}

/// Ids of organisations in the region of a scope.
pub fn organisations_in(scope: &Scope) -> SelectStatement {
    subquery(organisation::Entity, organisation::Column::Id, begins_with(organisation::Column::DivisionCode, &scope.divisions))
}

/// Ids of products of which a county lies in the region of a scope.
pub fn products_in(scope: &Scope) -> SelectStatement {
    subquery(product::Entity, product::Column::Id, lists_one(product::Column::CountyCodes, &scope.divisions))
}

/// One's own rows, drafts among them; of others only what was handed in (`submitted_at` has its moment): those of organisations in the region
/// of a scope, and those whose `subject` is that of a right that is held (`by`: the right's own id, or its product).
pub fn own_or_handed_in<C: ColumnTrait>(scope: &Scope, organisation: C, submitted_at: C, subject: C, by: gi_right::Column) -> Condition {
    let own = Condition::any().add(organisation.is_in(scope.organisations.iter()));
    let mut others = none(organisation);
    if scope.all {
        others = others.add(organisation.is_not_null());
    }
    if !scope.divisions.is_empty() {
        others = others.add(organisation.in_subquery(organisations_in(scope)));
    }
    if !scope.holders.is_empty() {
        let held = subquery(gi_right::Entity, by, gi_right::Column::HolderId.is_in(scope.holders.iter()));
        others = others.add(subject.in_subquery(held));
    }
    own.add(Condition::all().add(submitted_at.is_not_null()).add(others))
}

/// One column of the rows that meet a condition, to be asked for with `in_subquery`.
pub fn subquery<E: EntityTrait>(entity: E, column: E::Column, condition: impl IntoCondition) -> SelectStatement {
    let mut query = Query::select();
    query.column(column).from(entity).cond_where(condition);
    query
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::SqliteQueryBuilder;

    use super::*;

    fn scope(divisions: &[&str]) -> Scope {
        Scope { divisions: divisions.iter().map(|code| (*code).to_owned()).collect(), ..Scope::default() }
    }

    fn sql(query: &SelectStatement) -> String {
        query.to_string(SqliteQueryBuilder)
    }

    #[test]
    fn a_region_is_a_range_of_codes_and_no_region_is_no_row() {
        let places = |scope: &Scope| {
            sql(&subquery(organisation::Entity, organisation::Column::Id, in_region(scope, organisation::Column::DivisionCode)))
        };
        assert!(places(&scope(&[])).ends_with("WHERE 1 = 2"), "{}", places(&scope(&[])));
        assert!(places(&Scope::everything()).ends_with("WHERE TRUE"), "{}", places(&Scope::everything()));
        let two = places(&scope(&["1301", "130183"]));
        assert!(two.contains("\"division_code\" >= '1301' AND \"organisation\".\"division_code\" < '1301:'"), "{two}");
        assert!(two.contains(") OR (") && two.contains("< '130183:'"), "{two}");
        // The range is that of a prefix, whatever follows in digits.
        let within = |code: &str| ("1301".."1301:").contains(&code);
        assert!(["1301", "130100", "130183999999"].into_iter().all(within));
        assert!(!["1300", "13", "130200", "1302"].into_iter().any(within));
    }

    #[test]
    fn a_product_lies_where_any_of_its_counties_does() {
        let two = sql(&products_in(&scope(&["1301"])));
        assert!(two.contains("LIKE '1301%'") && two.contains("LIKE '%;1301%'"), "{two}");
        assert!(sql(&products_in(&scope(&[]))).ends_with("WHERE 1 = 2"));
    }
}
