//! One file per table, no behaviour. Columns mean what `migrations` says beside each table; amounts are in the product's base
//! unit, instants in ms UTC, days `YYYY-MM-DD`.
#![expect(missing_docs, reason = "columns are documented once, beside the table in `migrations`")]

pub mod account;
pub mod adjustment;
pub mod announcement;
pub mod area;
pub mod area_place;
pub mod batch;
pub mod batch_check;
pub mod batch_right;
pub mod batch_source;
pub mod batch_test;
pub mod code_order;
pub mod code_range;
pub mod code_stat;
pub mod day_key;
pub mod delivery;
pub mod division;
pub mod division_successor;
pub mod download;
pub mod event;
pub mod event_body;
pub mod gi_right;
pub mod grower;
pub mod idempotency;
pub mod ledger_head;
pub mod mark_use;
pub mod mark_use_suspension;
pub mod movement;
pub mod organisation;
pub mod pack;
pub mod pin_use;
pub mod plot;
pub mod plot_place;
pub mod product;
pub mod recall;
pub mod refused_act;
pub mod right_announcement;
pub mod role_grant;
pub mod scan;
pub mod search_gram;
pub mod search_text;
pub mod season_account;
pub mod session;
pub mod standard;
pub mod stop;
