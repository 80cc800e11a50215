//! The most labels of a product that a producer may have on no goods.

crate::step!("m0030_on_hand_limits", &["ALTER TABLE product ADD COLUMN on_hand_limit BIGINT"]);
