//! The master key: at start, and when it is changed.

use std::sync::{Arc, Mutex};

use serde_json::json;
use yanzhao::kernel::{Actor, Desk};
use yanzhao::trace::commands::rotation::{Rotated, check_keys, rotate_keys};
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::queries::order as orders;

use crate::world::{World, master, refuses};

fn old_and_new() -> Arc<dyn KeyProvider> {
    let hex = |first: u8| (0..32).map(|i| format!("{:02x}", first + i)).collect::<String>();
    Arc::new(MasterKeys::read(&format!("{}\n{}\n", hex(100), hex(0))).unwrap())
}

async fn codes(world: &World, keys: &dyn KeyProvider, ids: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for id in ids {
        let print = orders::printable(&world.db, keys, &Actor::system(), id).await.unwrap();
        all.extend((1..=10).map(|n| print.code_at(n).unwrap().to_string()));
    }
    all
}

on_both_engines! {
    async fn rotation_leaves_codes_as_they_are(engine: Engine) {
        let world = World::new(engine).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(world.order(json!({})).await.unwrap().id);
        }
        let before = codes(&world, world.keys.as_ref(), &ids).await;
        let (both, heard) = (old_and_new(), Arc::new(Mutex::new(Vec::new())));
        let desk = Desk::system(&world.clock, &world.random);
        let hear = heard.clone();
        let done = rotate_keys(&world.db, both.clone(), &desk, move |done, all| hear.lock().unwrap().push((done, all))).await.unwrap();
        assert_eq!(done, Rotated { checked: 5, rewrapped: 5 });
        assert_eq!(*heard.lock().unwrap(), [(0, 5), (5, 5)]);
        assert_eq!(world.last_event().await["kind"], "keys.rotated");
        let fresh = master(100);
        assert_eq!(codes(&world, fresh.as_ref(), &ids).await, before, "the new key alone opens everything");
        let again = rotate_keys(&world.db, both.clone(), &desk, |_, _| {}).await.unwrap();
        assert_eq!(again, Rotated { checked: 5, rewrapped: 0 });
        check_keys(&world.db, fresh.as_ref()).await.unwrap();
        let old = check_keys(&world.db, world.keys.as_ref()).await;
        refuses(old.map_err(|f| yanzhao::kernel::Failure { source: None, ..f }), "master_key_wrong");
        world.verb("void", &ids[0], json!({ "first": 1, "last": 1, "reason": "damaged" })).await.unwrap_err();
    }

    async fn a_wrong_master_key_is_found_at_start(engine: Engine) {
        let world = World::new(engine).await;
        check_keys(&world.db, master(9).as_ref()).await.expect("nothing is issued yet");
        world.order(json!({})).await.unwrap();
        check_keys(&world.db, world.keys.as_ref()).await.unwrap();
        let wrong = check_keys(&world.db, master(9).as_ref()).await.unwrap_err();
        assert!(wrong.says("master_key_wrong") && wrong.source.is_some(), "{wrong}");
        // The right name with another key inside.
        let id = world.keys.current().to_owned();
        let impostor = MasterKeys::read(&format!("{id} {}", "ab".repeat(32))).unwrap();
        assert!(check_keys(&world.db, &impostor).await.unwrap_err().says("master_key_wrong"));
        let desk = Desk::system(&world.clock, &world.random);
        let rotated = rotate_keys(&world.db, master(9), &desk, |_, _| {}).await.unwrap_err();
        assert!(rotated.says("master_key_wrong"), "{rotated}");
    }

    async fn an_order_whose_count_was_edited_does_not_open(engine: Engine) {
        let world = World::new(engine).await;
        world.order(json!({})).await.unwrap();
        world.db.write(|tx| Box::pin(async move {
            use sea_orm::ConnectionTrait;
            tx.connection().execute_unprepared("UPDATE code_order SET count = 1000").await.map(drop).map_err(Into::into)
        })).await.unwrap();
        assert!(check_keys(&world.db, world.keys.as_ref()).await.unwrap_err().says("master_key_wrong"));
    }
}
