//! Alerts and the rules that raise them.

crate::step!("m0017_alerts", &[]);
