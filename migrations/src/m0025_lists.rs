//! What lists and the scale look for, where a buyer has tens of thousands of deliveries.

crate::step!(
    "m0025_lists",
    &[
        // A day at the scale, and a list by day.
        "CREATE INDEX delivery_day ON delivery (buyer_id, delivered_on, id)",
        // What a batch may still be made of.
        "CREATE INDEX delivery_left ON delivery (buyer_id, product_id, delivered_on, id) WHERE used < covered",
        // A household by its number.
        "CREATE INDEX grower_household ON grower (registered_by_id, household_no)",
    ]
);
