//! One set of schema migrations for both engines.
