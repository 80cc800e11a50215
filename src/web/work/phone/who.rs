//! Who is meant where somebody types a household number, a name or its initials: looked for among all growers of the organisation, since
//! nobody may be missing.

use super::super::super::app::App;
use super::super::desk::Reader;
use super::super::names::tail;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Outcome, text};
use crate::registry::queries::{GrowerView, growers, growers_by_id, growers_meant};
use crate::trace::queries::delivery::came_lately;

/// As many growers are offered as a list can hold; of more, those who came lately.
const OFFERED: u64 = 200;
/// As many are shown to choose from where several fit.
const SEVERAL: u64 = 20;

/// A grower as it stands in the list: number, name, village; the end of the id tells two alike apart.
pub(super) fn line(grower: &GrowerView, all: &[GrowerView]) -> String {
    let number = grower.household_no.as_deref().unwrap_or_default();
    let words = [number, &grower.name, &grower.village].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let alike = all.iter().filter(|other| other.name == grower.name && other.household_no == grower.household_no).count();
    if alike > 1 { format!("{words} #{}", tail(&grower.id)) } else { words }
}

/// Growers to choose from before anything is typed: all of the organisation where a list can hold them, else those who delivered lately.
/// Says whether these are all.
pub(super) async fn offered(app: &App, reader: &Reader) -> Outcome<(Vec<GrowerView>, bool)> {
    let (Some(actor), Some(own)) = (reader.acting(P::GrowerRead), reader.own()) else { return Ok((Vec::new(), true)) };
    let listed = growers(&app.db, &actor, Some(own), None, OFFERED).await?;
    if listed.next_cursor.is_none() {
        return Ok((listed.items, true));
    }
    let lately = match reader.acting(P::DeliveryRead) {
        Some(reads) => came_lately(&app.db, &reads, own).await?,
        None => Vec::new(),
    };
    Ok((growers_by_id(&app.db, &actor, &lately).await?, false))
}

/// Who is meant by what was typed, and by what was then chosen of several.
pub(super) async fn meant(app: &App, reader: &Reader, typed: Option<&str>, chosen: Option<&str>) -> Outcome<Vec<GrowerView>> {
    let (Some(actor), Some(typed)) = (reader.acting(P::GrowerRead), typed) else { return Ok(Vec::new()) };
    let mut found = growers_meant(&app.db, &actor, reader.own(), typed, SEVERAL).await?;
    if found.iter().any(|grower| Some(grower.id.as_str()) == chosen) {
        found.retain(|grower| Some(grower.id.as_str()) == chosen);
    }
    Ok(found)
}

/// The one who is meant; else why it is not clear, at the field.
pub(super) fn only(faults: &mut Faults, at: &str, typed: Option<&str>, found: &[GrowerView]) -> Option<String> {
    match (found, typed) {
        (_, None) => drop(faults.add(at, "grower_unsaid")),
        ([], Some(typed)) => drop(faults.add(at, "grower_not_found").with("value", text::clean(typed))),
        ([one], Some(_)) => return Some(one.id.clone()),
        (several, Some(_)) => {
            let names = several.iter().take(8).map(|grower| line(grower, several)).collect::<Vec<_>>().join("；");
            faults.add(at, "grower_several").with("names", names);
        }
    }
    None
}

/// Those of several to choose from; nothing where it is clear.
pub(super) fn choices(found: &[GrowerView]) -> Vec<(String, String)> {
    if found.len() < 2 { Vec::new() } else { found.iter().map(|grower| (grower.id.clone(), line(grower, found))).collect() }
}
