//! What a GI file says of the product itself, and the form of the holder's yearly notice.

use super::super::super::app::App;
use super::super::desk::Reader;
use super::super::parts::{Field, Form, Part, Tried};
use super::{As, facts, say};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::registry::queries::ProductView;

/// Fields of the yearly notice.
pub(super) const SEASON: &[(&str, As)] = &[
    ("season_from", As::Text),
    ("season_to", As::Text),
    ("closing_date", As::Text),
    ("yield_cap", As::Number),
    ("yield_cap_source", As::Text),
    ("on_hand_limit", As::Number),
    ("varieties", As::List),
    ("note", As::Text),
];

/// The part of the page.
pub(super) fn about(app: &App, reader: &Reader, view: &ProductView, tried: Option<&Tried<'_>>) -> Part {
    let window = view.season_from.as_deref().zip(view.season_to.as_deref()).map(|(from, to)| format!("{from} – {to}"));
    let plan: Vec<String> = view.test_plan.iter().map(|item| item.item.clone()).collect();
    let rows = vec![
        ("places", Some(view.places.join("、"))),
        ("aliases", Some(view.aliases.join("、"))),
        ("latin_name", view.latin_name.clone()),
        ("class", Some(view.group.clone())),
        ("basis", Some(reader.word("office.basis_of", &view.account_basis))),
        ("season_window", window),
        ("closing", view.closing_date.clone()),
        ("yield_cap", view.yield_cap.map(|cap| cap.to_string())),
        ("yield_cap_source", view.yield_cap_source.clone()),
        ("on_hand_limit", view.on_hand_limit.map(grouped)),
        ("release_by", Some(reader.word("office.release_by_word", &view.release_by))),
        ("varieties", Some(view.varieties.join("、"))),
        ("test_plan", Some(plan.join("、"))),
        ("quality", view.quality.clone()),
        ("source", Some(format!("{}（{}）", view.source, view.confidence))),
        ("note", view.note.clone()),
        ("demo_figures", Some(view.demo_figures.join("、"))),
    ];
    let mut part = Part { heading: say(reader, "facts"), table: Some(facts(reader, "facts_caption", rows)), ..Part::default() };
    if reader.may(P::ProductRegister) {
        let text = |name, key: &str, value: &Option<String>| Field::text(name, say(reader, key)).value(value.clone().unwrap_or_default());
        let fields = vec![
            text("season_from", "season_from", &view.season_from).hint(say(reader, "month_day")),
            text("season_to", "season_to", &view.season_to).hint(say(reader, "month_day")),
            text("closing_date", "closing", &view.closing_date).hint(say(reader, "month_day")),
            Field::text("yield_cap", say(reader, "yield_cap"))
                .hint(reader.word("office.cap_hint", &view.account_basis))
                .numeric()
                .value(view.yield_cap.map(|cap| cap.to_string()).unwrap_or_default()),
            text("yield_cap_source", "yield_cap_source", &view.yield_cap_source),
            Field::text("on_hand_limit", say(reader, "on_hand_limit"))
                .hint(say(reader, "on_hand_limit_hint"))
                .numeric()
                .value(view.on_hand_limit.map(|limit| limit.to_string()).unwrap_or_default()),
            Field::area("varieties", say(reader, "varieties")).hint(say(reader, "one_a_line")).value(view.varieties.join("\n")),
            Field::area("note", say(reader, "note")).value(view.note.clone().unwrap_or_default()),
        ];
        let path = format!("/work/products/{}/season", view.id);
        part.forms.push(Form::new(app, reader, "season", &path, "office.change_product", "keep", fields).again(tried));
    }
    part
}
