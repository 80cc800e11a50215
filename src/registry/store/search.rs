//! What search looks in: one folded text per subject, and its grams. The statements here only narrow; who asks checks exactly.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};

use super::insert_all;
use crate::db::Tx;
use crate::entity::{organisation, search_gram, search_text};
use crate::kernel::{Failure, Outcome};
use crate::registry::search;

/// Grams of the name itself.
const IN_NAME: i64 = 0;
/// Grams of aliases, places, holders and readings that the name does not have.
const ELSEWHERE: i64 = 1;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Products, by name, alias, place and holder.
    Product,
    /// Organisations, by name and place. Only for people signed in.
    Organisation,
}

impl Kind {
    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Organisation => "organisation",
        }
    }
}

/// One subject as search keeps it.
#[derive(Debug, Clone)]
pub struct Entry {
    kind: Kind,
    subject_id: String,
    name: String,
    words: String,
    sort_key: String,
}

impl Entry {
    /// From what the subject is called and found by.
    pub fn of(kind: Kind, subject_id: &str, name: &str, aliases: &[&str], places: &[&str], holders: &[&str]) -> Self {
        Self {
            kind,
            subject_id: subject_id.to_owned(),
            name: search::fold(name),
            words: search::search_text(&[name], aliases, places, holders),
            sort_key: search::sort_key(name),
        }
    }

    fn grams(&self) -> Vec<search_gram::Model> {
        let in_name = search::grams(&self.name);
        let row = |gram: String| search_gram::Model {
            kind: self.kind.word().to_owned(),
            part: if in_name.contains(&gram) { IN_NAME } else { ELSEWHERE },
            gram,
            subject_id: self.subject_id.clone(),
        };
        search::grams(&self.words).into_iter().map(row).collect()
    }

    fn text(&self) -> search_text::Model {
        search_text::Model {
            kind: self.kind.word().to_owned(),
            subject_id: self.subject_id.clone(),
            name: self.name.clone(),
            words: self.words.clone(),
            sort_key: self.sort_key.clone(),
        }
    }
}

/// Puts subjects in place of what was kept of them.
pub async fn put(tx: &Tx, entries: &[Entry]) -> Outcome<()> {
    for some in entries.chunks(200) {
        let Some(kind) = some.first().map(|entry| entry.kind.word()) else { continue };
        let ids: Vec<&str> = some.iter().map(|entry| entry.subject_id.as_str()).collect();
        search_text::Entity::delete_many()
            .filter(search_text::Column::Kind.eq(kind))
            .filter(search_text::Column::SubjectId.is_in(ids.iter().copied()))
            .exec(tx.connection())
            .await?;
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::Kind.eq(kind))
            .filter(search_gram::Column::SubjectId.is_in(ids))
            .exec(tx.connection())
            .await?;
    }
    insert_all(tx, entries.iter().map(Entry::text).collect()).await?;
    for some in entries.chunks(200) {
        insert_all(tx, some.iter().flat_map(Entry::grams).collect()).await?;
    }
    Ok(())
}

/// A subject that may be what is looked for.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(in crate::registry) struct Hit {
    /// Which.
    pub subject_id: String,
    /// Its folded name.
    pub name: String,
    /// Its searched text.
    pub words: String,
    /// Its place in lists.
    pub sort_key: String,
}

/// A column that holds this text somewhere. The text must be folded.
pub(super) fn holds<C: ColumnTrait>(column: C, text: &str) -> Expr {
    Expr::col(column).like(LikeExpr::new(anywhere(text)).escape('\\'))
}

fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// How many subjects have each of these grams (in their name, if asked so), counted no further than `most`.
pub(in crate::registry) async fn frequencies<C: ConnectionTrait>(
    connection: &C,
    kind: Kind,
    grams: &[String],
    in_name: bool,
    most: u32,
) -> Outcome<Vec<i64>> {
    let parts = if in_name { "= 0" } else { "IN (0, 1)" };
    let one = |n: usize| {
        let held = format!("SELECT 1 AS one FROM search_gram WHERE kind = $1 AND gram = ${n} AND part {parts} LIMIT {most}");
        format!("(SELECT COUNT(*) FROM ({held}) AS held) AS f{n}")
    };
    let columns: Vec<String> = (2..grams.len() + 2).map(one).collect();
    let values = std::iter::once(kind.word()).chain(grams.iter().map(String::as_str)).map(Value::from);
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), format!("SELECT {}", columns.join(", ")), values);
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(vec![0; grams.len()]) };
    (0..grams.len()).map(|n| Ok(row.try_get_by_index::<i64>(n)?)).collect()
}

/// Subjects that have all these grams, found by the first: few, or this is not the way to look.
///
/// First which, then their texts: in one statement a planner that thinks too many have the gram would read every text.
pub(in crate::registry) async fn by_grams<C: ConnectionTrait>(
    connection: &C,
    kind: Kind,
    grams: &[String],
    in_name: bool,
) -> Outcome<Vec<Hit>> {
    let parts = if in_name { "= 0" } else { "IN (0, 1)" };
    let mut sql = format!("SELECT g.subject_id FROM search_gram g WHERE g.kind = $1 AND g.gram = $2 AND g.part {parts}");
    for n in 3..grams.len() + 2 {
        sql += &format!(
            " AND EXISTS (SELECT 1 FROM search_gram h WHERE h.kind = $1 AND h.gram = ${n} AND h.part {parts} AND h.subject_id = g.subject_id)"
        );
    }
    let backend = connection.get_database_backend();
    let values = std::iter::once(kind.word()).chain(grams.iter().map(String::as_str)).map(Value::from);
    let found = connection.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let ids = found.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let listed = match backend {
        DatabaseBackend::Postgres => "SELECT json_array_elements_text(CAST($2 AS json))",
        _ => "SELECT value FROM json_each($2)",
    };
    let sql = format!("SELECT subject_id, name, words, sort_key FROM search_text WHERE kind = $1 AND subject_id IN ({listed})");
    let ids = serde_json::to_string(&ids).map_err(Failure::broken)?;
    let statement = Statement::from_sql_and_values(backend, sql, [kind.word().into(), ids.into()]);
    Ok(Hit::find_by_statement(statement).all(connection).await?)
}

/// Subjects that have all these words, found by reading every text: for words that many have.
pub(in crate::registry) async fn by_reading<C: ConnectionTrait>(connection: &C, kind: Kind, words: &[String]) -> Outcome<Vec<Hit>> {
    let mut sql = "SELECT subject_id, name, words, sort_key FROM search_text WHERE kind = $1".to_owned();
    for n in 2..words.len() + 2 {
        sql += &format!(" AND words LIKE ${n} ESCAPE '\\'");
    }
    let values = std::iter::once(kind.word().to_owned()).chain(words.iter().map(|word| anywhere(word))).map(Value::from);
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(Hit::find_by_statement(statement).all(connection).await?)
}

/// Where in the text a word is looked for, in the order of relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::registry) enum Place {
    /// The name begins with it.
    Beginning,
    /// The name has it further on.
    Name,
    /// The name has not, but the rest has.
    Elsewhere,
}

/// Subjects that have a word at this place, in the order of lists. For words that many have: it stops at `limit`.
pub(in crate::registry) async fn in_order<C: ConnectionTrait>(
    connection: &C,
    kind: Kind,
    word: &str,
    at: Place,
    limit: u64,
) -> Outcome<Vec<Hit>> {
    let condition = match at {
        Place::Beginning => "name >= $2 AND name < $3",
        Place::Name => "name LIKE $4 ESCAPE '\\' AND NOT (name >= $2 AND name < $3)",
        Place::Elsewhere => "words LIKE $4 ESCAPE '\\' AND name NOT LIKE $4 ESCAPE '\\'",
    };
    // Every value is named, whether the condition uses it or not: both engines want to know its type.
    let sql = format!(
        "SELECT subject_id, name, words, sort_key FROM search_text WHERE kind = $1 AND ({condition}) \
         AND $2 < $3 AND $4 <> '' ORDER BY sort_key, subject_id LIMIT {limit}"
    );
    let values: [Value; 4] = [kind.word().into(), word.into(), format!("{word}\u{10ffff}").into(), anywhere(word).into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(Hit::find_by_statement(statement).all(connection).await?)
}

/// Organisations that search does not know yet: id, name, division.
pub(in crate::registry) async fn organisations_unknown<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<(String, String, String)>> {
    use sea_orm::{QuerySelect, QueryTrait};
    let known = search_text::Entity::find()
        .select_only()
        .column(search_text::Column::SubjectId)
        .filter(search_text::Column::Kind.eq(Kind::Organisation.word()))
        .into_query();
    let rows = organisation::Entity::find().filter(organisation::Column::Id.not_in_subquery(known)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name, row.division_code)).collect())
}
