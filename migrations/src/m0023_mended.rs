//! What a review of the supervision found missing.

crate::step!(
    "m0023_mended",
    &[
        // A firm stands on the list once, also when two officers propose it at the same moment.
        "CREATE UNIQUE INDEX abnormal_entry_once ON abnormal_entry (organisation_id) WHERE state IN ('proposed', 'in_force', 'lift_proposed')",
    ]
);
