use super::*;

const OWNER: KeyOwner<'static> =
    KeyOwner { order_no: 7, locator: Locator::new(12_345).unwrap(), count: 10_000, kind: CodeKind::Unit, producer: "org_01k" };

fn masters(seeds: &[u64]) -> MasterKeys {
    MasterKeys(seeds.iter().map(|&seed| Master::draw(&Random::seeded(seed))).collect())
}

#[test]
fn a_key_opens_for_its_own_order_only() {
    let random = Random::seeded(1);
    let masters = masters(&[10]);
    let key = OrderKey::draw(&random);
    let wrapped = wrap(&masters, &key, &OWNER, &random).unwrap();
    assert_eq!(wrapped.bytes.len(), WRAPPED_LENGTH);
    assert_eq!(unwrap(&masters, &wrapped, &OWNER).unwrap(), key);
    assert!(!wrapped.bytes.windows(8).any(|w| key.0.windows(8).any(|k| k == w)));
    for other in [
        KeyOwner { order_no: 8, ..OWNER },
        KeyOwner { locator: Locator::new(12_346).unwrap(), ..OWNER },
        KeyOwner { count: 10_001, ..OWNER },
        KeyOwner { kind: CodeKind::Sample, ..OWNER },
        KeyOwner { producer: "org_01m", ..OWNER },
        KeyOwner { producer: "org_01", ..OWNER },
    ] {
        assert!(matches!(unwrap(&masters, &wrapped, &other), Err(KeyTrouble::DoesNotOpen)), "{other:?}");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let random = Random::seeded(2);
    let masters = masters(&[10]);
    let wrapped = wrap(&masters, &OrderKey::draw(&random), &OWNER, &random).unwrap();
    for i in 0..wrapped.bytes.len() {
        let mut changed = wrapped.clone();
        changed.bytes[i] ^= 1;
        assert!(matches!(unwrap(&masters, &changed, &OWNER), Err(KeyTrouble::DoesNotOpen)), "byte {i}");
    }
    for length in [0, 11, 12, 59] {
        let cut = WrappedKey { bytes: wrapped.bytes[..length].to_vec(), ..wrapped.clone() };
        assert!(matches!(unwrap(&masters, &cut, &OWNER), Err(KeyTrouble::DoesNotOpen)), "{length} bytes");
    }
}

#[test]
fn another_master_key_does_not_open_it() {
    let random = Random::seeded(3);
    let wrapped = wrap(&masters(&[10]), &OrderKey::draw(&random), &OWNER, &random).unwrap();
    assert!(matches!(unwrap(&masters(&[11]), &wrapped, &OWNER), Err(KeyTrouble::NoSuchMaster(id)) if id == wrapped.master_key_id));
    let same_name = MasterKeys(vec![Master { id: wrapped.master_key_id.clone(), key: [1; 32] }]);
    assert!(matches!(unwrap(&same_name, &wrapped, &OWNER), Err(KeyTrouble::DoesNotOpen)));
}

#[test]
fn two_wrappings_of_one_key_differ() {
    let random = Random::seeded(4);
    let masters = masters(&[10]);
    let key = OrderKey::draw(&random);
    assert_ne!(wrap(&masters, &key, &OWNER, &random).unwrap(), wrap(&masters, &key, &OWNER, &random).unwrap());
}

#[test]
fn rotation_keeps_the_order_key_and_is_done_once() {
    let random = Random::seeded(5);
    let key = OrderKey::draw(&random);
    let wrapped = wrap(&masters(&[10]), &key, &OWNER, &random).unwrap();
    let both = masters(&[11, 10]);
    let again = rewrap(&both, &wrapped, &OWNER, &random).unwrap().unwrap();
    assert_eq!(again.master_key_id, both.current());
    assert_eq!(unwrap(&masters(&[11]), &again, &OWNER).unwrap(), key);
    assert_eq!(rewrap(&both, &again, &OWNER, &random).unwrap(), None);
    let stranger = KeyOwner { count: 1, ..OWNER };
    assert!(rewrap(&both, &again, &stranger, &random).is_err(), "a sweep notices an edited order");
}

#[test]
fn key_text_is_read_line_by_line() {
    let (a, b) = ("ab".repeat(32), "CD".repeat(32));
    let read = MasterKeys::read(&format!("# current first\n\n2026-b  {b}\r\n2025.a {a}\n")).unwrap();
    assert_eq!(read.current(), "2026-b");
    assert_eq!(read.find("2025.a").unwrap().key, [0xab; 32]);
    assert_eq!(read.find("2026-b").unwrap().key, [0xcd; 32]);
    assert_eq!(format!("{read:?}"), r#"["2026-b", "2025.a"]"#);

    let bare = MasterKeys::read(&a).unwrap();
    assert_eq!(bare.0[0].id, Master::named_after_itself([0xab; 32]).id);
    for (text, line) in [
        (format!("a {a}\na {b}"), 2),
        (format!("{a}\n{a}"), 2),
        (format!("a {a} more"), 1),
        (format!("a {}", &a[1..]), 1),
        (format!("a {a}00"), 1),
        (format!("\nä {a}"), 2),
        (format!("{} {a}", "i".repeat(41)), 1),
        (format!("a {}", "xy".repeat(32)), 1),
    ] {
        assert!(matches!(MasterKeys::read(&text), Err(KeyTrouble::Line { line: l, .. }) if l == line), "{text}");
    }
    assert!(matches!(MasterKeys::read("# nothing\n"), Err(KeyTrouble::Empty)));
}

#[test]
fn the_key_file_is_private_never_overwritten_and_grows_by_rotation() {
    let random = Random::seeded(6);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.keys");
    let first = MasterKeys::create(&path, &random).unwrap();
    let mode = |path: &Path| std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(MasterKeys::load(&path).unwrap().current(), first.current());

    let before = fs::read(&path).unwrap();
    assert!(matches!(MasterKeys::create(&path, &random), Err(KeyTrouble::File(e)) if e.kind() == io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read(&path).unwrap(), before);

    let wrapped = wrap(&first, &OrderKey::draw(&random), &OWNER, &random).unwrap();
    let second = MasterKeys::add(&path, &random).unwrap();
    assert_ne!(second.current(), first.current());
    assert_eq!(mode(&path), 0o600);
    let loaded = MasterKeys::load(&path).unwrap();
    assert_eq!(loaded.current(), second.current());
    assert!(unwrap(&loaded, &wrapped, &OWNER).is_ok());
    assert!(rewrap(&loaded, &wrapped, &OWNER, &random).unwrap().is_some());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing left beside it");
}

#[test]
fn the_digest_of_a_key_is_plain_sha256_and_keys_are_not_shown() {
    let key = OrderKey::from_bytes([0; 32]);
    assert_eq!(key.sha256(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    assert_eq!(format!("{key:?}"), "OrderKey(…)");
}
