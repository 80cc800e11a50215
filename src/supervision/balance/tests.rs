use super::*;

/// A season in which everything is as it should be: 10 t approved and delivered, 8 t packed, 5 t coded and shipped.
fn season() -> Books {
    Books {
        has_account: true,
        rests_on_land: true,
        plots: 3,
        may: 2_000,
        received: 8_000,
        delivered: 8_000,
        deliveries: 4,
        remaining: 1_500,
        in_batches: 8_000,
        elsewhere: 500,
        batches: 2,
        registered: 8_500,
        packed: 8_000,
        coded: 5_000,
        activated: 5_000,
        printed: 1_100,
        on_hand: 50,
        on_hand_amount: 250,
        shipments: 3,
        shipped: 5_000,
        scanned_codes: 400,
        scanned: 2_000,
        packs: Some((5, 5)),
        ..Books::default()
    }
}

fn beside() -> Beside {
    Beside {
        sales: Some(Declared { listings: 1, low: 100, high: 600, sized: (0, 0), unsized_items: (100, 600) }),
        stands_out: None,
        sees_trade: true,
    }
}

fn bent(bend: impl FnOnce(&mut Books)) -> Row {
    let mut books = season();
    bend(&mut books);
    row(&books, &beside())
}

#[test]
fn a_season_in_order_fits() {
    let row = row(&season(), &beside());
    assert_eq!((row.impossible.len(), row.look.len(), row.standing()), (0, 0, Standing::Fits), "{row:?}");
    assert_eq!(row.figure(Figure::Sold), Amount::Between(500, 3_000), "items times the pack");
}

#[test]
fn every_relation_that_can_not_be_true_is_red_and_only_it() {
    type Bend = fn(&mut Books);
    let table: [(Impossible, Bend); 8] = [
        (Impossible::RegisteredOverMay, |b| b.registered = 10_001),
        (Impossible::CodedOverPacked, |b| b.coded = 8_001),
        (Impossible::ActivatedOverCoded, |b| b.activated = 5_001),
        (Impossible::ActivatedUnreleased, |b| b.unreleased = 1),
        (Impossible::ShippedOverPacked, |b| b.shipped = 8_001),
        (Impossible::ScannedOverPrinted, |b| b.scanned_codes = 1_101),
        (Impossible::ReceivedOverDelivered, |b| b.delivered = 7_999),
        (Impossible::BooksUnequal, |b| b.remaining = 1_499),
    ];
    for (what, bend) in table {
        let row = bent(bend);
        let found: Vec<_> = row.impossible.iter().map(|found| found.what).collect();
        assert_eq!(found, [what], "{}", what.word());
        assert_eq!(row.standing(), Standing::Impossible);
    }
    let sums = GrowerSums { households: 2, may: 10, delivered: 11, ..GrowerSums::default() };
    assert_eq!(growers_row(&sums).impossible[0].what, Impossible::DeliveredOverMay);
}

#[test]
fn the_last_gram_is_still_possible() {
    let row = bent(|b| {
        (b.registered, b.coded, b.activated, b.shipped) = (10_000, 8_000, 8_000, 8_000);
        b.scanned_codes = 1_100;
    });
    assert_eq!(row.impossible, []);
}

#[test]
fn what_a_person_should_look_at_is_amber_and_never_red() {
    type Bend = fn(&mut Books);
    let table: [(Look, Bend); 6] = [
        (Look::Pending, |b| b.pending = 1),
        (Look::NearlyUsed, |b| b.reserved = 4_500),
        (Look::ManyOnHand, |b| b.on_hand_amount = 2_000),
        (Look::ScannedIdle, |b| b.scanned_idle = 1),
        (Look::ScannedOverShipped, |b| b.scanned = 5_001),
        (Look::SoldOverShipped, |b| b.packs = Some((51, 51))),
    ];
    for (what, bend) in table {
        let row = bent(bend);
        assert_eq!(row.look.iter().map(|found| found.what).collect::<Vec<_>>(), [what], "{}", what.word());
        assert_eq!(row.standing(), Standing::Look);
    }
    let past = Beside { stands_out: Some((10_000, 4_000)), ..beside() };
    assert_eq!(row(&season(), &past).look[0].what, Look::StandsOut);
}

#[test]
fn what_is_not_known_is_never_in_order() {
    type Bend = fn(&mut Books);
    let table: [(Unknown, Figure, Bend); 5] = [
        (Unknown::NoAccount, Figure::May, |b| {
            *b = Books { has_account: false, may: 0, remaining: 0, in_batches: 0, elsewhere: 0, ..b.clone() }
        }),
        (Unknown::NoLand, Figure::May, |b| b.plots = 0),
        (Unknown::NoShipments, Figure::Shipped, |b| (b.shipments, b.shipped) = (0, 0)),
        (Unknown::NoScans, Figure::Scanned, |b| (b.scanned_codes, b.scanned) = (0, 0)),
        (Unknown::NoPacks, Figure::Sold, |b| b.packs = None),
    ];
    for (why, figure, bend) in table {
        let row = bent(bend);
        assert_eq!(row.figure(figure), Amount::Unknown(why), "{}", why.word());
        assert!(row.unknown().contains(&why));
        assert_ne!(row.standing(), Standing::Fits);
    }
    let unseen = Beside { sales: None, ..beside() };
    assert_eq!(row(&season(), &unseen).standing(), Standing::Unknown);
    let nothing = row(&Books::default(), &Beside { sees_trade: true, ..Beside::default() });
    assert_eq!((nothing.standing(), nothing.impossible.len()), (Standing::Unknown, 0));
}

#[test]
fn who_holds_the_right_is_not_shown_what_went_to_customers() {
    let row = row(&season(), &Beside { sees_trade: false, ..beside() });
    assert_eq!(row.figure(Figure::Shipped), Amount::Unknown(Unknown::NotYours));
    assert_eq!(row.figure(Figure::Sold), Amount::Unknown(Unknown::NotYours));
    assert_eq!(row.figure(Figure::Coded), Amount::Is(5_000));
}

#[test]
fn a_total_adds_what_is_known_and_counts_growers_once() {
    let growers = growers_row(&GrowerSums { households: 2, may: 9_000, delivered: 8_000, ..GrowerSums::default() });
    let silent = bent(|b| (b.shipments, b.shipped) = (0, 0));
    let total = total(&[row(&season(), &beside()), silent], Some(&growers));
    let of = |figure: Figure| total.iter().find(|(f, _)| *f == figure).unwrap().1;
    assert_eq!(of(Figure::May), Amount::Is(2_000 + 2_000 + 9_000));
    assert_eq!(of(Figure::Received), Amount::Is(16_000));
    assert_eq!(of(Figure::Shipped), Amount::Is(5_000), "of who keeps shipments");
    assert_eq!(of(Figure::Sold), Amount::Between(1_000, 6_000));
}
