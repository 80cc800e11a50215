//! What makes the board, the inbox and the weekly page of the demonstration move: labels scanned in several places, a shop's counter seen
//! twice, a stop that waits for its second officer, a case with a day, a number nobody issued. Done by the commands people use, once.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::json;

use super::goods::Workshop;
use crate::identity::queries::standing_of;
use crate::identity::role::Permission as P;
use crate::identity::store::organisation;
use crate::kernel::clock::{DAY, rfc3339};
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::case::open_case;
use crate::supervision::commands::listing::record_listing;
use crate::supervision::commands::propose_stop;
use crate::supervision::commands::unknown::note_unknown_code;
use crate::trace::queries::order::{OrderFilter, OrderSummary, orders, printable};
use crate::trace::scan::Via;
use crate::trace::verdict::Place;
use crate::trade::commands::register_seller;
use crate::trade::shown::sellers_coded;
use crate::web::App;

/// Where the demonstration's goods are scanned, and by how many.
const SCANS: &[(&str, &str, u8)] = &[("河北省", "石家庄市", 6), ("河北省", "保定市", 2), ("北京市", "北京市", 4), ("天津市", "天津市", 2)];
/// The first of the labels scanned: in use, behind the ones named as codes to try and those scanned elsewhere in the demonstration.
const FIRST: i64 = 150;

/// Prepares what is missing; nothing where it was prepared before.
///
/// # Errors
/// Only ours: what the demonstration asks for is allowed.
pub(super) async fn prepare(app: &App, shop: &Workshop<'_>) -> Outcome<()> {
    for account in ["producer", "producer2"] {
        let actor = standing_of(&app.db, &app.clock, account).await?.acting(P::CodeOrderRead).ok_or_else(Failure::not_permitted)?;
        // The first order of all: labels of units, in use.
        let found = orders(&app.db, &actor, &OrderFilter::default(), None, 20).await?;
        let Some(units) = found.iter().rev().find(|order| order.kind == "unit") else { continue };
        if scanned(app, &actor, units).await? && account == "producer" {
            counter(shop, units).await?;
            officers(shop, units).await?;
        }
    }
    Ok(())
}

/// Scans of several people in several places. Answers whether it was the first time.
async fn scanned(app: &App, actor: &crate::kernel::Actor, units: &OrderSummary) -> Outcome<bool> {
    app.scans.refresh().await?;
    let order = printable(&app.db, app.keys.as_ref(), actor, &units.id).await?;
    let located = |sequence: i64| order.code_at(sequence).and_then(|code| app.scans.locate(&code));
    let Some(first) = located(FIRST) else { return Ok(false) };
    if app.scans.look(&first, None).await?.facts.verdict.history.sessions > 0 {
        return Ok(false);
    }
    let mut sequence = FIRST;
    for (n, (province, city, people)) in SCANS.iter().enumerate() {
        for person in 0..*people {
            let Some(located) = located(sequence) else { return Ok(false) };
            let address = Ipv4Addr::new(203, 0, 113, u8::try_from(n).unwrap_or(0) * 16 + person);
            let visitor = app.scans.visitors().of_client(IpAddr::V4(address), "demo").await;
            let place = Place { province: (*province).to_owned(), city: Some((*city).to_owned()) };
            app.scans.record(located, visitor, Some(place), Via::Printed).await?;
            // Two people look at every second label.
            sequence += i64::from(person % 2 == 1);
        }
    }
    Ok(true)
}

/// The producer's own shop, its counter seen twice.
async fn counter(shop: &Workshop<'_>, units: &OrderSummary) -> Outcome<()> {
    let firm = organisation(shop.db.reader(), &units.producer_id).await?;
    let Some(code) = firm.credit_code else { return Ok(()) };
    let officer = shop.actor("supervisor", P::SellerRead).await?;
    let seller = match sellers_coded(shop.db, &officer, &code).await?.into_iter().next() {
        Some(seller) => seller.id,
        None => {
            let given = json!({ "kind": "organisation", "name": firm.name, "credit_code": code, "division_code": firm.division_code,
                "place": "演示路 1 号", "shops": [{ "platform": "淘宝", "name": "演示果品旗舰店" }] });
            let made = shop
                .act("supervisor", P::SellerRegister, given, |tx, desk, i| Box::pin(async move { register_seller(tx, &desk, &i).await }));
            made.await?.id
        }
    };
    let now = shop.clock.now();
    for (at, sold) in [(now - 6 * DAY, 1_180), (now, 1_204)] {
        let given = json!({ "seller_id": seller, "platform": "淘宝", "item_id": "600100200300", "shop": "演示果品旗舰店", "title": "演示 晋州鸭梨 新鲜水果",
            "price_fen": 4_990, "claimed_product_id": units.product_id, "sold": sold, "captured_at": rfc3339(at) });
        let seen = shop.act("supervisor", P::ListingRecord, given, |tx, desk, i| {
            Box::pin(async move { record_listing(tx, &desk, &i).await.map(|_| ()) })
        });
        seen.await?;
    }
    Ok(())
}

/// What waits for officers.
async fn officers(shop: &Workshop<'_>, units: &OrderSummary) -> Outcome<()> {
    let stop = json!({ "scope": "range", "subject_id": units.id, "first": 399, "last": 400, "category": "labels_lost",
        "ordered_by": "演示市场监管部门", "document_no": "演示停字〔2026〕7号", "public_text": "演示：这两枚标签遗失" });
    let keys = shop.keys.clone();
    let proposed = shop.act("supervisor", P::StopPropose, stop, move |tx, desk, i| {
        let keys = keys.clone();
        Box::pin(async move { propose_stop(tx, &desk, keys.as_ref(), &i).await.map(|_| ()) })
    });
    proposed.await?;
    let today = shop.clock.today();
    for (title, due) in
        [("演示：标签遗失的去向", today.plus(-1)), ("演示：同批标签多地查验", today), ("演示：产地不明的散装梨", today.plus(5))]
    {
        let case = json!({ "title": title, "source": "officer", "division_code": "130183", "due_on": due,
            "links": [{ "kind": "code_order", "ref_id": units.id, "label": units.order_no.to_string() }] });
        let opened =
            shop.act("supervisor", P::CaseWork, case, |tx, desk, i| Box::pin(async move { open_case(tx, &desk, &i).await.map(|_| ()) }));
        opened.await?;
    }
    let met = json!({ "typed": "7KQ2MNP4R8VW1234", "place": "演示批发市场 12 号摊", "note": "演示：贴在散装梨箱上，只有十六位" });
    let noted =
        shop.act("supervisor", P::CaseWork, met, |tx, desk, i| Box::pin(async move { note_unknown_code(tx, &desk, &i).await.map(|_| ()) }));
    noted.await
}
