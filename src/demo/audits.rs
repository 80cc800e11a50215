//! What officers did, for the demonstration: certificates, listings that wait, decisions, a piece of evidence, a case. Every step is the
//! command that people use; nothing of it is a real shop.

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::goods::Workshop;
use crate::files::Incoming;
use crate::identity::officer::{OfficerInput, officers, record_officer};
use crate::identity::queries::account_named;
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::{ProductsAsked, products};
use crate::supervision::audit::queries::{AuditFilter, audits};
use crate::supervision::commands::audit::{AuditInput, audit_listing};
use crate::supervision::commands::case::{CaseInput, open_case};
use crate::supervision::commands::evidence::{EvidenceInput, take_evidence};
use crate::supervision::commands::listing::record_listing;
use crate::supervision::evidence::keep_originals;
use crate::trade::commands::register_seller;
use crate::trade::listing::ListingInput;
use crate::trade::queries::{SellerFilter, sellers};
use crate::trade::seller::SellerInput;
use crate::web::App;

/// Who has a certificate, and its number.
const OFFICERS: [(&str, &str); 3] = [("supervisor", "YS130001"), ("supervisor2", "YS130002"), ("county", "YS130003")];
/// Name and place of who sells, all of them made up.
const SELLERS: [(&str, &str); 2] = [("演示种植户丙", "130183"), ("演示种植户丁", "130133")];
/// Which seller, item, title, product it claims, price in fen.
const LISTINGS: [(usize, &str, &str, &str, i64); 8] = [
    (0, "demo-101", "晋州鸭梨特级 10 斤装", "晋州鸭梨", 2990),
    (0, "demo-102", "晋州鸭梨一级 5 斤装", "晋州鸭梨", 1990),
    (0, "demo-103", "晋州鸭梨风味梨膏", "", 1990),
    (0, "demo-104", "自家园散装鸭梨 20 斤", "", 3500),
    (1, "demo-201", "赵县雪花梨 5kg 礼盒", "赵县雪花梨", 6800),
    (1, "demo-202", "赵县雪花梨 精品大果", "赵县雪花梨", 5800),
    (1, "demo-203", "雪花梨汁 1L", "", 1580),
    (1, "demo-204", "晋州鸭梨 产地直发", "晋州鸭梨", 2590),
];

/// Makes what is missing.
///
/// # Errors
/// Only ours.
pub(super) async fn prepare(app: &App) -> Outcome<()> {
    let shop = Workshop { db: &app.db, clock: &app.clock, random: &app.random, keys: &app.keys, config: &app.config };
    let accounts = certificates(app, &shop).await?;
    let officer = shop.actor("supervisor", P::ListingAudit).await?;
    let known = sellers(&app.db, &shop.actor("supervisor", P::SellerRead).await?, &SellerFilter::default(), None, Some(200)).await?.0;
    if known.iter().any(|seller| seller.name == SELLERS[0].0) {
        return Ok(());
    }
    let listings = listings(app, &shop).await?;
    let decide = async |no: usize, said: Value| -> Outcome<()> {
        let id = listings[no].clone();
        shop.act("supervisor", P::ListingAudit, said, move |tx, desk, input: std::sync::Arc<AuditInput>| {
            let id = id.clone();
            Box::pin(async move { audit_listing(tx, &desk, &id, &input).await.map(|_| ()) })
        })
        .await
    };
    let papers = "请提供批次、查验码和供货清单（或合同、发票）。";
    decide(1, json!({ "verdict": "cleared", "reason": "authorised" })).await?;
    decide(4, json!({ "verdict": "pending", "reason": "source_unknown", "said": papers })).await?;
    decide(7, json!({ "verdict": "take_down", "reason": "origin_mismatch", "said": "演示：标称产地与发货地不一致，未提供凭证" })).await?;
    let kept = evidence(app, &shop, &listings[7], &accounts).await?;
    let case = json!({ "title": "演示：疑似冒用产地的在售商品", "source": "listing", "source_id": listings[7], "division_code": "130100",
        "links": [{ "kind": "listing", "ref_id": listings[7], "label": LISTINGS[7].2 }, { "kind": "evidence", "ref_id": kept, "label": "截屏" }] });
    shop.act("supervisor", P::CaseWork, case, |tx, desk, input: std::sync::Arc<CaseInput>| {
        Box::pin(async move { open_case(tx, &desk, &input).await.map(|_| ()) })
    })
    .await?;
    let waiting = audits(&app.db, &app.clock, &officer, &AuditFilter::default(), None, 10).await?.0;
    if waiting.is_empty() { Err(Failure::broken("no listing waits in the demonstration")) } else { Ok(()) }
}

/// Certificates where there are none; the accounts' ids.
async fn certificates(app: &App, shop: &Workshop<'_>) -> Outcome<Vec<String>> {
    let (known, mut ids) = (officers(&app.db).await?, Vec::new());
    for (name, number) in OFFICERS {
        let id = account_named(&app.db, name).await?.ok_or_else(Failure::not_found)?.id;
        if known.iter().all(|officer| officer.account_id != id) {
            let said = json!({ "account_id": id, "certificate_no": number, "department": "市场监管" });
            shop.act("admin", P::OfficerRecord, said, |tx, desk, input: std::sync::Arc<OfficerInput>| {
                Box::pin(async move { record_officer(tx, &desk, &input).await.map(|_| ()) })
            })
            .await?;
        }
        ids.push(id);
    }
    Ok(ids)
}

async fn listings(app: &App, shop: &Workshop<'_>) -> Outcome<Vec<String>> {
    let mut sellers = Vec::new();
    for (name, place) in SELLERS {
        let said = json!({ "kind": "farmer", "name": name, "division_code": place, "place": "演示村" });
        let made = shop.act("supervisor", P::SellerRegister, said, |tx, desk, input: std::sync::Arc<SellerInput>| {
            Box::pin(async move { register_seller(tx, &desk, &input).await })
        });
        sellers.push(made.await?.id);
    }
    let mut ids = Vec::new();
    for (seller, item, title, claims, price) in LISTINGS {
        let asked = ProductsAsked { q: Some(claims.to_owned()), ..ProductsAsked::default() };
        let found = if claims.is_empty() { None } else { products(&app.db, &asked, app.clock.today(), None, 1).await?.items.pop() };
        let said = json!({ "seller_id": sellers[seller], "platform": "淘宝", "item_id": item, "shop": "演示店铺", "title": title,
            "url": format!("https://shop.example/item/{item}"), "price_fen": price, "claimed_product_id": found.map(|p| p.id) });
        let made = shop.act("supervisor", P::ListingRecord, said, |tx, desk, input: std::sync::Arc<ListingInput>| {
            Box::pin(async move { record_listing(tx, &desk, &input).await })
        });
        ids.push(made.await?.id);
    }
    Ok(ids)
}

/// A capture of a listing by both city officers.
async fn evidence(app: &App, shop: &Workshop<'_>, listing: &str, accounts: &[String]) -> Outcome<String> {
    let mut picture = std::io::Cursor::new(Vec::new());
    let shade = |_: u32, y: u32| if y < 60 { Rgb([163, 33, 27]) } else { Rgb([246, 245, 241]) };
    RgbImage::from_fn(640, 400, shade).write_to(&mut picture, ImageFormat::Png).map_err(Failure::broken)?;
    let originals = keep_originals(&app.shelf, vec![Incoming::new("files", "演示截屏.png", picture.into_inner())]).await?;
    let said = json!({ "subject_kind": "listing", "subject_id": listing, "purpose": "演示：核验在售商品标称产地", "holder": "演示店铺",
        "opened_url": "https://shop.example/item/demo-204", "platform": "淘宝", "item_id": "demo-204", "method": "screenshot",
        "device": "演示办公电脑", "software": "演示浏览器", "network": "演示专线，未用代理", "place": "演示办公室",
        "steps": "打开网址\n截取整页", "medium": "数据存于平台服务器，无法扣押原始存储介质", "clock_check": "与标准时间核对，误差 0.2 秒",
        "officers": accounts.iter().take(2).collect::<Vec<_>>() });
    shop.act("supervisor", P::EvidenceTake, said, move |tx, desk, input: std::sync::Arc<EvidenceInput>| {
        let originals = originals.clone();
        Box::pin(async move { take_evidence(tx, &desk, &input, &originals).await.map(|view| view.record.id) })
    })
    .await
}
