//! What is done to the register. Every act is one event, in the caller's transaction; every fault of what was sent is said at once,
//! with its place. Nothing here changes what was recorded before: a fact that turns out otherwise is recorded anew, with its source.

mod announcement;
mod area;
mod consent;
mod facility;
mod form;
mod grower;
mod grower_change;
mod index;
mod load;
mod mark_use;
mod organisation;
mod plot;
mod plot_end;
mod printing_house;
mod product;
mod product_word;
mod right;
mod setting;
mod standard;
mod yearly_notice;

pub use announcement::{AnnouncementInput, record_announcement};
pub use area::{AreaInput, AreaPlaceInput, record_area};
pub use consent::{ConsentInput, ConsentPurpose, record_consent, withdraw_consent};
pub use facility::{CloseInput, FacilityInput, LicenceInput, close_facility, license_facility, register_facility};
pub use form::Registered;
pub use grower::{GrowerInput, GrowerKind, register_grower};
pub use grower_change::{GrowerChange, change_grower, open_grower_account, reset_grower_account};
pub use load::{load_demo_figures, load_register};
pub use mark_use::{
    ArtworkInput, EndInput, Ending, MarkUseInput, ResumeInput, SuspendInput, end_mark_use, file_artwork, grant_applied_mark_use,
    grant_mark_use, resume_mark_use, suspend_mark_use, untied_to_users,
};
pub use organisation::register_organisation;
pub use plot::{PlaceInput, PlotInput, register_plot};
pub use plot_end::{PlotEnd, end_plot};
pub use printing_house::{
    LabelDesignInput, LastDayInput, PrintingHouseInput, end_label_design, end_printing_house, record_label_design, register_printing_house,
};
pub use product::{ProductInput, ReleaseBy, TestPlanItem, TestScope, change_product, register_product};
pub use product_word::{WordEnd, WordInput, WordKind, end_word, record_word};
pub use right::{RegistrationKind, RightInput, record_right};
pub use setting::{CalendarInput, SettingInput, SiteNoticeInput, give_notice, record_days, record_setting, withdraw_notice};
pub use standard::{StandardInput, record_standard};
pub use yearly_notice::{YearlyNotice, give_yearly_notice};
