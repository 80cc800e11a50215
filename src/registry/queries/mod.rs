//! Read models of the register, named after what they answer. Products, rights, announcements, areas, standards and divisions are
//! public; growers, plots and mark uses start from the actor's scope, and what is out of it is `not_found`.
//!
//! Where a question has an `as_of`, the answer is of that day: rights and mark uses in force then, plots valid then.

mod announcement;
mod area;
mod consent;
mod division;
mod facility;
mod grower;
mod mark_use;
mod page;
mod plot;
mod printing_house;
mod product;
mod product_word;
mod right;
mod roll;
mod search;
mod setting;
mod standard;

pub use announcement::{AnnouncementView, announcement, announcements};
pub use area::{AreaPlaceView, AreaView, area, areas};
pub use consent::{ConsentView, consents};
pub use division::{DivisionView, division, division_names, divisions};
pub use facility::{FacilitiesAsked, FacilityView, LicenceView, facilities, facility};
pub use grower::{GrowerView, find_growers, grower, growers, growers_by_id, growers_meant, growers_named};
pub use mark_use::{MarkUseView, MarkUsesAsked, StandingWord, SuspensionView, find_mark_uses, mark_use, mark_uses, products_in_use};
pub use page::{MarkUser, ProductFacts, product_counties, product_facts};
pub use plot::{EnteredAreaView, PlotPlaceView, PlotView, PlotsAsked, find_plots, plot, plots, plots_beside};
pub use printing_house::{
    LabelDesignView, PrintingHouseView, label_design, label_designs, printing_house_named, printing_house_view, printing_houses,
};
pub use product::{ProductView, ProductsAsked, RightBrief, product, product_count, product_names, products};
pub use product_word::{WordView, words, words_of};
pub use right::{RightView, RightsAsked, right, rights};
pub use roll::{firm, roll};
pub use search::{Kind, search, search_organisations};
pub use setting::{calendar, calendar_days, in_maintenance, last_day_in, site_notices, term, terms};
pub use standard::{StandardView, standard, standards};

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// This page.
    pub items: Vec<T>,
    /// Where the next one begins; none at the end.
    pub next_cursor: Option<String>,
}

impl<T> Listed<T> {
    /// From `rows` read one further than `limit`, so that a full page knows whether another follows.
    fn cut<R>(mut rows: Vec<R>, limit: u64, id: impl Fn(&R) -> String) -> (Vec<R>, Option<String>) {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(id);
        (rows, next)
    }
}
