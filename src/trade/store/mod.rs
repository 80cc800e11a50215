//! Tables of the trade.

pub mod authorisation;
pub mod declared;
pub mod listing;
pub mod sales;
pub mod seller;
pub mod shown;
pub mod sku;

pub use authorisation::AuthorisationRow;
pub use listing::{CaptureRow, ListingRow};
pub use sales::{SalesImportRow, SalesLineRow};
pub use seller::{SellerRow, ShopRow};
pub use sku::SkuRow;
