//! From land to label: season accounts, deliveries, batches, code orders, scans and what a scan may say.

pub mod verdict;
