//! Tables of signed-in pages as data; on phones each row becomes a card with the column's name before each value.

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// Figures stand at the right.
    pub number: bool,
    /// Where the list is ordered by it; empty if it can't be.
    pub href: String,
    /// `ascending` or `descending` where it is; else empty.
    pub sorted: &'static str,
}

impl Column {
    /// A column of text.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
    /// A column of figures.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), number: true, ..Self::default() }
    }
}

/// One field of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// A second line.
    pub small: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// `ok`, `amber`, `red` or `soft` for a state badge; empty for plain text.
    pub badge: &'static str,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into(), ..Self::default() }
    }
    /// A state: words and colour together.
    pub fn badge(text: impl Into<String>, class: &'static str) -> Self {
        Self { text: text.into(), badge: class, ..Self::default() }
    }
    /// With a second line.
    #[must_use]
    pub fn with_small(mut self, small: impl Into<String>) -> Self {
        self.small = small.into();
        self
    }
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it lists; read out first.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// What stands there instead when there is no row.
    pub empty: String,
}
