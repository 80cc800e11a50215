use super::*;

#[test]
fn the_way_of_a_batch() {
    use BatchState as S;
    let may: Vec<_> = S::ALL
        .iter()
        .flat_map(|a| S::ALL.iter().map(move |b| (*a, *b)))
        .filter(|(a, b)| a.may_become(*b))
        .map(|(a, b)| (a.word(), b.word()))
        .collect();
    let expected = [
        ("registered", "released"),
        ("registered", "on_hold"),
        ("registered", "voided"),
        ("released", "on_hold"),
        ("released", "voided"),
        ("on_hold", "registered"),
        ("on_hold", "released"),
        ("on_hold", "voided"),
    ];
    assert_eq!(may, expected);
    let takes: Vec<_> = S::ALL.iter().filter(|s| s.takes_codes()).map(|s| s.word()).collect();
    assert_eq!(takes, ["released"]);
    assert_eq!((S::after_hold(true), S::after_hold(false)), (S::Released, S::Registered));
}

#[test]
fn one_harvest_is_shared_by_area_to_the_gram() {
    assert_eq!(share(10, &[1, 1, 1]), [3, 3, 4]);
    assert_eq!(share(1_000_000_000_000, &[100_000_000, 1]).iter().sum::<i64>(), 1_000_000_000_000);
    assert_eq!(share(7, &[0, 0]), [0, 0]);
    assert_eq!(share(7, &[]), Vec::<i64>::new());
}

#[test]
fn a_new_weight_goes_to_the_only_source_or_is_shared_anew() {
    let plot = |id: &str, g| SourceInput { plot_id: Some(id.to_owned()), net_weight_g: Some(g), ..SourceInput::default() };
    let one = BatchInput { sources: vec![plot("plo_1", 5)], ..BatchInput::default() };
    let patch = BatchPatch { net_weight_g: Some(9), ..BatchPatch::default() };
    assert_eq!(patch.apply(one.clone()).sources, [plot("plo_1", 9)]);
    let two = BatchInput { sources: vec![plot("plo_1", 5), plot("plo_2", 5)], ..BatchInput::default() };
    let now = patch.apply(two);
    assert_eq!((now.sources.len(), now.plot_ids.len(), now.net_weight_g), (0, 2, Some(9)));
    let regraded = BatchPatch { grade: Some("一级".to_owned()), ..BatchPatch::default() }.apply(one.clone());
    assert_eq!((regraded.sources, regraded.grade.as_deref()), (one.sources, Some("一级")));
}

#[test]
fn input_is_a_name_or_a_material_with_its_weight() {
    let read = |text: &str| serde_json::from_str::<InputSource>(text).map(|i| i.material()).ok();
    assert_eq!(read(r#""小麦粉""#).unwrap().name, "小麦粉");
    assert_eq!(read(r#"{"name":"小麦粉","weight_g":50000000}"#).unwrap().weight_g, Some(50_000_000));
    assert!(read(r#"{"name":"小麦粉","weight":1}"#).is_none());
}

#[test]
fn unknown_fields_are_refused() {
    assert!(serde_json::from_str::<BatchInput>(r#"{"product_id":"p","lot":"1","net_weight":5}"#).is_err());
    assert!(serde_json::from_str::<BatchInput>(r#"{"product_id":"p","lot":"1","net_weight_g":1e3}"#).is_err());
    assert!(["不合格", "FAIL", " failed "].iter().all(|r| is_failed(r)) && !is_failed("合格") && !is_failed("<0.01 mg/kg"));
}
