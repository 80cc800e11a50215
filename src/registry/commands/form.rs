//! How fields are read: cleaned, bounded, and every fault noted where it is.

use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, FieldProblem, Outcome, text};
use crate::registry::store::{self, ProductRow};

/// The longest name, in characters.
pub(super) const NAME: usize = 120;
/// The longest source, note or reason.
pub(super) const LINE: usize = 500;
/// The longest passage, such as the words of an area.
pub(super) const PASSAGE: usize = 20_000;

/// Something registered, and what a person should look at although it was taken.
#[derive(Debug, Clone)]
pub struct Registered<T> {
    /// What was registered.
    pub row: T,
    /// Doubts: pointer, code (words `refusal.<code>`), figures. They refuse nothing.
    pub warnings: Vec<FieldProblem>,
}

/// Notes a fault that was found elsewhere.
pub(super) fn note(faults: &mut Faults, field: FieldProblem) {
    let mut failure = Failure::invalid("invalid_fields");
    failure.fields.push(field);
    faults.absorb::<()>("", Err(failure));
}

/// A text that must be there.
pub(super) fn required(faults: &mut Faults, pointer: &str, value: &str, most: usize) -> String {
    let value = text::clean(value);
    if value.is_empty() {
        faults.add(pointer, "register_empty");
    } else if text::too_long(&value, most) {
        faults.add(pointer, "register_too_long").with("most", most);
    }
    value
}

/// A text that may be left out; blank is left out.
pub(super) fn optional(faults: &mut Faults, pointer: &str, value: Option<&str>, most: usize) -> Option<String> {
    let value = text::clean(value?);
    if text::too_long(&value, most) {
        faults.add(pointer, "register_too_long").with("most", most);
    }
    (!value.is_empty()).then_some(value)
}

/// An address of a source.
pub(super) fn address(faults: &mut Faults, pointer: &str, value: Option<&str>) -> Option<String> {
    let value = optional(faults, pointer, value, LINE)?;
    let fits = url::Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !fits {
        faults.add(pointer, "register_address").with("value", &value);
    }
    Some(value)
}

/// A list of names without repetition; a semicolon parts them where they are kept, so none may have one.
pub(super) fn names(faults: &mut Faults, pointer: &str, values: &[String]) -> Vec<String> {
    let mut read = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let at = format!("{pointer}/{i}");
        let value = required(faults, &at, value, NAME);
        if value.contains(';') {
            faults.add(at, "register_semicolon").with("value", &value);
        } else if !value.is_empty() && !read.contains(&value) {
            read.push(value);
        }
    }
    read
}

/// Is the division in the list, today's or of before?
pub(super) async fn division(tx: &Tx, faults: &mut Faults, pointer: &str, code: &str) -> Outcome<()> {
    if !identity::store::division_exists(tx.connection(), code).await? {
        faults.add(pointer, "division_unknown").with("value", code);
    }
    Ok(())
}

/// Does the actor's scope reach a county of the product?
pub(super) fn reaches(desk: &Desk, product: &ProductRow) -> bool {
    let scope = &desk.actor.scope;
    scope.all || store::listed(&product.county_codes).iter().any(|code| scope.reaches_division(code))
}

/// The product a fact is recorded for: it must be there and in the actor's region.
pub(super) async fn product(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str) -> Outcome<Option<ProductRow>> {
    let Some(product) = store::product::find(tx.connection(), id).await? else {
        faults.add("/product_id", "register_product_unknown").with("value", id);
        return Ok(None);
    };
    if !reaches(desk, &product) {
        faults.add("/product_id", "outside_your_region").with("value", &product.name);
    }
    Ok(Some(product))
}
