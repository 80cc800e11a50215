//! Tables of the trade.

pub mod declared;
pub mod listing;
pub mod seller;
pub mod shown;

pub use listing::{CaptureRow, ListingRow};
pub use seller::{SellerRow, ShopRow};
