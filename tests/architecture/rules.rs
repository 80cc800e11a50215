//! The rules as lists: the place to change when a decision about the house changes.

/// Rooms in the order of their arrows: a room may use only rooms of a smaller rank.
/// `jobs` and `web` share a rank, so they can't use each other.
const ARROWS: &[(&str, u8)] = &[
    ("kernel", 0),
    ("config", 1),
    ("entity", 1),
    ("db", 2),
    ("ledger", 3),
    ("files", 4),
    ("identity", 5),
    ("registry", 6),
    ("trace", 7),
    ("trade", 8),
    ("cultivation", 9),
    ("promotion", 10),
    ("supervision", 11),
    ("interop", 12),
    ("backup", 13),
    ("jobs", 14),
    ("web", 14),
];

/// What wires the rooms together at the crate's root; one room, the last.
const MAIN: &[&str] = &["main", "lib", "cli", "demo", "node", "run"];
/// The name under which all of [`MAIN`] counts.
pub const MAIN_ROOM: &str = "main";

/// The longest a source file may be, in lines.
pub const MAX_LINES: usize = 450;

/// Crates that belong to HTTP.
pub const HTTP_CRATES: &[&str] = &["axum", "axum_core", "axum_extra", "tower_http"];

/// The room a root module belongs to, or nothing when it is unknown.
pub fn room_of(root_module: &str) -> Option<&'static str> {
    if MAIN.contains(&root_module) {
        return Some(MAIN_ROOM);
    }
    ARROWS.iter().find(|(name, _)| *name == root_module).map(|(name, _)| *name)
}

/// Whether `from` may name `to`.
pub fn may_use(from: &str, to: &str) -> bool {
    let rank = |room: &str| ARROWS.iter().find(|(name, _)| *name == room).map_or(u8::MAX, |(_, rank)| *rank);
    from == to || rank(to) < rank(from)
}

/// Whether a file may name tables: entities, the database room, and each room's store. Pages have no store of their own.
pub fn knows_tables(file: &str) -> bool {
    if file.starts_with("src/web/") {
        return false;
    }
    file.starts_with("src/entity/")
        || file.starts_with("src/db/")
        || matches!(file, "src/entity.rs" | "src/db.rs")
        || file.split('/').any(|part| part == "store.rs" || part == "store")
}
