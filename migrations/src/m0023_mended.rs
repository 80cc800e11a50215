//! What a review of the supervision found missing.

crate::step!(
    "m0023_mended",
    &[
        // The day on which a frozen list is public at the latest; before that, once every inspection that came of it is on record.
        "ALTER TABLE inspection_draw ADD COLUMN list_open_on TEXT",
        // A firm stands on the list once, also when two officers propose it at the same moment.
        "CREATE UNIQUE INDEX abnormal_entry_once ON abnormal_entry (organisation_id) WHERE state IN ('proposed', 'in_force', 'lift_proposed')",
    ]
);
