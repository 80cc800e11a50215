//! One backup at a time on a node, and how far it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Made;
use crate::kernel::{Millis, Outcome};

/// How the backups of this node stand since it started.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What is being written, how far, of how much; nothing while none is taken.
    pub under_way: Option<(String, u64, u64)>,
    /// When one failed last, if none succeeded since.
    pub failed_at: Option<Millis>,
}

/// Lets one backup be taken at a time. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct BackupDesk(Arc<Mutex<Standing>>);

/// A backup under way; when it is dropped, it is over.
#[derive(Debug)]
pub struct Turn(BackupDesk);

impl BackupDesk {
    fn standing_mut(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// How it stands now.
    pub fn standing(&self) -> Standing {
        self.standing_mut().clone()
    }
    /// The turn to take one, unless one is being taken.
    pub fn begin(&self) -> Option<Turn> {
        let mut standing = self.standing_mut();
        if standing.under_way.is_some() {
            return None;
        }
        standing.under_way = Some((String::new(), 0, 0));
        Some(Turn(self.clone()))
    }
}

impl Turn {
    /// Says how far it is.
    pub fn tell(&self, what: &str, done: u64, all: u64) {
        self.0.standing_mut().under_way = Some((what.to_owned(), done, all));
    }
    /// Says how it ended.
    pub fn end(self, made: &Outcome<Made>, at: Millis) {
        self.0.standing_mut().failed_at = made.is_err().then_some(at);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.standing_mut().under_way = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Failure;

    #[test]
    fn one_at_a_time_and_a_failure_is_remembered() {
        let desk = BackupDesk::default();
        let turn = desk.begin().unwrap();
        assert!(desk.begin().is_none());
        turn.tell("files", 3, 7);
        assert_eq!(desk.standing().under_way, Some(("files".to_owned(), 3, 7)));
        turn.end(&Err(Failure::broken("disk")), 5);
        assert_eq!((desk.standing().under_way, desk.standing().failed_at), (None, Some(5)));
        drop(desk.begin().unwrap());
        assert!(desk.begin().is_some(), "a turn that was dropped is over");
    }
}
