//! One way to say no. A [`Failure`] has a kind (which decides the HTTP status), a stable code (which decides the
//! words, `refusal.<code>` in `assets/words`), the figures that go into those words, and the fields at fault.

use std::fmt;

/// The six kinds of failure; the web maps each to one status, and nothing else in the program knows statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Not there, or not visible to this actor: both answer alike.
    NotFound,
    /// The actor's role lacks the verb.
    Forbidden,
    /// The state of things does not allow it (or somebody else was first).
    Conflict,
    /// What was sent can't be right; the fields say where.
    Invalid,
    /// Not at this moment: maintenance, throttled, storage in trouble.
    NotNow,
    /// Our own fault. Details go to the log, never to the reader.
    Broken,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into what was sent, such as `/sources/0/net_weight_g`.
    pub pointer: String,
    /// Stable code; its words are `refusal.<code>`.
    pub code: &'static str,
    /// Figures and values for the words.
    pub params: Vec<(&'static str, String)>,
}

/// Why something was refused or failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// See [`FailureKind`].
    pub kind: FailureKind,
    /// Stable code; its words are `refusal.<code>`.
    pub code: &'static str,
    /// Figures and values for the words.
    pub params: Vec<(&'static str, String)>,
    /// Every field at fault, all at once.
    pub fields: Vec<FieldProblem>,
    /// For the log only.
    pub source: Option<String>,
}

impl Failure {
    /// A failure of `kind` with the words of `code`.
    pub fn new(kind: FailureKind, code: &'static str) -> Self {
        Self { kind, code, params: Vec::new(), fields: Vec::new(), source: None }
    }
    /// Not there, or not visible to this actor.
    pub fn not_found() -> Self {
        Self::new(FailureKind::NotFound, "not_found")
    }
    /// The actor's role lacks the verb.
    pub fn not_permitted() -> Self {
        Self::new(FailureKind::Forbidden, "not_permitted")
    }
    /// The state of things does not allow it.
    pub fn conflict(code: &'static str) -> Self {
        Self::new(FailureKind::Conflict, code)
    }
    /// What was sent can't be right.
    pub fn invalid(code: &'static str) -> Self {
        Self::new(FailureKind::Invalid, code)
    }
    /// Not at this moment.
    pub fn not_now(code: &'static str) -> Self {
        Self::new(FailureKind::NotNow, code)
    }
    /// Our own fault; `source` goes to the log.
    pub fn broken(source: impl fmt::Display) -> Self {
        Self { source: Some(source.to_string()), ..Self::new(FailureKind::Broken, "broken") }
    }
    /// One field is wrong and nothing else.
    pub fn field(pointer: impl Into<String>, code: &'static str) -> Self {
        Self::invalid("invalid_fields").at(pointer, code)
    }
    /// Adds a figure for the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if let Some(field) = self.fields.last_mut() {
            field.params.push((name, value.clone()));
        }
        self.params.push((name, value));
        self
    }
    /// Adds a field at fault; figures added afterwards belong to it too.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, code: &'static str) -> Self {
        self.fields.push(FieldProblem { pointer: pointer.into(), code, params: Vec::new() });
        self
    }
    /// Is this the refusal `code`, as the whole or as one of its fields?
    pub fn says(&self, code: &str) -> bool {
        self.code == code || self.fields.iter().any(|f| f.code == code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        for (name, value) in &self.params {
            write!(f, " {name}={value}")?;
        }
        for field in &self.fields {
            write!(f, " [{} {}]", field.pointer, field.code)?;
        }
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Collects the faults of a form so that all are said at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldProblem>);

impl Faults {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Notes a fault.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str) -> &mut Self {
        self.0.push(FieldProblem { pointer: pointer.into(), code, params: Vec::new() });
        self
    }
    /// Adds a figure to the last fault noted.
    pub fn with(&mut self, name: &'static str, value: impl fmt::Display) -> &mut Self {
        if let Some(last) = self.0.last_mut() {
            last.params.push((name, value.to_string()));
        }
        self
    }
    /// Takes over the fields of another failure, their pointers put under `prefix`; other kinds pass through as they are.
    pub fn absorb<T>(&mut self, prefix: &str, outcome: Result<T, Failure>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(failure) if failure.fields.is_empty() => {
                self.0.push(FieldProblem { pointer: prefix.to_owned(), code: failure.code, params: failure.params });
                None
            }
            Err(failure) => {
                for mut field in failure.fields {
                    field.pointer = format!("{prefix}{}", field.pointer);
                    self.0.push(field);
                }
                None
            }
        }
    }
    /// Nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// `Err` with every fault, if there was any.
    pub fn check(self) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut failure = Failure::invalid("invalid_fields");
        failure.fields = self.0;
        Err(failure)
    }
}
