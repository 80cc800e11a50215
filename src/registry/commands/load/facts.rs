//! Lines of the files that the register does not have yet, as rows.

use std::collections::BTreeMap;

use super::super::product::PLAIN_RELEASE;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::registry::announcement::{AnnouncementKind, AnnouncementNumber};
use crate::registry::division::{Divisions, Level};
use crate::registry::fact::PartialDate;
use crate::registry::right::RightStatus;
use crate::registry::search;
use crate::registry::seed::{AreaRow as AreaLine, DemoKind, ProductRow as ProductLine, RightRow as RightLine, Seed};
use crate::registry::store::load::{Known, New};
use crate::registry::store::{AnnouncementRow, AreaPlaceRow, AreaRow, DivisionRow, ProductRow, RightRow, StandardRow, joined};

/// Everything the register does not have yet.
pub(super) fn missing(desk: &Desk, seed: &Seed, known: &Known) -> Outcome<New> {
    let mut new = New::default();
    divisions(seed, known, &mut new);
    let mut products = known.products.clone();
    for line in seed.products.iter().filter(|line| !known.products.contains_key(&line.slug)) {
        let row = product(desk, seed, line);
        products.insert(row.slug.clone(), row.id.clone());
        new.products.push(row);
    }
    let mut papers = BTreeMap::new();
    for line in &seed.rights {
        let right_id = match known.rights.get(&line.source_row) {
            Some(id) => id.clone(),
            None => right(desk, line, id_of(&products, &line.product)?, &mut papers, &mut new)?,
        };
        if !known.areas.contains(&line.source_row) {
            area(desk, seed, line, &right_id, &mut new);
        }
    }
    for line in &seed.standards {
        let number = format!("{}-{}", line.standard_no, line.version);
        let product_id = id_of(&products, &line.product)?;
        if known.standards.contains(&(product_id.clone(), number.clone())) {
            continue;
        }
        new.standards.push(StandardRow {
            id: desk.new_id(Noun::Standard),
            product_id,
            number,
            version: Some(line.version.clone()),
            title: Some(line.title.clone()),
            level: Some(line.level.clone()),
            replaces: line.replaces.clone(),
            published_on: text(line.published_on),
            in_force_from: line.in_force_from.earliest().map(|day| day.to_string()),
            withdrawn_on: line.in_force_to.latest().map(|day| day.to_string()),
            source: line.source.clone(),
            source_url: line.source_url.clone(),
            confidence: line.confidence.word().to_owned(),
            note: line.note.clone(),
            demo: false,
        });
    }
    Ok(new)
}

fn id_of(products: &BTreeMap<String, String>, slug: &str) -> Outcome<String> {
    products.get(slug).cloned().ok_or_else(|| Failure::broken(format!("no product {slug}")))
}

fn text(date: PartialDate) -> Option<String> {
    (date != PartialDate::Unknown).then(|| date.to_string())
}

fn divisions(seed: &Seed, known: &Known, new: &mut New) {
    let all = &seed.divisions;
    for division in all.iter().filter(|d| !known.divisions.contains(d.code.as_str())) {
        new.divisions.push(DivisionRow {
            code: division.code.as_str().to_owned(),
            name: division.name.clone(),
            kind: division.kind.clone(),
            level: division.code.level().word().to_owned(),
            parent_code: division.parent.as_ref().map(|parent| parent.as_str().to_owned()),
            full_name: full_name(all, &division.name, division.parent.as_ref()),
            gbt2260: division.gbt2260,
            abolished: false,
            ended: None,
            verify: false,
            words: search::search_text(&[&division.name], &[], &[], &[]),
            note: None,
        });
    }
    for past in all.past().filter(|p| !known.divisions.contains(p.old_code.as_str())) {
        // Counties run straight under the province (139001) have no prefecture to hang on.
        let parent = past.old_code.parent().filter(|parent| all.get(parent).is_some());
        let parent = parent.or_else(|| past.old_code.parent().and_then(|p| p.parent()));
        let code = past.old_code.as_str();
        new.divisions.push(DivisionRow {
            code: code.to_owned(),
            name: past.old_name.clone(),
            kind: past.old_name.chars().last().map(String::from).unwrap_or_default(),
            level: Level::County.word().to_owned(),
            full_name: full_name(all, &past.old_name, parent.as_ref()),
            parent_code: parent.map(|parent| parent.as_str().to_owned()),
            gbt2260: true,
            abolished: true,
            ended: past.ended.map(i64::from),
            verify: past.verify,
            words: search::search_text(&[&past.old_name], &[], &[], &[]),
            note: None,
        });
        let basis = seed.history_basis(&past.old_code).unwrap_or_default();
        for successor in &past.successors {
            new.succeed(code, successor.as_str(), basis);
        }
    }
}

/// `河北省石家庄市晋州市`
fn full_name(all: &Divisions, name: &str, parent: Option<&crate::registry::division::DivisionCode>) -> String {
    match parent.and_then(|code| all.get(code)) {
        Some(parent) => full_name(all, &parent.name, parent.parent.as_ref()) + name,
        None => name.to_owned(),
    }
}

fn product(desk: &Desk, seed: &Seed, line: &ProductLine) -> ProductRow {
    let rights: Vec<&RightLine> = seed.rights_of(&line.slug).collect();
    let registered = || rights.iter().filter(|right| right.status == RightStatus::Registered);
    let rows: Vec<&str> = rights.iter().map(|right| right.source_row.as_str()).collect();
    let confidence = rights.iter().map(|right| right.confidence).min();
    let cap = seed.demo.iter().find(|d| !d.demo && d.kind == DemoKind::YieldCap && d.product == line.slug && d.variety.is_none());
    let kilograms = cap.and_then(|cap| cap.value.parse::<i64>().ok());
    let codes = |codes: &[crate::registry::division::DivisionCode]| joined(&codes.iter().map(|c| c.as_str()).collect::<Vec<_>>());
    let day = |day: &Option<crate::registry::product::YearDay>| day.as_ref().map(|day| day.as_str().to_owned());
    ProductRow {
        carry_labels: false,
        on_hand_limit: None,
        id: desk.new_id(Noun::Product),
        slug: line.slug.clone(),
        name: line.name.clone(),
        aliases: joined(&line.aliases),
        latin_name: line.latin_name.clone(),
        city_codes: codes(&line.city_codes),
        county_codes: codes(&line.county_codes),
        class: line.class.word().to_owned(),
        product_group: line.group.clone(),
        base_unit: line.base_unit.word().to_owned(),
        account_basis: line.account_basis.word().to_owned(),
        season_from: day(&line.season_from),
        season_to: day(&line.season_to),
        closing: day(&line.closing_date),
        fresh: line.is_fresh(),
        release_by: PLAIN_RELEASE.word().to_owned(),
        yield_cap: kilograms.map(|kilograms| kilograms * 1000),
        yield_cap_source: cap.filter(|_| kilograms.is_some()).and_then(|cap| cap.source.clone()),
        carry_over_cap: None,
        varieties: String::new(),
        test_plan: None,
        quality: registered().find_map(|right| right.quality.clone()),
        sort_key: search::sort_key(&line.name),
        source: format!("products.csv; rights.csv {}", rows.join(", ")),
        confidence: confidence.map_or("C", |c| c.word()).to_owned(),
        note: line.note.clone(),
        demo: false,
        demo_figures: String::new(),
        registered_at: desk.clock.now(),
    }
}

fn right(desk: &Desk, line: &RightLine, product_id: String, papers: &mut BTreeMap<String, String>, new: &mut New) -> Outcome<String> {
    let id = desk.new_id(Noun::Right);
    let is_registered = line.status == RightStatus::Registered;
    let letter = |c: Option<crate::registry::fact::Confidence>| c.map(|c| c.word().to_owned());
    new.rights.push(RightRow {
        id: id.clone(),
        product_id,
        route: line.route.word().to_owned(),
        authority: line.authority.clone().unwrap_or_default(),
        status: line.status.word().to_owned(),
        number: line.announcement_no.clone(),
        number_confidence: letter(line.announcement_confidence),
        registration_number: line.registration_no.clone(),
        registration_kind: line.registration_kind.map(|kind| kind.word().to_owned()),
        registration_confidence: letter(line.registration_confidence),
        announced_on: text(line.date),
        date_precision: line.date_precision.word().to_owned(),
        holder: line.holder.clone(),
        holder_id: None,
        in_force_from: line.date.earliest().filter(|_| is_registered).map(|day| day.to_string()),
        in_force_to: None,
        term_to: None,
        county_codes: joined(&line.county_codes.iter().map(|c| c.as_str()).collect::<Vec<_>>()),
        protected_area: line.protected_area.clone(),
        quality: line.quality.clone(),
        standard_no: line.standard_no.clone(),
        output: line.output.clone(),
        source: line.source.clone(),
        source_url: line.source_url.clone(),
        source_kind: Some(line.source_kind.clone()),
        source_row: Some(line.source_row.clone()),
        confidence: line.confidence.word().to_owned(),
        note: line.note.clone(),
        demo: false,
        recorded_at: desk.clock.now(),
    });
    if let Some(paper) = announcement(desk, line, papers, new) {
        new.link(&id, &paper);
    }
    Ok(id)
}

/// The announcement a right quotes; several rights may quote one. Only one that can be read as a number of a known issuer.
fn announcement(desk: &Desk, line: &RightLine, papers: &mut BTreeMap<String, String>, new: &mut New) -> Option<String> {
    let number = AnnouncementNumber::parse(line.announcement_no.as_deref()?).ok()?;
    let kind = match line.status {
        RightStatus::Registered => AnnouncementKind::Recognition,
        RightStatus::Accepted => AnnouncementKind::Acceptance,
        RightStatus::PreliminarilyRecognised => AnnouncementKind::PreliminaryRecognition,
        _ => return None,
    };
    let written = number.to_string();
    let key = format!("{written} {}", kind.word());
    if let Some(id) = papers.get(&key) {
        return Some(id.clone());
    }
    let id = desk.new_id(Noun::Announcement);
    papers.insert(key, id.clone());
    new.announcements.push(AnnouncementRow {
        id: id.clone(),
        issuer: number.issuer.word().to_owned(),
        number: written.clone(),
        kind: kind.word().to_owned(),
        announced_on: text(line.date),
        title: written,
        source: line.source.clone(),
        source_url: line.source_url.clone(),
        confidence: line.announcement_confidence.unwrap_or(line.confidence).word().to_owned(),
        note: None,
        recorded_at: desk.clock.now(),
    });
    Some(id)
}

fn area(desk: &Desk, seed: &Seed, right: &RightLine, right_id: &str, new: &mut New) {
    let lines: Vec<&AreaLine> = seed.areas.iter().filter(|line| line.source_row == right.source_row).collect();
    if lines.is_empty() {
        return;
    }
    let id = desk.new_id(Noun::Area);
    new.areas.push(AreaRow {
        id: id.clone(),
        right_id: right_id.to_owned(),
        as_of: lines.iter().find_map(|line| text(line.as_of)),
        words: right.protected_area.clone().unwrap_or_default(),
        boundary: None,
        source: right.source.clone(),
        source_url: right.source_url.clone(),
        source_row: Some(right.source_row.clone()),
        confidence: right.confidence.word().to_owned(),
        note: None,
        recorded_at: desk.clock.now(),
    });
    new.places.extend(lines.into_iter().map(|line| place(&id, line)));
}

fn place(area_id: &str, line: &AreaLine) -> AreaPlaceRow {
    let name = match (line.lon_from, line.lon_to, line.lat_from, line.lat_to) {
        // As published: the coordinate system is not named, so nothing is computed from it.
        (Some(west), Some(east), Some(south), Some(north)) => format!("{west}–{east}°E, {south}–{north}°N"),
        _ => line.name.clone(),
    };
    let code = |code: &Option<crate::registry::division::DivisionCode>| code.as_ref().map(|code| code.as_str().to_owned());
    AreaPlaceRow {
        area_id: area_id.to_owned(),
        no: i64::from(line.no),
        kind: line.kind.word().to_owned(),
        name,
        county: line.county.clone(),
        township: line.township.clone(),
        division_code: code(&line.division_code),
        candidate_code: code(&line.candidate_code),
        note: line.note.clone(),
    }
}
