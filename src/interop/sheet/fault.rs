//! What is wrong with a row, kept until somebody reads it in their own language.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::kind::SheetKind;
use crate::kernel::{Failure, FieldProblem};

/// One fault of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The key of the column, if one is meant.
    pub column: Option<String>,
    /// Stable code; its words are `refusal.<code>`.
    pub code: String,
    /// Figures and values for the words.
    pub params: Vec<(String, String)>,
}

impl RowFault {
    /// A fault of a column.
    pub fn of(column: &Column, code: &str) -> Self {
        Self { column: Some(column.key.to_owned()), code: code.to_owned(), params: Vec::new() }
    }
    /// A fault of the row as a whole.
    pub fn whole(code: &str) -> Self {
        Self { column: None, code: code.to_owned(), params: Vec::new() }
    }
    /// Adds a figure for the words.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.params.push((name.to_owned(), value.to_string()));
        self
    }
}

/// What an act refused, each fault at its column. A column that is known to be wrong already is passed over: it has been said better.
pub fn of_failure(kind: SheetKind, failure: &Failure, before: &[RowFault]) -> Vec<RowFault> {
    let owned = |params: &[(&'static str, String)]| params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if failure.fields.is_empty() {
        return vec![RowFault { column: None, code: failure.code.to_owned(), params: owned(&failure.params) }];
    }
    let mut out: Vec<RowFault> = Vec::new();
    for FieldProblem { pointer, code, params } in &failure.fields {
        let column = kind.column_at(pointer).map(|column| column.key.to_owned());
        let fault = RowFault { column, code: (*code).to_owned(), params: owned(params) };
        let said = fault.column.is_some() && before.iter().any(|other| other.column == fault.column);
        if !said && !out.contains(&fault) {
            out.push(fault);
        }
    }
    out
}
