//! What the rules of the listing audit read: listings with what they said, sellers, authorisations, shipments, own goods, rights, sales.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use crate::entity::{
    area, area_place, authorisation, batch, division, gi_right, listing, listing_capture, listing_score, listing_sku, mark_use,
    mark_use_suspension, organisation, plot, product, sales_line, season_account, seller, shipment, shipment_line,
};
use crate::kernel::{Millis, Outcome};
use crate::trace::shipment::{ConsigneeKind, ShipmentState};
use crate::trade::sales::LineState;

pub(in crate::supervision) use authorisation::Model as AuthorisationRow;
pub(in crate::supervision) use gi_right::Model as RightRow;
pub(in crate::supervision) use listing::Model as ListingRow;
pub(in crate::supervision) use listing_capture::Model as CaptureRow;
pub(in crate::supervision) use listing_sku::Model as SkuRow;
pub(in crate::supervision) use mark_use::Model as MarkUseRow;
pub(in crate::supervision) use mark_use_suspension::Model as SuspensionRow;
pub(in crate::supervision) use product::Model as ProductRow;
pub(in crate::supervision) use seller::Model as SellerRow;

/// Every product, and every right to one.
pub(in crate::supervision) async fn register<C: ConnectionTrait>(connection: &C) -> Outcome<(Vec<ProductRow>, Vec<RightRow>)> {
    let products = product::Entity::find().order_by_asc(product::Column::Id).all(connection).await?;
    Ok((products, gi_right::Entity::find().order_by_asc(gi_right::Column::Id).all(connection).await?))
}

/// Counties and prefectures: code and name.
pub(in crate::supervision) async fn places<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<(String, String)>> {
    let query = division::Entity::find().filter(division::Column::Level.is_in(["county", "prefecture"]));
    let query = query.select_only().column(division::Column::Code).column(division::Column::Name);
    Ok(query.order_by_asc(division::Column::Code).into_tuple().all(connection).await?)
}

/// Codes of the places in the areas of rights: right and code.
pub(in crate::supervision) async fn areas<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<(String, String)>> {
    let of: RelationDef = area_place::Entity::belongs_to(area::Entity).from(area_place::Column::AreaId).to(area::Column::Id).into();
    let query = area_place::Entity::find().join(JoinType::InnerJoin, of).filter(area_place::Column::DivisionCode.is_not_null());
    let query = query.select_only().column(area::Column::RightId).column(area_place::Column::DivisionCode);
    Ok(query.order_by_asc(area::Column::RightId).order_by_asc(area_place::Column::No).into_tuple().all(connection).await?)
}

/// Listings by their ids.
pub(in crate::supervision) async fn listings<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<ListingRow>> {
    Ok(listing::Entity::find().filter(listing::Column::Id.is_in(ids)).order_by_asc(listing::Column::Id).all(connection).await?)
}

/// All listings of some sellers.
pub(in crate::supervision) async fn of_sellers<C: ConnectionTrait>(connection: &C, sellers: Vec<String>) -> Outcome<Vec<ListingRow>> {
    Ok(listing::Entity::find().filter(listing::Column::SellerId.is_in(sellers)).order_by_asc(listing::Column::Id).all(connection).await?)
}

/// How many listings each of the next sellers has, in the order of their ids.
pub(in crate::supervision) async fn next_sellers<C: ConnectionTrait>(
    connection: &C,
    after: &str,
    limit: u64,
) -> Outcome<Vec<(String, i64)>> {
    let count = Expr::col(listing::Column::Id).count().cast_as("BIGINT");
    let query = listing::Entity::find().select_only().column(listing::Column::SellerId).column_as(count, "listings");
    let query = query.filter(listing::Column::SellerId.gt(after)).group_by(listing::Column::SellerId);
    Ok(query.order_by_asc(listing::Column::SellerId).limit(limit).into_tuple().all(connection).await?)
}

/// What listings said, the latest last.
pub(in crate::supervision) async fn captures<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<CaptureRow>> {
    let query = listing_capture::Entity::find().filter(listing_capture::Column::ListingId.is_in(ids));
    let query = query.order_by_asc(listing_capture::Column::ListingId);
    Ok(query.order_by_asc(listing_capture::Column::CapturedAt).all(connection).await?)
}

/// When each of these was last captured.
pub(in crate::supervision) async fn last_captures<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, Millis)>> {
    let last = Expr::col(listing_capture::Column::CapturedAt).max();
    let query = listing_capture::Entity::find().select_only().column(listing_capture::Column::ListingId).column_as(last, "last");
    let query = query.filter(listing_capture::Column::ListingId.is_in(ids)).group_by(listing_capture::Column::ListingId);
    Ok(query.into_tuple().all(connection).await?)
}

/// Confirmed SKUs of listings.
pub(in crate::supervision) async fn skus<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SkuRow>> {
    let query =
        listing_sku::Entity::find().filter(listing_sku::Column::ListingId.is_in(ids)).filter(listing_sku::Column::Confirmed.eq(true));
    let query = query.order_by_asc(listing_sku::Column::ListingId);
    Ok(query.order_by_asc(listing_sku::Column::Name).all(connection).await?)
}

/// Sellers by their ids.
pub(in crate::supervision) async fn sellers<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SellerRow>> {
    Ok(seller::Entity::find().filter(seller::Column::Id.is_in(ids)).order_by_asc(seller::Column::Id).all(connection).await?)
}

/// Names of organisations.
pub(in crate::supervision) async fn names<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, String)>> {
    let query = organisation::Entity::find().filter(organisation::Column::Id.is_in(ids)).select_only();
    Ok(query.column(organisation::Column::Id).column(organisation::Column::Name).into_tuple().all(connection).await?)
}

/// Authorisations of sellers, whenever they stood.
pub(in crate::supervision) async fn authorisations<C: ConnectionTrait>(
    connection: &C,
    sellers: Vec<String>,
) -> Outcome<Vec<AuthorisationRow>> {
    let query = authorisation::Entity::find().filter(authorisation::Column::SellerId.is_in(sellers));
    Ok(query.order_by_asc(authorisation::Column::Id).all(connection).await?)
}

/// Goods that were sent to somebody: one row a shipment.
#[derive(Debug, Clone)]
pub(in crate::supervision) struct SentTo {
    /// The organisation.
    pub consignee_id: Option<String>,
    /// Its name.
    pub consignee_name: String,
    /// Who sent it.
    pub producer_id: String,
    /// What.
    pub product_id: String,
    /// When.
    pub sent_on: String,
    /// How much stayed with the consignee or is on the way, in base units.
    pub amount: i64,
}

type SentTuple = (Option<String>, String, String, String, String, i64);

/// What was sent to these organisations, or to nobody known by one of these names, since a day.
pub(in crate::supervision) async fn sent_to<C: ConnectionTrait>(
    connection: &C,
    organisations: Vec<String>,
    names: Vec<String>,
    since: &str,
) -> Outcome<Vec<SentTo>> {
    use shipment::Column as S;
    use shipment_line::Column as L;
    let of: RelationDef = shipment_line::Entity::belongs_to(shipment::Entity).from(L::ShipmentId).to(S::Id).into();
    let line = |column: L| Expr::col((shipment_line::Entity, column)).sum();
    let kept = line(L::Amount).sub(line(L::Returned)).sub(line(L::Missing)).cast_as("BIGINT");
    let by_name = Condition::all().add(S::ConsigneeKind.eq(ConsigneeKind::Other.word())).add(S::ConsigneeName.is_in(names));
    let mut query = shipment_line::Entity::find().select_only();
    for column in [S::ConsigneeId, S::ConsigneeName, S::ProducerId, S::ProductId, S::SentOn] {
        query = query.column(column).group_by(column);
    }
    let query = query
        .column_as(kept, "kept")
        .join(JoinType::InnerJoin, of)
        .filter(S::State.ne(ShipmentState::Voided.word()))
        .filter(S::SentOn.gte(since))
        .filter(Condition::any().add(S::ConsigneeId.is_in(organisations)).add(by_name))
        .group_by(S::Id)
        .order_by_asc(S::SentOn)
        .order_by_asc(S::Id);
    let rows: Vec<SentTuple> = query.into_tuple().all(connection).await?;
    let read = |(consignee_id, consignee_name, producer_id, product_id, sent_on, amount)| SentTo {
        consignee_id,
        consignee_name,
        producer_id,
        product_id,
        sent_on,
        amount,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Which of these organisations grow or make which product: plots or batches of their own.
pub(in crate::supervision) async fn own<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, String)>> {
    let plots = plot::Entity::find().filter(plot::Column::HolderId.is_in(ids.clone())).select_only();
    let mut found: Vec<(String, String)> =
        plots.column(plot::Column::HolderId).column(plot::Column::ProductId).distinct().into_tuple().all(connection).await?;
    let batches = batch::Entity::find().filter(batch::Column::ProducerId.is_in(ids)).filter(batch::Column::State.ne("voided"));
    let batches = batches.select_only().column(batch::Column::ProducerId).column(batch::Column::ProductId).distinct();
    found.extend(batches.into_tuple::<(String, String)>().all(connection).await?);
    Ok(found)
}

/// What accounts of these parties allowed from a season on: party, product, base units.
pub(in crate::supervision) async fn outputs<C: ConnectionTrait>(
    connection: &C,
    parties: Vec<String>,
    from_season: &str,
) -> Outcome<Vec<(String, String, i64)>> {
    use season_account::Column as C;
    let sum = [C::Received, C::Carried, C::Opening, C::Adjusted]
        .into_iter()
        .fold(Expr::col(C::Approved), |sum, column| sum.add(Expr::col(column)));
    let query = season_account::Entity::find().filter(C::PartyId.is_in(parties)).filter(C::State.eq("approved"));
    let query = query.filter(C::Season.gte(from_season)).select_only().column(C::PartyId).column(C::ProductId);
    let query = query.column_as(sum.sum().cast_as("BIGINT"), "output").group_by(C::PartyId).group_by(C::ProductId);
    Ok(query.into_tuple().all(connection).await?)
}

/// Mark uses of organisations with their suspensions.
pub(in crate::supervision) async fn mark_uses<C: ConnectionTrait>(
    connection: &C,
    ids: Vec<String>,
) -> Outcome<(Vec<MarkUseRow>, Vec<SuspensionRow>)> {
    let query = mark_use::Entity::find().filter(mark_use::Column::OrganisationId.is_in(ids));
    let uses = query.order_by_asc(mark_use::Column::Id).all(connection).await?;
    let query = mark_use_suspension::Entity::find();
    let query = query.filter(mark_use_suspension::Column::MarkUseId.is_in(uses.iter().map(|row| row.id.clone())));
    Ok((uses, query.order_by_asc(mark_use_suspension::Column::FromDay).all(connection).await?))
}

/// Pieces paid of items from a moment to another: seller, platform, item, pieces.
pub(in crate::supervision) async fn sales<C: ConnectionTrait>(
    connection: &C,
    sellers: Vec<String>,
    (since, until): (Millis, Millis),
) -> Outcome<Vec<(String, String, String, i64)>> {
    use sales_line::Column as C;
    let query = sales_line::Entity::find().filter(C::SellerId.is_in(sellers)).filter(C::SoldAt.between(since, until));
    let mut query = query.filter(C::Status.eq(LineState::Paid.word())).filter(C::ItemId.ne("")).select_only();
    for column in [C::SellerId, C::Platform, C::ItemId] {
        query = query.column(column).group_by(column);
    }
    Ok(query.column_as(Expr::col(C::Pieces).sum().cast_as("BIGINT"), "pieces").into_tuple().all(connection).await?)
}

/// Listings that the rules take for these products, of sellers authorised for them on a day: listing, seller, product.
pub(in crate::supervision) async fn peers<C: ConnectionTrait>(
    connection: &C,
    products: Vec<String>,
    day: &str,
) -> Outcome<Vec<(String, String, String)>> {
    use authorisation::Column as A;
    use listing_score::Column as S;
    let of: RelationDef = listing_score::Entity::belongs_to(listing::Entity).from(S::ListingId).to(listing::Column::Id).into();
    let mut authorised = Query::select();
    authorised
        .column(A::SellerId)
        .from(authorisation::Entity)
        .and_where(Expr::col((authorisation::Entity, A::ProductId)).equals((listing_score::Entity, S::ProductId)))
        .and_where(A::FromDay.lte(day))
        .cond_where(Condition::any().add(A::ToDay.is_null()).add(A::ToDay.gte(day)));
    let query = listing_score::Entity::find().join(JoinType::InnerJoin, of).filter(S::ProductId.is_in(products));
    let query = query.filter(listing::Column::SellerId.in_subquery(authorised)).select_only();
    let query = query.column(S::ListingId).column(listing::Column::SellerId).column(S::ProductId);
    // The newest are enough to know a spread.
    Ok(query.order_by_desc(S::ListingId).limit(5_000).into_tuple().all(connection).await?)
}
