//! The forms of one report: handing it in with whatever is asked, correcting it, and the review.

use super::{fill, place, question, say};
use crate::cultivation::annual_report::{Declared, ReportState};
use crate::cultivation::queries::{AnnualReportView, questions_of};
use crate::identity::role::Permission as P;
use crate::trace::goods::Goods;
use crate::web::app::App;
use crate::web::work::desk::Reader;
use crate::web::work::parts::{Field, Form};

/// Fields of the form that gives back: one for each figure that is declared, and the remark.
pub(super) const POINTS: [(&str, &str); 13] = [
    ("point_output", "output"),
    ("point_marked", "marked"),
    ("point_sold", "sold"),
    ("point_output_value", "output_value"),
    ("point_sales_value", "sales_value"),
    ("point_online_value", "online_value"),
    ("point_export_value", "export_value"),
    ("point_average_price", "average_price"),
    ("point_employees", "employees"),
    ("point_growers_income", "growers_income"),
    ("point_protection_cost", "protection_cost"),
    ("point_marked_share", "marked_share"),
    ("point_remark", "remark"),
];

/// Fields of the answers to what is asked.
pub(super) const ANSWERS: [&str; 3] = ["answer_sold", "answer_marked", "answer_price"];

/// The words of a part a point is about.
pub(super) fn part_words(reader: &Reader, part: &str) -> String {
    if Declared::parse(part).is_some() { say(reader, &format!("declared.{part}")) } else { say(reader, "remark") }
}

/// What the reader may do about it now.
pub(super) fn forms(app: &App, reader: &Reader, goods: &Goods, view: &AnnualReportView) -> Vec<Form> {
    let Some(now) = view.now() else { return Vec::new() };
    let at = |verb: &str| format!("{}/{verb}", place(&view.id));
    let own = reader.acting(P::AnnualReportSubmit).is_some_and(|a| a.scope.reaches_organisation(&view.organisation_id, None));
    let mut forms = Vec::new();
    if own && now.is_open() {
        let asked = questions_of(view, goods).into_iter().filter_map(|one| {
            let name = ANSWERS.into_iter().find(|name| name.ends_with(one.question.word()))?;
            Some(Field::area(name, question(reader, goods, one.question, one.declared, one.other)).must().hint(say(reader, "answer_hint")))
        });
        let form = Form::new(app, reader, "submit", &at("submit"), "annual.submit", "annual.submit", asked.collect());
        forms.push(Form { open: true, ..form }.about(say(reader, "submit_about")));
    }
    if own && now == ReportState::Accepted {
        let fields = vec![Field::area("reason", say(reader, "reason")).must()];
        let form = Form::new(app, reader, "correct", &at("correct"), "annual.correct", "annual.correct", fields);
        forms.push(form.about(say(reader, "correct_about")));
    }
    let reviews = reader.acting(P::AnnualReportReview).is_some_and(|a| a.scope.reaches_division(&view.division_code));
    if reviews && now == ReportState::Submitted {
        let accept = Form::new(
            app,
            reader,
            "accept",
            &at("accept"),
            "annual.accept",
            "annual.accept",
            vec![Field::area("said", say(reader, "accept_said"))],
        );
        forms.push(Form { open: true, ..accept }.about(say(reader, "accept_about")));
        let point =
            |(name, part): &(&'static str, &str)| Field::text(name, fill(reader, "point_at", &[("what", &part_words(reader, part))]));
        let mut fields: Vec<Field> = POINTS.iter().map(point).collect();
        fields.push(Field::date("answer_by", say(reader, "answer_by")).must());
        let back = Form::new(app, reader, "return", &at("return"), "annual.return", "annual.return", fields);
        forms.push(Form { class: "stop", ..back }.about(say(reader, "return_about")));
    }
    forms
}
