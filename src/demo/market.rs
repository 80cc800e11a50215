//! Sellers and what they offer, so that the pages of the market show honest listings and such as the rules ask about. Nobody real is named.

use serde_json::{Value, json};

use super::goods::Workshop;
use crate::identity::role::Permission;
use crate::kernel::clock::{DAY, rfc3339};
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::product;
use crate::supervision::commands::listing::{confirm_packs, grant_authorisation, record_listing};
use crate::trade::commands::register_seller;
use crate::trade::queries::{SellerFilter, sellers};

/// Address, title, price in fen, and what else it says.
type Offer = (&'static str, &'static str, i64, &'static str);

/// What sellers nobody authorised offer: most of it is asked about, the first is not.
const STRANGERS: &[Offer] = &[
    ("https://item.taobao.com/item.htm?id=700000000001", "产地晋州 鸭梨 5斤装", 2990, ""),
    ("https://mobile.yangkeduo.com/goods.html?goods_id=700000000002", "晋州鸭梨 国家地理标志产品 5斤", 1990, "山东烟台"),
    ("https://detail.1688.com/offer/700000000003.html", "晋卅鸭梨 10斤装 批发", 3500, ""),
    ("https://item.jd.com/700000000004.html", "赵县雪花梨味硬糖 500g", 1280, ""),
    ("https://haohuo.jinritemai.com/views/product/item2?id=700000000005", "赵县雪花梨 9斤装", 4990, "河北赵县"),
    ("https://store.weixin.qq.com/shop/product?productId=700000000006", "鸭梨晋州 5斤", 2590, ""),
];

impl Workshop<'_> {
    /// A shop that is authorised and has goods, two sellers who are not; where there are no sellers yet.
    ///
    /// # Errors
    /// Only ours.
    pub(super) async fn market(&self) -> Outcome<()> {
        let officer = self.actor("supervisor", Permission::SellerRead).await?;
        if !sellers(self.db, &officer, &SellerFilter {}, None, Some(1)).await?.0.is_empty() {
            return Ok(());
        }
        let seller = self.actor("seller", Permission::SellerRead).await?.organisation_id.ok_or_else(Failure::not_found)?;
        let code = crate::identity::store::organisation(self.db.reader(), &seller).await?.credit_code;
        let shop = json!({ "kind": "organisation", "name": "演示果园旗舰店", "credit_code": code, "division_code": "130102",
            "shops": [{ "platform": "天猫", "name": "演示果园旗舰店" }, { "platform": "京东", "name": "演示果园" }] });
        let shop = self.seller(shop).await?;
        let yali = product(self.db, "jinzhou-yali", None, self.clock.today()).await?;
        let given = json!({ "seller": shop, "product_id": yali.id, "season": self.clock.today().year().to_string(), "net_weight_g": 2_000_000,
            "to": self.clock.today().plus(200), "contract": "演示：经销合同 01" });
        self.act("producer", Permission::AuthorisationGrant, given, |tx, desk, i| {
            Box::pin(async move { grant_authorisation(tx, &desk, &i).await.map(|_| ()) })
        })
        .await?;
        let url = "https://detail.tmall.com/item.htm?id=700000000010";
        for (days, sold) in [(20, 120), (1, 260)] {
            let more = json!({ "shop": "演示果园旗舰店", "shows_mark": "special", "origin": "河北晋州", "stock": 500, "sold": sold });
            let listing = self.offer(&shop, url, "晋州鸭梨 5斤装 国家地理标志产品", 3990, more, days).await?;
            self.packs(listing, "晋州鸭梨 5斤装 国家地理标志产品", 2500).await?;
        }
        let far = json!({ "kind": "farmer", "name": "演示外地卖家", "division_code": "330106", "place": "演示街道",
            "shops": [{ "platform": "淘宝", "name": "演示水果铺" }] });
        let far = self.seller(far).await?;
        let near = json!({ "kind": "farmer", "name": "演示种植户戊", "division_code": "130133", "place": "演示村" });
        let near = self.seller(near).await?;
        for (no, (url, title, price, origin)) in STRANGERS.iter().enumerate() {
            let of = if no == 4 { &near } else { &far };
            self.offer(of, url, title, *price, json!({ "origin": origin, "shop": "演示水果铺" }), 2).await?;
        }
        Ok(())
    }

    async fn seller(&self, given: Value) -> Outcome<String> {
        self.act("supervisor", Permission::SellerRegister, given, |tx, desk, i| {
            Box::pin(async move { register_seller(tx, &desk, &i).await.map(|view| view.id) })
        })
        .await
    }

    async fn offer(&self, seller: &str, url: &str, title: &str, price: i64, mut more: Value, days: i64) -> Outcome<String> {
        let seen = rfc3339(self.clock.now() - days * DAY);
        if let Some(fields) = more.as_object_mut() {
            let own = json!({ "seller_id": seller, "url": url, "title": title, "price_fen": price, "captured_at": seen });
            fields.extend(own.as_object().cloned().unwrap_or_default());
        }
        self.act("supervisor", Permission::ListingRecord, more, |tx, desk, i| {
            Box::pin(async move { record_listing(tx, &desk, &i).await.map(|view| view.id) })
        })
        .await
    }

    async fn packs(&self, listing: String, name: &str, grams: i64) -> Outcome<()> {
        let given = json!({ "skus": [{ "name": name, "net_weight_g": grams }] });
        self.act("supervisor", Permission::ListingRecord, given, move |tx, desk, i| {
            let id = listing.clone();
            Box::pin(async move { confirm_packs(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await
    }
}
