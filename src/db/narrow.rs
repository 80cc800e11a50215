//! What a person narrows a list to and the order it has: one text, product, state and days, looked for by the database, and pages that
//! show every row once, also where thousands share the value they are ordered by.

use sea_orm::sea_query::{ColumnType, Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, ModelTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

use super::region::subquery;
use crate::entity::organisation;
use crate::kernel::{Day, Failure, Outcome, text};

/// What a list is narrowed to, over what its own filter says. Empty, it is the whole list in its own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// A text that stands in what people call the row by.
    pub q: Option<String>,
    /// Parties the text names, found elsewhere by somebody who may read their names.
    pub named: Vec<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// From this day on.
    pub from: Option<Day>,
    /// Up to this day, it included.
    pub to: Option<Day>,
    /// The word of the column the list is ordered by; its own order without one, or where the list does not know the word.
    pub sort: Option<String>,
    /// From the greatest to the least.
    pub down: bool,
}

/// The column that says when.
#[derive(Debug, Clone, Copy)]
pub enum When<C> {
    /// A day as text.
    Day(C),
    /// An instant.
    Moment(C),
}

/// Where the parts of a [`Narrow`] are looked for in a table, and what it may be ordered by; none of the columns may be empty in a row.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a, C> {
    /// The id, which decides where two rows are otherwise alike.
    pub id: C,
    /// Is the newest first, where nothing else is asked?
    pub newest: bool,
    /// What people call the row by.
    pub names: &'a [C],
    /// Whose it is: found by the organisation's name too.
    pub parties: &'a [C],
    /// Product.
    pub product: Option<C>,
    /// State.
    pub state: Option<C>,
    /// Day.
    pub when: Option<When<C>>,
    /// What it may be ordered by.
    pub orders: &'a [(&'static str, C)],
}

/// A column that has the text somewhere, whatever the case of Latin letters.
pub fn holds<C: ColumnTrait>(column: C, typed: &str) -> Expr {
    let mut pattern = "%".to_owned();
    for c in typed.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Expr::expr(Func::lower(Expr::col(column.as_column_ref()))).like(LikeExpr::new(pattern).escape('\\'))
}

/// A text as it is looked for: cleaned, full-width narrowed; none if nothing is left.
pub fn sought(typed: &str) -> Option<String> {
    Some(text::clean(typed).chars().map(text::narrow).collect::<String>()).filter(|text| !text.is_empty())
}

impl Narrow {
    /// The rows of a query that are meant.
    pub fn rows<E: EntityTrait>(&self, query: Select<E>, places: &Places<'_, E::Column>) -> Select<E> {
        let mut all = Condition::all();
        if let Some(typed) = self.q.as_deref().and_then(sought) {
            let mut any = Condition::any().add(places.id.eq(typed.as_str()));
            for column in places.names {
                any = any.add(holds(*column, &typed));
            }
            for column in places.parties {
                let named = subquery(organisation::Entity, organisation::Column::Id, holds(organisation::Column::Name, &typed));
                any = any.add(column.in_subquery(named));
                if !self.named.is_empty() {
                    any = any.add(column.is_in(self.named.iter().map(String::as_str)));
                }
            }
            all = all.add(any);
        }
        if let Some((column, product)) = places.product.zip(self.product_id.as_deref()) {
            all = all.add(column.eq(product));
        }
        if let Some((column, state)) = places.state.zip(self.state.as_deref()) {
            all = all.add(column.eq(state));
        }
        match places.when {
            Some(When::Day(column)) => {
                all = all.add_option(self.from.map(|day| column.gte(day.to_string())));
                all = all.add_option(self.to.map(|day| column.lte(day.to_string())));
            }
            Some(When::Moment(column)) => {
                all = all.add_option(self.from.map(|day| column.gte(day.start())));
                all = all.add_option(self.to.map(|day| column.lt(day.plus(1).start())));
            }
            None => {}
        }
        query.filter(all)
    }

    /// One page of what is meant, and the cursor of the page after it. A cursor is the id of the last row, and behind `~` what that row is
    /// ordered by where this is not the id.
    ///
    /// # Errors
    /// `cursor_unknown` for a cursor that was never given for this order.
    pub async fn page<C: ConnectionTrait, E: EntityTrait>(
        &self,
        connection: &C,
        query: Select<E>,
        places: &Places<'_, E::Column>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Outcome<(Vec<E::Model>, Option<String>)> {
        let (id, asked) = (places.id, self.sort.as_deref());
        let by = asked.and_then(|word| places.orders.iter().find(|(known, _)| *known == word)).map(|(_, column)| *column);
        let down = if by.is_some() { self.down } else { places.newest };
        let by = by.filter(|column| column.as_str() != id.as_str());
        let mut query = self.rows(query, places);
        if let Some(cursor) = cursor {
            query = query.filter(beyond(by, id, down, cursor)?);
        }
        if let Some(by) = by {
            query = if down { query.order_by_desc(by) } else { query.order_by_asc(by) };
        }
        query = if down { query.order_by_desc(id) } else { query.order_by_asc(id) };
        let mut rows = query.limit(limit.saturating_add(1)).all(connection).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(|row| match by {
            Some(by) => format!("{}~{}", plain(row.get(id)), plain(row.get(by))),
            None => plain(row.get(id)),
        });
        Ok((rows, next))
    }
}

/// Rows that come after the one a cursor names.
fn beyond<C: ColumnTrait>(by: Option<C>, id: C, down: bool, cursor: &str) -> Outcome<Condition> {
    let after = |column: C, value: Value| if down { column.lt(value) } else { column.gt(value) };
    let Some(by) = by else {
        let last = cursor.split('~').next().unwrap_or_default();
        return Ok(Condition::all().add(after(id, Value::from(last))));
    };
    let unknown = || Failure::invalid("cursor_unknown");
    let (last, value) = cursor.split_once('~').ok_or_else(unknown)?;
    let value = match by.def().get_column_type() {
        ColumnType::BigInteger => Value::from(value.parse::<i64>().map_err(|_| unknown())?),
        _ => Value::from(value),
    };
    let not_before = if down { by.lte(value.clone()) } else { by.gte(value.clone()) };
    let any = Condition::any().add(after(by, value)).add(after(id, Value::from(last)));
    Ok(Condition::all().add(not_before).add(any))
}

/// A stored value as a cursor has it.
fn plain(value: Value) -> String {
    match value {
        Value::String(Some(text)) => text,
        Value::BigInt(Some(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::SqliteQueryBuilder;
    use sea_orm::{QueryTrait, sea_query};

    use super::*;
    use crate::entity::delivery::{Column as Col, Entity};

    const PLACES: Places<'static, Col> = Places {
        id: Col::Id,
        newest: true,
        names: &[Col::CertificateNo],
        parties: &[Col::BuyerId],
        product: Some(Col::ProductId),
        state: None,
        when: Some(When::Day(Col::DeliveredOn)),
        orders: &[("day", Col::DeliveredOn), ("amount", Col::Amount), ("recorded", Col::Id)],
    };

    fn sql(narrow: &Narrow) -> String {
        narrow.rows(Entity::find(), &PLACES).into_query().to_string(SqliteQueryBuilder)
    }

    #[test]
    fn an_empty_narrowing_leaves_the_query_alone() {
        let whole: sea_query::SelectStatement = Entity::find().into_query();
        assert_eq!(sql(&Narrow::default()).replace(" WHERE TRUE", ""), whole.to_string(SqliteQueryBuilder));
    }

    #[test]
    fn a_text_is_looked_for_as_it_stands() {
        let narrow = Narrow { q: Some(" A_1％ ".into()), named: vec!["gro_1".into()], ..Narrow::default() };
        let asked = sql(&narrow);
        assert!(asked.contains(r"'%a\_1\%%' ESCAPE '\'"), "{asked}");
        assert!(asked.contains("IN ('gro_1')") && asked.contains("FROM \"organisation\""), "{asked}");
        assert_eq!(sql(&Narrow { q: Some("  ".into()), ..Narrow::default() }), sql(&Narrow::default()));
    }

    #[test]
    fn a_cursor_fits_its_order_or_is_refused() {
        let beyond = |by, cursor| beyond(by, Col::Id, true, cursor);
        assert!(beyond(Some(Col::Amount), "del_1~500").is_ok() && beyond(None, "del_1").is_ok() && beyond(None, "del_1~500").is_ok());
        for cursor in ["del_1", "del_1~", "del_1~many"] {
            assert!(beyond(Some(Col::Amount), cursor).unwrap_err().says("cursor_unknown"), "{cursor}");
        }
    }
}
