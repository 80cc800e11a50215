//! 检查项目清单: what each department looks at, from a day on. What comes with the program is `assets/data/checklists.csv`, each line with
//! its source; what a department records later stands beside it, whole. The list with the latest first day not after the visit counts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::{Day, Failure, Outcome};

/// A department's list from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Checklist {
    /// Whose.
    pub department: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// Its items in words, in order.
    pub items: Vec<String>,
    /// Where it is written.
    pub source: String,
}

/// One item with its department, as it stands on a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item {
    /// Whose list.
    pub department: String,
    /// Its words.
    pub item: String,
}

#[derive(Deserialize)]
struct Line {
    department: String,
    from: Day,
    item: String,
    source: String,
}

/// The lists that come with the program.
///
/// # Errors
/// Only if the program's own list is damaged.
pub fn shipped() -> Outcome<Vec<Checklist>> {
    let text = include_str!("../../assets/data/checklists.csv");
    let lines: Vec<Line> = csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(Failure::broken)?;
    let mut lists: Vec<Checklist> = Vec::new();
    for line in lines {
        match lists.iter_mut().find(|list| list.department == line.department && list.from == line.from) {
            Some(list) => {
                list.items.push(line.item);
                if !list.source.contains(&line.source) {
                    list.source = format!("{}；{}", list.source, line.source);
                }
            }
            None => lists.push(Checklist { department: line.department, from: line.from, items: vec![line.item], source: line.source }),
        }
    }
    Ok(lists)
}

/// A department's list on a day; of two from the same day the later recorded.
pub fn in_force<'a>(lists: &'a [Checklist], department: &str, day: Day) -> Option<&'a Checklist> {
    lists.iter().filter(|list| list.department == department && list.from <= day).max_by_key(|list| list.from)
}

/// Every item of these departments on a day, in order.
pub fn items(lists: &[Checklist], departments: &[String], day: Day) -> Vec<Item> {
    let of = |department: &String| in_force(lists, department, day).map(|list| list.items.clone()).unwrap_or_default();
    let item = |department: &String| {
        let name = department.clone();
        of(department).into_iter().map(move |item| Item { department: name.clone(), item })
    };
    departments.iter().flat_map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_with_their_sources_and_a_newer_one_takes_the_place_of_the_older() {
        let mut lists = shipped().unwrap();
        let day = |text: &str| Day::parse(text).unwrap();
        assert!(lists.iter().all(|list| !list.source.is_empty()));
        let both = ["市场监管".to_owned(), "农业农村".to_owned()];
        let before = items(&lists, &both, day("2026-11-26"));
        assert!(before.len() >= 14 && before[0].department == "市场监管");
        assert!(items(&lists, &both, day("2000-01-01")).is_empty(), "no list is in force before its day");
        let newer = |item: &str| Checklist {
            department: "市场监管".to_owned(),
            from: day("2027-01-01"),
            items: vec![item.to_owned()],
            source: "通知".to_owned(),
        };
        lists.extend([newer("一"), newer("二")]);
        assert_eq!(items(&lists, &both[..1], day("2026-12-31")), before[..before.len() - 4]);
        assert_eq!(items(&lists, &both[..1], day("2027-01-01"))[0].item, "二", "of two from one day the later recorded counts");
    }
}
