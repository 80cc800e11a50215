//! How much room the disk has on which files lie.

use std::path::Path;

use crate::kernel::{Failure, Outcome};

/// Bytes below which nothing more should be taken: one upload with what the database writes beside it.
pub const LEAST: u64 = 64 * 1024 * 1024;

/// Free bytes, and all bytes, of the disk of a directory; the directory need not be there yet.
///
/// # Errors
/// Only ours.
pub fn room(dir: &Path) -> Outcome<(u64, u64)> {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new(""));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let room = rustix::fs::statvfs(there).map_err(Failure::broken)?;
    Ok((room.f_bavail.saturating_mul(room.f_frsize), room.f_blocks.saturating_mul(room.f_frsize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_not_there_lies_on_the_disk_of_the_one_above() {
        let dir = tempfile::tempdir().unwrap();
        let (free, all) = room(&dir.path().join("files/aa")).unwrap();
        assert!(all > 0 && free <= all, "{free} of {all}");
        assert_eq!(room(dir.path()).unwrap().1, all);
        assert!(room(Path::new("not/there")).unwrap().1 > 0, "a relative one on the disk of the program");
    }
}
