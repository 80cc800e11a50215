//! Places as choices, so that nobody has to know a code of GB/T 2260 by heart.

use super::super::app::App;
use crate::kernel::Outcome;
use crate::registry::queries::{DivisionView, division, divisions};

/// Places of one list.
const MOST: u64 = 200;

async fn inside(app: &App, code: &str) -> Outcome<Vec<DivisionView>> {
    let listed = divisions(&app.db, Some(code), None, None, MOST).await?;
    Ok(listed.items.into_iter().filter(|place| !place.abolished).collect())
}

/// A place with its code behind it, as it is offered where it may be typed.
fn named(place: &DivisionView) -> (String, String) {
    (place.code.clone(), place.full_name.clone())
}

/// Townships of these counties; of a larger division its counties; a county of which no township is known stands for itself.
pub(super) async fn townships(app: &App, codes: &[String]) -> Outcome<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for code in codes {
        let mut places = inside(app, code).await?;
        if places.is_empty() {
            places.extend(division(&app.db, code).await.ok());
        }
        for place in places.iter().map(named) {
            if !found.contains(&place) {
                found.push(place);
            }
        }
    }
    Ok(found)
}

/// A division with the counties in it; without one, the first province of the list.
pub(super) async fn counties(app: &App, around: Option<&str>) -> Outcome<Vec<(String, String)>> {
    let root = match around {
        Some(code) => division(&app.db, code).await.ok(),
        None => divisions(&app.db, None, None, None, MOST).await?.items.into_iter().find(|place| place.level == "province"),
    };
    let Some(root) = root else { return Ok(Vec::new()) };
    let mut found = vec![named(&root)];
    if matches!(root.level.as_str(), "county" | "township") {
        return Ok(found);
    }
    for place in inside(app, &root.code).await? {
        found.push(named(&place));
        if place.level == "prefecture" {
            found.extend(inside(app, &place.code).await?.iter().map(named));
        }
    }
    Ok(found)
}
