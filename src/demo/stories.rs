//! The demonstration's stories: one that the public reads, with a drawn picture, and one that was given back with a point about a word of
//! the advert law's list. Every step is the command that people use; nothing of it is about real people.

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::goods::Workshop;
use crate::files::{Incoming, Kept, reduced};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::promotion::commands::{PictureInput, PictureKept, add_picture, approve_story, begin_story, return_story, submit_story};
use crate::promotion::queries::{StoriesAsked, products_to_tell, stories};
use crate::web::App;

/// What the first firm tells.
const TITLE: &str = "演示：一棵梨树的一年";
const TEXT: &str = "演示文字，不是真实单位的宣传。\n三月修枝，四月开花，一亩梨园要人工授粉两遍。五月疏果，一个果台只留一个梨。\n六月套袋，十月采收。采下的梨当天入库，按标准分级，每一箱都写着是哪一块地的。\n扫箱上的查验码，可以看到批次、检验和产地。";
const TITLE_EN: &str = "Demonstration: a year of a pear tree";
const TEXT_EN: &str = "Demonstration text, not of a real firm.\nPruned in March, in flower in April and pollinated by hand, twice. In May all fruit but one of a cluster is taken off.\nBagged in June, harvested in October. What is picked goes into the cold store on the same day, is graded by the standard, and every carton says from which plot it comes.";
/// What the second firm tells, and what has to be mended.
const OTHER: &str = "演示文字，不是真实单位的宣传。\n我们的梨是最好吃的梨，口感最佳。\n新建的冷库可以存两千吨。";

/// Both stories, where a firm has told none yet.
///
/// # Errors
/// Only ours: what the demonstration asks for is allowed.
pub(super) async fn prepare(app: &App, shop: &Workshop<'_>) -> Outcome<()> {
    let shops = json!([{ "name": "演示旗舰店", "url": "https://shop.example/pear" }]);
    let said = json!({ "title_zh": TITLE, "text_zh": TEXT, "title_en": TITLE_EN, "text_en": TEXT_EN, "shops": shops });
    if let Some(id) = begun(shop, "producer", said).await? {
        let orchard = kept(app, "演示梨园.png", orchard()?).await?;
        let words = PictureInput {
            caption_zh: "演示图画：四月的梨园".to_owned(),
            caption_en: Some("A drawing for the demonstration: the orchard in April".to_owned()),
            alt_zh: Some("一排开白花的梨树，远处是山".to_owned()),
            alt_en: Some("A row of pear trees in white flower, hills behind".to_owned()),
            people: Some(false),
            consent_id: None,
        };
        let own = id.clone();
        shop.act("producer", P::StoryWrite, Value::Null, move |tx, desk, _: std::sync::Arc<Value>| {
            let (id, words) = (own.clone(), words.clone());
            let files = PictureKept { picture: Some(orchard.clone()), consent: None };
            Box::pin(async move {
                add_picture(tx, &desk, &id, &words, &files).await?;
                submit_story(tx, &desk, &id).await.map(|_| ())
            })
        })
        .await?;
        shop.act("office", P::StoryReview, json!({ "kept_words": [] }), move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { approve_story(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
    }
    if let Some(id) = begun(shop, "producer2", json!({ "title_zh": "演示：新建的冷库", "text_zh": OTHER })).await? {
        let own = id.clone();
        shop.act("producer2", P::StoryWrite, Value::Null, move |tx, desk, _: std::sync::Arc<Value>| {
            let id = own.clone();
            Box::pin(async move { submit_story(tx, &desk, &id).await.map(|_| ()) })
        })
        .await?;
        let points = json!({ "points": [
            { "part": "text", "said": "“最佳”“最好”属于绝对化用语（广告法第九条），请改写为具体的特点，如检验报告中的可溶性固形物" },
            { "part": "pictures", "said": "写了新建的冷库，请附一张冷库的照片" },
        ] });
        shop.act("office", P::StoryReview, points, move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { return_story(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
    }
    Ok(())
}

/// A story's draft about the first product the firm uses a mark of; none where there is a story or no such product.
async fn begun(shop: &Workshop<'_>, account: &str, mut said: Value) -> Outcome<Option<String>> {
    let reader = shop.actor(account, P::StoryRead).await?;
    if !stories(shop.db, &reader, &StoriesAsked::default(), None, 1).await?.0.is_empty() {
        return Ok(None);
    }
    let firm = reader.organisation_id.ok_or_else(Failure::not_found)?;
    let Some((product, _)) = products_to_tell(shop.db, &firm, shop.clock.today()).await?.into_iter().next() else { return Ok(None) };
    said["product_id"] = Value::String(product);
    let made = shop
        .act(account, P::StoryWrite, said, |tx, desk, i| Box::pin(async move { begin_story(tx, &desk, &i, true).await.map(|row| row.id) }));
    made.await.map(Some)
}

/// A picture as the form of a story keeps it.
async fn kept(app: &App, name: &str, bytes: Vec<u8>) -> Outcome<Kept> {
    app.shelf.keep(reduced(&Incoming::new("picture", name, bytes), 800)?).await
}

/// A drawing of an orchard: sky, hills, ground and a row of trees in flower.
fn orchard() -> Outcome<Vec<u8>> {
    let crown = |x: u32, y: u32| {
        let (dx, dy) = (i64::from(x % 200) - 100, i64::from(y) - 270);
        dx * dx + dy * dy * 2 < 7_000
    };
    let paint = |x: u32, y: u32| {
        let flower = (x * 7 + y * 13) % 19 < 7 && (x / 6 + y / 5).is_multiple_of(2);
        let hill = 190 + (i64::from(x % 400) - 200).unsigned_abs() / 5;
        match y {
            _ if crown(x, y) && flower => Rgb([250, 246, 240]),
            _ if crown(x, y) => Rgb([118, 152, 96]),
            320..420 if (90..110).contains(&(x % 200)) => Rgb([96, 74, 58]),
            400.. => Rgb([140, 158, 98]),
            _ if u64::from(y) > hill => Rgb([126, 154, 150]),
            _ => Rgb([214, 228, 234]),
        }
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(800, 500, paint).write_to(&mut bytes, ImageFormat::Png).map_err(Failure::broken)?;
    Ok(bytes.into_inner())
}
