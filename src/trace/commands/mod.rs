//! The verbs of the trade, one file per noun. Each takes a transaction and a desk, checks, changes, and appends its one event last.
