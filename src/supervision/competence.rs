//! Who may act on what: competence by division.

use crate::kernel::{Failure, FailureKind, Outcome, Scope};
use crate::trace::store::order::{ProducerRow, ProductRow};

/// What an act is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Goods of a producer under a product: codes, orders, batches.
    Goods(&'a ProducerRow, &'a ProductRow),
    /// A producer with all its goods.
    Producer(&'a ProducerRow),
    /// A product with all its producers.
    Product(&'a ProductRow),
}

/// May somebody of this reach act on it?
///
/// # Errors
/// `not_found` for goods and producers out of reach; `not_competent` for a product of which some county is.
pub fn check(scope: &Scope, subject: Subject<'_>) -> Outcome<()> {
    let counties = |product: &ProductRow| -> Vec<bool> {
        product.county_codes.split(';').filter(|c| !c.is_empty()).map(|c| scope.reaches_division(c)).collect()
    };
    let producer = |row: &ProducerRow| scope.reaches_division(&row.division_code);
    match subject {
        _ if scope.all => Ok(()),
        Subject::Goods(row, product) if producer(row) || counties(product).contains(&true) => Ok(()),
        Subject::Producer(row) if producer(row) => Ok(()),
        Subject::Goods(..) | Subject::Producer(_) => Err(Failure::not_found()),
        Subject::Product(product) => {
            let counties = counties(product);
            if !counties.is_empty() && counties.iter().all(|reached| *reached) {
                return Ok(());
            }
            Err(Failure::new(FailureKind::Forbidden, "not_competent").with("product", &product.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn producer(division: &str) -> ProducerRow {
        ProducerRow {
            id: "org_1".to_owned(),
            kind: "producer".to_owned(),
            name: "合作社".to_owned(),
            credit_code: None,
            credit_code_evidence: None,
            division_code: division.to_owned(),
            contact: None,
            state: "active".to_owned(),
            demo: false,
            registered_at: 0,
        }
    }

    fn product(counties: &str) -> ProductRow {
        ProductRow {
            carry_labels: false,
            on_hand_limit: None,
            id: "pro_1".to_owned(),
            slug: "li".to_owned(),
            name: "梨".to_owned(),
            aliases: String::new(),
            latin_name: None,
            city_codes: "130100".to_owned(),
            product_group: String::new(),
            carry_over_cap: None,
            varieties: String::new(),
            test_plan: None,
            note: None,
            demo_figures: String::new(),
            county_codes: counties.to_owned(),
            class: "fruit".to_owned(),
            base_unit: "g".to_owned(),
            account_basis: "plots".to_owned(),
            season_from: None,
            season_to: None,
            closing: None,
            fresh: true,
            release_by: "checks".to_owned(),
            yield_cap: None,
            yield_cap_source: None,
            quality: None,
            sort_key: "li".to_owned(),
            source: "t".to_owned(),
            confidence: "A".to_owned(),
            demo: false,
            registered_at: 0,
        }
    }

    #[test]
    fn competence_follows_the_division() {
        let of = |prefix: &str| Scope { divisions: vec![prefix.to_owned()], ..Scope::default() };
        let (jinzhou, zhaoxian) = (producer("130183"), producer("130133"));
        let (pear, noodles) = (product("130183;130109"), product(""));
        let may = |scope: &Scope, subject: Subject<'_>| check(scope, subject).is_ok();
        let (city, county, other) = (of("1301"), of("130183"), of("130133"));
        assert!(may(&county, Subject::Goods(&jinzhou, &noodles)) && may(&county, Subject::Goods(&zhaoxian, &pear)));
        assert!(may(&other, Subject::Goods(&zhaoxian, &pear)) && !may(&other, Subject::Goods(&jinzhou, &pear)));
        assert!(may(&other, Subject::Producer(&zhaoxian)) && !may(&other, Subject::Producer(&jinzhou)));
        assert!(may(&city, Subject::Product(&pear)), "all of its counties");
        assert!(!may(&county, Subject::Product(&pear)), "one of its counties is not enough for the whole product");
        assert!(!may(&city, Subject::Product(&noodles)), "nobody knows where it lies");
        assert!(may(&Scope::everything(), Subject::Product(&noodles)));
        assert!(check(&other, Subject::Producer(&jinzhou)).unwrap_err().says("not_found"));
        let holder = Scope { organisations: vec!["org_1".to_owned()], holders: vec!["org_1".to_owned()], ..Scope::default() };
        assert!(!may(&holder, Subject::Goods(&jinzhou, &pear)), "owning the goods is no competence");
    }
}
