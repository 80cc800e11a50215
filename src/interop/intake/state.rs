//! How far a sheet has come, and what became of a row.

/// How far a sheet has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Its rows are being staged.
    Reading,
    /// Its rows are being tried.
    Checking,
    /// Somebody has to say which rows go in.
    Ready,
    /// The good rows are being taken in.
    Taking,
    /// Over.
    Done,
    /// Somebody took none of it.
    Dropped,
    /// It can't be read at all.
    Unreadable,
}

impl ImportState {
    const WORDS: [(Self, &'static str); 7] = [
        (Self::Reading, "reading"),
        (Self::Checking, "checking"),
        (Self::Ready, "ready"),
        (Self::Taking, "taking"),
        (Self::Done, "done"),
        (Self::Dropped, "dropped"),
        (Self::Unreadable, "unreadable"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(state, _)| *state)
    }
    /// Does the machine have something to do?
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Reading | Self::Checking | Self::Taking)
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowState {
    /// Staged, not yet tried.
    Read,
    /// It would go in.
    Good,
    /// It would not.
    Wrong,
    /// The same row went in with an earlier file.
    Already,
    /// It went in.
    Taken,
    /// It was good when it was tried and was refused when it was taken.
    Refused,
}

impl RowState {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Read, "read"),
        (Self::Good, "good"),
        (Self::Wrong, "wrong"),
        (Self::Already, "already"),
        (Self::Taken, "taken"),
        (Self::Refused, "refused"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(state, _)| *state)
    }
}
