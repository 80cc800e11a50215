//! The forms of a story, and how what is typed into them becomes the input of a command.

use std::sync::LazyLock;

use super::{fill, is_author, is_reviewer, place, say};
use crate::promotion::advert;
use crate::promotion::commands::{PictureInput, StoryApproveInput, StoryInput, StoryPointInput, StoryReturnInput, StoryWithdrawInput};
use crate::promotion::queries::{ConsentChoice, StoryView};
use crate::promotion::story::{KeptWord, Picture, Shop, StoryPart, StoryState};
use crate::web::app::App;
use crate::web::work::desk::Reader;
use crate::web::work::parts::{Field, Form, Typed, choices, given, said};

/// Fields of what a story says.
pub(super) const TEXTS: [&str; 5] = ["title_zh", "text_zh", "title_en", "text_en", "shops"];
/// Fields of a picture.
pub(super) const PICTURE: [&str; 8] = ["picture", "caption_zh", "alt_zh", "caption_en", "alt_en", "people", "consent_id", "consent_paper"];
/// Fields of the form that gives back: one for each part.
pub(super) const POINTS: [(&str, StoryPart); 4] = [
    ("point_title", StoryPart::Title),
    ("point_text", StoryPart::Text),
    ("point_pictures", StoryPart::Pictures),
    ("point_shops", StoryPart::Shops),
];
/// Names of the forms of pictures, which tell their fields apart.
pub(super) const FORMS: [&str; 6] = ["picture1", "picture2", "picture3", "picture4", "picture5", "picture6"];

/// For each word of the list the field in which a reviewer says why it may stay.
static KEPT: LazyLock<Vec<String>> = LazyLock::new(|| (0..advert::words().len()).map(|i| format!("kept_{i}")).collect());

/// The fields of what a story says, with what it says now.
pub(super) fn text_fields(reader: &Reader, view: Option<&StoryView>) -> Vec<Field> {
    let now = |read: &dyn Fn(&StoryView) -> String| view.map(read).unwrap_or_default();
    let lines = |view: &StoryView| view.shops.iter().map(|shop| format!("{} {}", shop.name, shop.url)).collect::<Vec<_>>().join("\n");
    vec![
        Field::text("title_zh", say(reader, "title_zh")).value(now(&|view| view.title_zh.clone())),
        Field::area("text_zh", say(reader, "text_zh")).hint(say(reader, "text_hint")).value(now(&|view| view.text_zh.clone())),
        Field::text("title_en", say(reader, "title_en")).value(now(&|view| view.title_en.clone().unwrap_or_default())),
        Field::area("text_en", say(reader, "text_en"))
            .hint(say(reader, "english_hint"))
            .value(now(&|view| view.text_en.clone().unwrap_or_default())),
        Field::area("shops", say(reader, "shops")).hint(say(reader, "shops_hint")).value(now(&lines)),
    ]
}

/// One shop a line: its name, a blank, its address.
fn shop(line: &str) -> Shop {
    let (name, url) = line
        .trim()
        .rsplit_once(char::is_whitespace)
        .unwrap_or_else(|| if line.contains("://") { ("", line.trim()) } else { (line.trim(), "") });
    Shop { name: name.trim().to_owned(), url: url.to_owned() }
}

/// What was typed of a story.
pub(super) fn text_input(typed: &Typed) -> StoryInput {
    StoryInput {
        title_zh: said(typed, "title_zh"),
        text_zh: said(typed, "text_zh"),
        title_en: given(typed, "title_en"),
        text_en: given(typed, "text_en"),
        shops: said(typed, "shops").lines().filter(|line| !line.trim().is_empty()).map(shop).collect(),
        ..StoryInput::default()
    }
}

/// The fields of a picture: a new one has the file too.
pub(super) fn picture_fields(reader: &Reader, consents: &[ConsentChoice], picture: Option<&Picture>) -> Vec<Field> {
    let mut fields = Vec::new();
    if picture.is_none() {
        fields.push(Field::file("picture", say(reader, "picture"), "image/*").must().hint(say(reader, "picture_hint")));
    }
    let now = picture.cloned().unwrap_or_default();
    let people = match picture {
        Some(one) if one.people => "some",
        Some(_) => "none",
        None => "",
    };
    fields.extend([
        Field::text("caption_zh", say(reader, "caption_zh")).must().value(now.caption_zh),
        Field::text("alt_zh", say(reader, "alt_zh")).hint(say(reader, "alt_hint")).value(now.alt_zh),
        Field::text("caption_en", say(reader, "caption_en")).value(now.caption_en.unwrap_or_default()),
        Field::text("alt_en", say(reader, "alt_en")).value(now.alt_en.unwrap_or_default()),
        Field::select("people", say(reader, "people"), choices(reader, "story.people_of", ["none", "some"])).must().value(people),
    ]);
    if !consents.is_empty() {
        let options = consents.iter().map(|one| (one.id.clone(), format!("{} {}", one.grower, one.given_on))).collect();
        let chosen = now.consent_id.unwrap_or_default();
        fields.push(Field::select("consent_id", say(reader, "consent"), options).hint(say(reader, "consent_hint")).value(chosen));
    }
    let hint = if now.consent_file_id.is_some() { "consent_kept" } else { "consent_paper_hint" };
    fields.push(Field::file("consent_paper", say(reader, "consent_paper"), "image/*,application/pdf").hint(say(reader, hint)));
    fields
}

/// What was typed of a picture.
pub(super) fn picture_input(typed: &Typed) -> PictureInput {
    PictureInput {
        caption_zh: said(typed, "caption_zh"),
        caption_en: given(typed, "caption_en"),
        alt_zh: given(typed, "alt_zh"),
        alt_en: given(typed, "alt_en"),
        people: match said(typed, "people").as_str() {
            "some" => Some(true),
            "none" => Some(false),
            _ => None,
        },
        consent_id: given(typed, "consent_id"),
    }
}

/// What the reader may do about it now.
pub(super) fn forms(app: &App, reader: &Reader, view: &StoryView) -> Vec<Form> {
    let Some(now) = StoryState::parse(&view.state) else { return Vec::new() };
    let at = |verb: &str| format!("{}/{verb}", place(&view.id));
    let mut forms = Vec::new();
    if is_author(reader, view) {
        if now.is_open_to_author() {
            let form = Form::new(app, reader, "submit", &at("submit"), "story.submit", "story.submit", Vec::new());
            forms.push(Form { open: true, ..form }.about(say(reader, "submit_about")));
        }
        if now != StoryState::Withdrawn {
            let form = Form::new(app, reader, "withdraw", &at("withdraw"), "story.withdraw", "story.withdraw", Vec::new());
            forms.push(Form { class: "stop", ..form }.about(say(reader, "withdraw_about")));
        }
    }
    if !is_reviewer(reader, view) {
        return forms;
    }
    if now == StoryState::Submitted {
        forms.push(approve(app, reader, view, &at("approve")));
        let fields = POINTS.iter().map(|(name, part)| Field::area(name, say(reader, &format!("point.{}", part.word())))).collect();
        let form = Form::new(app, reader, "return", &at("return"), "story.return", "story.return", fields);
        forms.push(form.about(say(reader, "return_about")));
    }
    if now != StoryState::Withdrawn {
        let fields = vec![Field::area("reason", say(reader, "reason")).must()];
        let form = Form::new(app, reader, "take_down", &at("take-down"), "story.take_down", "story.take_down", fields);
        forms.push(Form { class: "stop", ..form }.about(say(reader, "take_down_about")));
    }
    forms
}

fn approve(app: &App, reader: &Reader, view: &StoryView, at: &str) -> Form {
    let named = advert::words().iter().zip(KEPT.iter());
    let field = |(word, name): (&advert::Word, &'static String)| {
        let flag = view.flags.iter().find(|flag| flag.word == word.word)?;
        Some(Field::text(name, fill(reader, "keep", &[("word", &flag.written), ("clause", &flag.clause)])).must())
    };
    let fields = named.filter_map(field).collect();
    let form = Form::new(app, reader, "approve", at, "story.approve", "story.approve", fields);
    let about = if view.flags.is_empty() { "approve_about" } else { "approve_flags" };
    Form { open: true, ..form }.about(say(reader, about))
}

/// The reasons why words may stay.
pub(super) fn approve_input(typed: &Typed) -> StoryApproveInput {
    let named = advert::words().iter().zip(KEPT.iter());
    let kept = named.filter_map(|(word, name)| Some(KeptWord { word: word.word.clone(), reason: given(typed, name)? }));
    StoryApproveInput { kept_words: kept.collect() }
}

/// Every part something was written about becomes a point.
pub(super) fn return_input(typed: &Typed) -> StoryReturnInput {
    let points = POINTS.iter().filter_map(|(name, part)| Some(StoryPointInput { part: *part, said: given(typed, name)? }));
    StoryReturnInput { points: points.collect() }
}

/// Why it is taken down.
pub(super) fn withdraw_input(typed: &Typed) -> StoryWithdrawInput {
    StoryWithdrawInput { reason: given(typed, "reason") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_shop() {
        let read = |line: &str| {
            let shop = shop(line);
            (shop.name, shop.url)
        };
        let said = |name: &str, url: &str| (name.to_owned(), url.to_owned());
        assert_eq!(read("合作社 旗舰店 https://shop.example.cn/a"), said("合作社 旗舰店", "https://shop.example.cn/a"));
        assert_eq!(read(" https://shop.example.cn/a "), said("", "https://shop.example.cn/a"));
        assert_eq!(read("旗舰店"), said("旗舰店", ""));
    }

    #[test]
    fn what_is_typed_becomes_the_input() {
        let typed: Typed =
            [("title_zh", "梨"), ("shops", "店 https://a.cn/\n\n"), ("kept_0", "附文件"), ("point_text", "改"), ("people", "some")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let input = text_input(&typed);
        assert_eq!((input.title_zh.as_str(), input.shops.len(), input.text_en), ("梨", 1, None));
        let kept = approve_input(&typed).kept_words;
        assert_eq!((kept.len(), kept[0].word.as_str()), (1, advert::words()[0].word.as_str()));
        assert_eq!(return_input(&typed).points[0].part, StoryPart::Text);
        assert_eq!(picture_input(&typed).people, Some(true));
        assert_eq!(picture_input(&Typed::new()).people, None, "who says nothing is asked again");
    }
}
