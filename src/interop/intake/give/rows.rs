//! The rows of each kind, page by page.

use super::{Giver, Values, decimal, in_unit};
use crate::identity::queries::organisations;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::day::Day;
use crate::kernel::ids::{Noun, is};
use crate::registry::queries::{
    FacilitiesAsked, MarkUsesAsked, PlotView, PlotsAsked, facilities, find_growers, find_mark_uses, find_plots,
};
use crate::trace::account::{AccountFilter, Bucket};
use crate::trace::batch::BatchFilter;
use crate::trace::delivery::DeliveryFilter;
use crate::trace::queries::account::{AccountView, find_accounts};
use crate::trace::queries::batch::{BatchView, find_batches};
use crate::trace::queries::delivery::{DeliveryView, find_deliveries};
use crate::trace::queries::order::{OrderSummary, find_orders};
use crate::trace::queries::report::{TestReportView, find_test_reports};
use crate::trace::queries::shipment::{ShipmentView, find_shipments};
use crate::trace::report::ReportFilter;
use crate::trace::shipment::ShipmentFilter;
use crate::trade::queries::{ListingFilter, ListingView, SellerView, find_listings, find_sellers, seller};

/// Rows read at once.
const PAGE: u64 = 200;

/// Values of a row: what is not there is empty.
fn values<const N: usize>(pairs: [(&'static str, Option<String>); N]) -> Values {
    pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

impl Giver {
    /// The next rows and where the page after begins.
    pub(super) async fn page(&mut self) -> Outcome<(Vec<Values>, Option<String>)> {
        let at = self.cursor.clone();
        let at = at.as_deref();
        let (db, actor, today, narrow) = (self.db.clone(), self.actor.clone(), self.today, self.narrow.clone());
        let mut rows = Vec::new();
        let next = match self.kind {
            SheetKind::Organisations => {
                let (page, next) = organisations(&db, &actor, None, at, PAGE).await?;
                rows.extend(page.into_iter().map(|row| {
                    values([
                        ("id", Some(row.id)),
                        ("name", Some(row.name)),
                        ("kind", Some(row.kind)),
                        ("credit_code", row.credit_code),
                        ("credit_code_evidence", row.credit_code_evidence),
                        ("division_code", Some(row.division_code)),
                        ("contact", row.contact),
                    ])
                }));
                next
            }
            SheetKind::Growers => {
                let page = find_growers(&db, &actor, &narrow, at, PAGE).await?;
                for row in page.items {
                    let organisation = self.name(&row.organisation_id).await?;
                    rows.push(values([
                        ("id", Some(row.id)),
                        ("name", Some(row.name)),
                        ("kind", Some(row.kind)),
                        ("division_code", Some(row.division_code)),
                        ("village", Some(row.village)),
                        ("household_no", row.household_no),
                        ("phone", row.phone),
                        ("organisation", Some(organisation)),
                    ]));
                }
                page.next_cursor
            }
            SheetKind::Plots => {
                let page = find_plots(&db, &actor, &PlotsAsked::default(), &narrow, at, PAGE).await?;
                for row in page.items {
                    rows.push(self.plot(row).await?);
                }
                page.next_cursor
            }
            SheetKind::Deliveries => {
                let (page, next) = find_deliveries(&db, &actor, &DeliveryFilter::default(), &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.delivery(row).await?);
                }
                next
            }
            SheetKind::Batches => {
                let (page, next) = find_batches(&db, &actor, &BatchFilter::default(), &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.batch(row).await?);
                }
                next
            }
            SheetKind::MarkUses => {
                let as_of = narrow.state.as_deref().filter(|state| *state == "in_force").map(|_| today);
                let asked = MarkUsesAsked { product_id: narrow.product_id.clone(), as_of, ..MarkUsesAsked::default() };
                let page = find_mark_uses(&db, &actor, &asked, &narrow, today, at, PAGE).await?;
                rows.extend(page.items.into_iter().map(|row| {
                    values([
                        ("id", Some(row.id)),
                        ("organisation", Some(row.credit_code.unwrap_or(row.organisation))),
                        ("product", Some(row.product)),
                        ("right", Some(row.right_id)),
                        ("in_force_from", Some(row.in_force_from)),
                        ("in_force_to", row.in_force_to),
                        ("announcement", row.announcement_id),
                        ("contract", row.contract),
                        ("evidence", row.evidence),
                    ])
                }));
                page.next_cursor
            }
            SheetKind::Facilities => {
                let page = facilities(&db, &actor, &FacilitiesAsked::default(), today, at, PAGE).await?;
                for row in page.items {
                    let organisation = self.name(&row.organisation_id).await?;
                    rows.push(values([
                        ("id", Some(row.id)),
                        ("name", Some(row.name)),
                        ("kind", Some(row.kind)),
                        ("tenure", Some(row.tenure)),
                        ("lessor", row.lessor),
                        ("division_code", Some(row.division_code)),
                        ("address", row.address),
                        ("capacity", row.capacity.map(|capacity| decimal(capacity, 1_000_000))),
                        ("valid_from", Some(row.valid_from)),
                        ("valid_to", row.valid_to),
                        ("organisation", Some(organisation)),
                    ]));
                }
                page.next_cursor
            }
            SheetKind::Tests => {
                let (page, next) = find_test_reports(&db, &actor, &ReportFilter::default(), &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.test(row).await?);
                }
                next
            }
            SheetKind::Sellers => {
                let (page, next) = find_sellers(&db, &actor, &narrow, at, Some(PAGE)).await?;
                rows.extend(page.into_iter().map(of_seller));
                next
            }
            SheetKind::Listings => {
                let filter = ListingFilter { seller_id: self.seller_id.clone() };
                let (page, next) = find_listings(&db, &actor, &filter, &narrow, at, Some(PAGE)).await?;
                for row in page {
                    let name = seller(&db, &actor, &row.seller_id).await.map(|seller| seller.name);
                    rows.push(listing(row, name.ok()));
                }
                next
            }
            SheetKind::Orders => {
                let (page, next) = find_orders(&db, &actor, &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.order(row).await?);
                }
                next
            }
            SheetKind::Shipments => {
                let (page, next) = find_shipments(&db, &actor, &ShipmentFilter::default(), &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.shipment(row).await?);
                }
                next
            }
            SheetKind::Accounts => {
                let (page, next) = find_accounts(&db, &actor, &AccountFilter::default(), &narrow, at, Some(PAGE)).await?;
                for row in page {
                    rows.push(self.account(row).await?);
                }
                next
            }
        };
        Ok((rows, next))
    }

    async fn order(&mut self, row: OrderSummary) -> Outcome<Values> {
        let (product, organisation) = (self.goods(&row.product_id).await?.name, self.name(&row.producer_id).await?);
        Ok(values([
            ("id", Some(row.id)),
            ("order_no", Some(row.order_no.to_string())),
            ("organisation", Some(organisation)),
            ("product", Some(product)),
            ("season", Some(row.season)),
            ("kind", Some(row.kind)),
            ("count", Some(row.count.to_string())),
            ("spare", Some(row.spare.to_string())),
            ("quota_left", Some(row.quota_left.to_string())),
            ("state", Some(row.state)),
            ("ordered_on", parse_rfc3339(&row.ordered_at).map(|at| Day::of(at).to_string())),
        ]))
    }

    async fn shipment(&mut self, row: ShipmentView) -> Outcome<Values> {
        let (goods, organisation) = (self.goods(&row.product_id).await?, self.name(&row.producer_id).await?);
        let (weight, unit) = in_unit(goods.unit, row.amount());
        Ok(values([
            ("id", Some(row.id)),
            ("number", Some(row.number)),
            ("organisation", Some(organisation)),
            ("product", Some(goods.name)),
            ("consignee", Some(row.consignee.name)),
            ("place", row.place),
            ("sent_on", Some(row.sent_on)),
            ("weight", Some(weight)),
            ("unit", Some(unit)),
            ("labels", Some(row.codes.to_string())),
            ("state", Some(row.state)),
            ("carrier", row.carrier),
            ("note", row.note),
        ]))
    }

    async fn account(&mut self, row: AccountView) -> Outcome<Values> {
        let goods = self.goods(&row.product_id).await?;
        let party = if is(Noun::Grower, &row.party_id) { self.grower(&row.party_id).await?.0 } else { self.name(&row.party_id).await? };
        let figure = |bucket: Bucket| Some(in_unit(goods.unit, row.figure(bucket)).0);
        Ok(values([
            ("unit", Some(in_unit(goods.unit, 0).1)),
            ("approved", figure(Bucket::Approved)),
            ("received", figure(Bucket::Received)),
            ("carried", figure(Bucket::Carried)),
            ("delivered", figure(Bucket::Delivered)),
            ("remaining", figure(Bucket::Remaining)),
            ("pending", figure(Bucket::Pending)),
            ("coded", figure(Bucket::Coded)),
            ("party", Some(party)),
            ("product", Some(goods.name)),
            ("id", Some(row.id)),
            ("season", Some(row.season)),
            ("state", Some(row.state)),
            ("basis_note", Some(row.basis_note)),
            ("evidence", row.evidence),
        ]))
    }

    async fn plot(&mut self, row: PlotView) -> Outcome<Values> {
        let place = row.places.into_iter().next();
        let by_grower = is(Noun::Grower, &row.holder_id);
        let (grower, household, organisation) = if by_grower {
            let (name, _, household) = self.grower(&row.holder_id).await?;
            (Some(name), Some(household), None)
        } else {
            (None, None, Some(self.name(&row.holder_id).await?))
        };
        Ok(values([
            ("id", Some(row.id)),
            ("grower", grower),
            ("household_no", household),
            ("organisation", organisation),
            ("product", Some(row.product)),
            ("name", Some(row.name)),
            ("variety", row.variety),
            ("planted_year", row.planted_year.map(|year| year.to_string())),
            ("tenure", Some(row.tenure)),
            ("lessor", row.lessor),
            ("parcel_code", row.parcel_code),
            ("valid_from", Some(row.valid_from)),
            ("valid_to", row.valid_to),
            ("area", Some(row.entered_area.number)),
            ("area_unit", Some(row.entered_area.unit)),
            ("division_code", place.as_ref().map(|place| place.division_code.clone())),
            ("village", place.and_then(|place| place.village)),
            ("note", row.note),
        ]))
    }

    async fn delivery(&mut self, row: DeliveryView) -> Outcome<Values> {
        let goods = self.goods(&row.product_id).await?;
        let amount = row.figures.get("net_weight_g").or_else(|| row.figures.get("quantity")).copied().unwrap_or(0);
        let (weight, unit) = in_unit(goods.unit, amount);
        let (grower, village, household) = self.grower(&row.grower_id).await?;
        let plot = match &row.plot_id {
            Some(id) => Some(self.name(id).await?),
            None => None,
        };
        let buyer = self.name(&row.buyer_id).await?;
        Ok(values([
            ("id", Some(row.id)),
            ("grower", Some(grower)),
            ("village", Some(village)),
            ("household_no", Some(household)),
            ("product", Some(goods.name)),
            ("plot", plot),
            ("delivered_on", Some(row.delivered_on)),
            ("weight", Some(weight)),
            ("unit", Some(unit)),
            ("grade", row.grade),
            ("cert_no", row.cert_no),
            ("organisation", Some(buyer)),
            ("late_reason", row.late_reason),
            ("late_evidence", row.late_evidence),
        ]))
    }

    async fn batch(&mut self, row: BatchView) -> Outcome<Values> {
        let goods = self.goods(&row.product_id).await?;
        let amount = |figures: &std::collections::BTreeMap<String, i64>| {
            figures.get("net_weight_g").or_else(|| figures.get("quantity")).copied().unwrap_or(0)
        };
        let (weight, unit) = in_unit(goods.unit, amount(&row.figures));
        let (mut from_plots, mut from_deliveries, mut input) = (Vec::new(), Vec::new(), None);
        for source in &row.sources {
            if let Some(id) = &source.plot_id {
                from_plots.push(self.name(id).await?);
            }
            if let Some(id) = &source.delivery_id {
                from_deliveries.push(format!("{id} {}", in_unit(goods.unit, amount(&source.figures)).0));
            }
            input = input.or_else(|| source.input.clone());
        }
        let listed = |list: Vec<String>| Some(list.join("、")).filter(|list| !list.is_empty());
        let producer = self.name(&row.producer_id).await?;
        Ok(values([
            ("id", Some(row.id)),
            ("lot", Some(row.lot)),
            ("product", Some(goods.name)),
            ("weight", Some(weight)),
            ("unit", Some(unit)),
            ("plots", listed(from_plots)),
            ("deliveries", listed(from_deliveries)),
            ("input_weight", input.as_ref().and_then(|input| input.weight_g).map(|grams| decimal(grams, 1000))),
            ("input_document", input.as_ref().and_then(|input| input.document_no.clone())),
            ("input", input.map(|input| input.name)),
            ("harvested_from", Some(row.harvested_from)),
            ("harvested_to", Some(row.harvested_to)),
            ("produced_on", row.produced_on),
            ("packed_on", row.packed_on),
            ("best_before", row.best_before),
            ("grade", row.grade),
            ("facility", row.facility_id),
            ("standard", row.standard_version),
            ("organisation", Some(producer)),
            ("late_reason", row.late_reason),
        ]))
    }

    async fn test(&mut self, row: TestReportView) -> Outcome<Values> {
        let product = self.goods(&row.product_id).await?.name;
        let organisation = self.name(&row.organisation_id).await?;
        let plot = match &row.plot_id {
            Some(id) => Some(self.name(id).await?),
            None => None,
        };
        let item = |item: &crate::trace::queries::report::TestItemView| match &item.bound {
            Some(bound) => format!("{}={}（{bound}）", item.item, item.result),
            None => format!("{}={}", item.item, item.result),
        };
        Ok(values([
            ("id", Some(row.id)),
            ("report_no", Some(row.report_no)),
            ("product", Some(product)),
            ("by_whom", Some(row.by_whom)),
            ("scope", Some(row.scope)),
            ("lot", row.batch_id),
            ("plot", plot),
            ("season", Some(row.season)),
            ("laboratory", Some(row.laboratory)),
            ("accreditation", row.accreditation),
            ("sampled_on", row.sampled_on),
            ("reported_on", Some(row.reported_on)),
            ("valid_to", row.valid_to),
            ("items", Some(row.items.iter().map(item).collect::<Vec<_>>().join("；"))),
            ("organisation", Some(organisation)),
        ]))
    }
}

fn of_seller(row: SellerView) -> Values {
    let shops = row.shops.iter().map(|shop| format!("{}={}", shop.platform, shop.name)).collect::<Vec<_>>();
    values([
        ("id", Some(row.id)),
        ("name", Some(row.name)),
        ("kind", Some(row.kind)),
        ("credit_code", row.credit_code),
        ("division_code", Some(row.division_code)),
        ("place", Some(row.place)),
        ("contact", row.contact),
        ("shops", Some(shops.join("；"))),
    ])
}

fn listing(row: ListingView, seller: Option<String>) -> Values {
    values([
        ("id", Some(row.id)),
        ("item_id", Some(row.item_id)),
        ("platform", Some(row.platform)),
        ("seller", seller.or(Some(row.seller_id))),
        ("shop", row.shop),
        ("title", Some(row.title)),
        ("url", row.url),
        ("price", row.price_fen.map(|fen| decimal(fen, 100))),
        ("product", row.claimed_product),
        ("stock", row.stock.map(|count| count.to_string())),
        ("sold", row.sold.map(|count| count.to_string())),
        ("captured_on", parse_rfc3339(&row.captured_at).map(|at| Day::of(at).to_string())),
        ("origin", row.origin),
        ("ship_from", row.ship_from),
        ("details", row.details),
    ])
}
