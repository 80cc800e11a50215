//! What people call things, looked up within reach: names, codes and numbers as they stand in a sheet.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{announcement, batch, division, facility, gi_right, grower, organisation, plot, product};
use crate::kernel::{Outcome, Scope, text};

/// The most things of one name that are looked at.
const MOST: u64 = 50;

/// Something found: its id, and by what it is told from others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub told_by: String,
}

/// Organisations of this id, credit code or name.
pub async fn organisations<C: ConnectionTrait>(connection: &C, scope: &Scope, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any()
        .add(organisation::Column::Id.eq(said))
        .add(organisation::Column::Name.eq(said))
        .add(organisation::Column::CreditCode.eq(text::identifier(said)));
    let found = organisation::Entity::find().filter(any).order_by_asc(organisation::Column::Id).limit(MOST).all(connection).await?;
    let near = found.into_iter().filter(|row| scope.reaches_organisation(&row.id, Some(&row.division_code)));
    Ok(near.map(|row| Found { told_by: row.credit_code.unwrap_or_else(|| row.id.clone()), id: row.id }).collect())
}

/// Products of this id, name or other name.
pub async fn products<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any()
        .add(product::Column::Id.eq(said))
        .add(product::Column::Slug.eq(said))
        .add(product::Column::Name.eq(said))
        .add(product::Column::Aliases.contains(said));
    let found = product::Entity::find().filter(any).order_by_asc(product::Column::Id).limit(MOST).all(connection).await?;
    let exact = found.iter().any(|row| row.name == said || row.id == said || row.slug == said);
    let is = |row: &product::Model| {
        if exact { row.name == said || row.id == said || row.slug == said } else { row.aliases.split(';').any(|alias| alias == said) }
    };
    Ok(found.into_iter().filter(is).map(|row| Found { told_by: row.id.clone(), id: row.id }).collect())
}

/// Growers of this id or name, perhaps of a village and household.
pub async fn growers<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    said: &str,
    village: Option<&str>,
    household: Option<&str>,
) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(grower::Column::Id.eq(said)).add(grower::Column::Name.eq(said));
    let mut query = grower::Entity::find().filter(any);
    if let Some(village) = village {
        query = query.filter(grower::Column::Village.eq(village));
    }
    if let Some(household) = household {
        query = query.filter(grower::Column::HouseholdNo.eq(household));
    }
    let found = query.order_by_asc(grower::Column::Id).limit(MOST).all(connection).await?;
    let near = found
        .into_iter()
        .filter(|row| scope.growers.contains(&row.id) || scope.reaches_organisation(&row.registered_by_id, Some(&row.division_code)));
    Ok(near
        .map(|row| Found { told_by: format!("{} {}", row.village, row.household_no.unwrap_or_default()).trim().to_owned(), id: row.id })
        .collect())
}

/// Plots of this id or name; of a holder, of a product and valid on a day, as far as that leaves any.
pub async fn plots<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    said: &str,
    holder: Option<&str>,
    product: Option<&str>,
    day: Option<&str>,
) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(plot::Column::Id.eq(said)).add(plot::Column::Name.eq(said));
    let mut query = plot::Entity::find().filter(any);
    query = match holder {
        Some(holder) => query.filter(plot::Column::HolderId.eq(holder)),
        None if scope.all => query,
        None => query
            .filter(Condition::any().add(plot::Column::RegisteredById.is_in(scope.organisations.iter())).add(plot::Column::Id.eq(said))),
    };
    let found = query.order_by_asc(plot::Column::Id).limit(MOST).all(connection).await?;
    let near = found.into_iter().filter(|row| {
        scope.growers.contains(&row.holder_id) || scope.reaches_organisation(&row.registered_by_id, Some(&row.division_code))
    });
    let mut rows: Vec<plot::Model> = near.collect();
    let of_product = |row: &plot::Model| product.is_none_or(|id| row.product_id == id);
    let on_day =
        |row: &plot::Model| day.is_none_or(|day| row.valid_from.as_str() <= day && row.valid_to.as_deref().is_none_or(|to| day <= to));
    for fits in [&of_product as &(dyn Fn(&plot::Model) -> bool + Sync), &on_day] {
        if rows.len() > 1 && rows.iter().any(fits) {
            rows.retain(fits);
        }
    }
    Ok(rows.into_iter().map(|row| Found { told_by: row.id.clone(), id: row.id }).collect())
}

/// Facilities of an organisation by id or name.
pub async fn facilities<C: ConnectionTrait>(connection: &C, organisation_id: &str, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(facility::Column::Id.eq(said)).add(facility::Column::Name.eq(said));
    let query = facility::Entity::find().filter(any).filter(facility::Column::OrganisationId.eq(organisation_id));
    let found = query.order_by_asc(facility::Column::Id).limit(MOST).all(connection).await?;
    Ok(found.into_iter().map(|row| Found { told_by: row.id.clone(), id: row.id }).collect())
}

/// Batches of a producer by id or lot, the newest first.
pub async fn batches<C: ConnectionTrait>(connection: &C, producer_id: &str, product_id: &str, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(batch::Column::Id.eq(said)).add(batch::Column::Lot.eq(said));
    let query =
        batch::Entity::find().filter(any).filter(batch::Column::ProducerId.eq(producer_id)).filter(batch::Column::ProductId.eq(product_id));
    let found = query.order_by_desc(batch::Column::Id).limit(MOST).all(connection).await?;
    Ok(found.into_iter().map(|row| Found { told_by: format!("{} {}", row.season, row.id), id: row.id }).collect())
}

/// Rights of a product, by id or number if one is said.
pub async fn rights<C: ConnectionTrait>(connection: &C, product_id: &str, said: Option<&str>) -> Outcome<Vec<Found>> {
    let mut query = gi_right::Entity::find().filter(gi_right::Column::ProductId.eq(product_id));
    if let Some(said) = said {
        let any = Condition::any()
            .add(gi_right::Column::Id.eq(said))
            .add(gi_right::Column::Number.eq(said))
            .add(gi_right::Column::RegistrationNumber.eq(said));
        query = query.filter(any);
    }
    let found = query.order_by_asc(gi_right::Column::Id).limit(MOST).all(connection).await?;
    let told = |row: &gi_right::Model| row.number.clone().or_else(|| row.registration_number.clone()).unwrap_or_else(|| row.id.clone());
    Ok(found.into_iter().map(|row| Found { told_by: told(&row), id: row.id }).collect())
}

/// Announcements by id or number.
pub async fn announcements<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(announcement::Column::Id.eq(said)).add(announcement::Column::Number.eq(said));
    let found = announcement::Entity::find().filter(any).order_by_asc(announcement::Column::Id).limit(MOST).all(connection).await?;
    Ok(found.into_iter().map(|row| Found { told_by: format!("{} {}", row.issuer, row.id), id: row.id }).collect())
}

/// Divisions of today by name or full name.
pub async fn divisions<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Vec<Found>> {
    let any = Condition::any().add(division::Column::Name.eq(said)).add(division::Column::FullName.eq(said));
    let query = division::Entity::find().filter(any).filter(division::Column::Abolished.eq(false));
    let found = query.order_by_asc(division::Column::Code).limit(MOST).all(connection).await?;
    Ok(found.into_iter().map(|row| Found { told_by: format!("{} {}", row.full_name, row.code), id: row.code }).collect())
}
