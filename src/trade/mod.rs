//! Who sells, and what is on sale where: facts only. What is thought of a listing is another matter.
//!
//! A seller is an organisation by its credit code, or a farmer by name and place, who needs no registration to sell what it grows
//! (电子商务法 10). A listing is one item of one platform; what it said is kept moment by moment and never changed.

pub mod address;
pub mod authorisation;
pub mod commands;
pub mod declared;
pub mod listing;
pub mod queries;
pub mod sales;
pub mod seller;
pub mod shown;
pub mod sku;
pub mod store;
