//! Style sheets. The consumer's sheet sits inside the page under a CSP hash; the others are files whose name carries
//! their own hash, so that they can be kept for ever.

use std::fmt::Write;
use std::sync::LazyLock;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

const PORTAL: &str = include_str!("../../../assets/static/portal.css");
const STAFF: &str = include_str!("../../../assets/static/staff.css");
const ECHO: &str = include_str!("../../../assets/static/echo.js");
const KEEP: &str = include_str!("../../../assets/static/keep.js");
const PASTE: &str = include_str!("../../../assets/static/paste.js");
const QUEUE: &str = include_str!("../../../assets/static/queue.js");
const SLIP: &str = include_str!("../../../assets/static/slip.css");

/// The consumer's sheet without its comment and line ends, exactly as it stands in every consumer page.
static CONSUMER: LazyLock<String> = LazyLock::new(|| {
    let text = include_str!("../../../assets/static/public.css");
    text.lines().filter(|line| !line.trim_start().starts_with("/*")).map(str::trim).collect()
});

static CONSUMER_HASH: LazyLock<String> = LazyLock::new(|| format!("sha256-{}", BASE64.encode(&Sha256::digest(CONSUMER.as_bytes()))));

static PORTAL_HREF: LazyLock<String> = LazyLock::new(|| href("portal", PORTAL));
static STAFF_HREF: LazyLock<String> = LazyLock::new(|| href("staff", STAFF));
static ECHO_HREF: LazyLock<String> = LazyLock::new(|| href("echo", ECHO).replace(".css", ".js"));
static KEEP_HREF: LazyLock<String> = LazyLock::new(|| href("keep", KEEP).replace(".css", ".js"));
static PASTE_HREF: LazyLock<String> = LazyLock::new(|| href("paste", PASTE).replace(".css", ".js"));
static QUEUE_HREF: LazyLock<String> = LazyLock::new(|| href("queue", QUEUE).replace(".css", ".js"));
static SLIP_HREF: LazyLock<String> = LazyLock::new(|| href("slip", SLIP));

/// Text of the `<style>` element of consumer pages.
pub fn consumer() -> &'static str {
    &CONSUMER
}

/// `sha256-…` of [`consumer`], for `style-src '…'` in the CSP header.
pub fn style_hash() -> &'static str {
    &CONSUMER_HASH
}

/// Path of the portal's sheet, such as `/static/portal-0123456789ab.css`.
pub fn portal_href() -> &'static str {
    &PORTAL_HREF
}

/// Path of the sheet of signed-in pages.
pub fn staff_href() -> &'static str {
    &STAFF_HREF
}

/// Path of the sheet of goods slips, which are made to be printed.
pub fn slip_href() -> &'static str {
    &SLIP_HREF
}

/// Path of the script that echoes a weight while it is typed.
pub fn echo_href() -> &'static str {
    &ECHO_HREF
}

/// Path of the script that keeps a form on the server while it is typed.
pub fn keep_href() -> &'static str {
    &KEEP_HREF
}

/// Path of the script that puts a pasted picture into a file field.
pub fn paste_href() -> &'static str {
    &PASTE_HREF
}

/// Path of the script that works the audit queue by keyboard.
pub fn queue_href() -> &'static str {
    &QUEUE_HREF
}

/// The script behind a path of ours; `None` for any other path. Serve as `text/javascript`, immutable.
pub fn script(path: &str) -> Option<&'static str> {
    [(echo_href(), ECHO), (keep_href(), KEEP), (paste_href(), PASTE), (queue_href(), QUEUE)]
        .into_iter()
        .find(|(known, _)| *known == path)
        .map(|(_, text)| text)
}

/// The text behind a path of ours; `None` for any other path. Serve as `text/css`, immutable.
pub fn sheet(path: &str) -> Option<&'static str> {
    if path == portal_href() {
        Some(PORTAL)
    } else if path == staff_href() {
        Some(STAFF)
    } else if path == slip_href() {
        Some(SLIP)
    } else {
        None
    }
}

fn href(name: &str, text: &str) -> String {
    let mut path = format!("/static/{name}-");
    for byte in &Sha256::digest(text.as_bytes())[..6] {
        // Writing to a String can't fail.
        let _ = write!(path, "{byte:02x}");
    }
    path + ".css"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_small_and_plain_enough_for_old_browsers() {
        for (name, text, most) in
            [("public", consumer(), 6 * 1024), ("portal", PORTAL, 8 * 1024), ("staff", STAFF, 15 * 1024), ("slip", SLIP, 4 * 1024)]
        {
            assert!(text.len() <= most, "{name} has {} bytes", text.len());
            assert!(!text.contains('<'), "{name} may stand inside a style element");
            for modern in [":where", ":is(", ":has", "@layer", "color-mix", "oklch", "@import", "url("] {
                assert!(!text.contains(modern), "{name} has {modern}");
            }
        }
        for (name, text) in [("public", consumer()), ("portal", PORTAL)] {
            assert!(!text.contains("gap:"), "{name}: flex gaps need Chrome 84");
        }
    }

    #[test]
    fn paths_lead_to_their_sheets() {
        assert_eq!(sheet(portal_href()), Some(PORTAL));
        assert_eq!(sheet(staff_href()), Some(STAFF));
        assert_eq!(sheet("/static/portal.css"), None);
        assert!(script(echo_href()) == Some(ECHO) && echo_href().ends_with(".js"));
        assert!(script(queue_href()) == Some(QUEUE) && QUEUE.len() <= 3 * 1024 && PASTE.len() < 1024);
        assert!(ECHO.len() + PASTE.len() + QUEUE.len() < 10 * 1024);
    }
}
