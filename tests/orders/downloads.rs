//! Three downloads of an order's codes.

use serde_json::json;
use yanzhao::kernel::clock::HOUR;
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::commands::download::{Download, DownloadForm, abandon_download, begin_download, complete_download};
use yanzhao::trace::queries::order as orders;

use crate::world::{World, refuses, write};

impl World {
    async fn begin(&self, desk: Desk, order: &str, form: DownloadForm, codes: i64) -> Outcome<Download> {
        let (desk, id) = (&desk, &order.to_owned());
        write!(self, tx => [desk, id] async move { begin_download(tx, &desk, &id, form, codes, 3).await })
    }
    async fn end(&self, id: i64, whole: bool) {
        let now = self.clock.now();
        let done = write!(self, tx => [] async move {
            if whole { complete_download(tx, now, id).await } else { abandon_download(tx, now, id).await }
        });
        done.unwrap();
    }
}

on_both_engines! {
    async fn the_fourth_download_is_refused(engine: Engine) {
        use DownloadForm as F;
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 100 })).await.unwrap().id;
        let begin = |form| world.begin(world.producer(), &id, form, 100);
        let first = begin(F::CodesCsv).await.unwrap();
        assert_eq!((first.nth, first.most), (1, 3));
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["by"].as_str()), (Some("codes.downloaded"), Some("producer")));
        assert_eq!((event["facts"]["form"].as_str(), event["facts"]["nth"].as_i64()), (Some("codes.csv"), Some(1)));
        world.end(first.id, true).await;
        let (second, third) = (begin(F::LabelsPng).await.unwrap(), begin(F::CodesTxt).await.unwrap());
        assert_eq!((second.nth, third.nth), (2, 3));
        refuses(begin(F::CodesCsv).await, "downloads_used_up");
        world.end(second.id, false).await;
        world.end(second.id, false).await;
        let again = begin(F::LabelsPng).await.unwrap();
        refuses(begin(F::CodesCsv).await, "downloads_used_up");
        world.end(again.id, true).await;
        world.end(again.id, false).await;
        refuses(begin(F::CodesCsv).await, "downloads_used_up");
        world.clock.advance(HOUR);
        assert_eq!(begin(F::LabelsSvg).await.unwrap().nth, 3, "one that never ended counts no more after an hour");
        let view = orders::order(&world.db, &world.producer().actor, world.clock.now(), &id).await.unwrap();
        assert_eq!(view.downloads, 2, "completed ones");
    }

    async fn a_few_codes_are_free_and_nobody_else_gets_any(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 20 })).await.unwrap().id;
        for _ in 0..5 {
            let free = world.begin(world.producer(), &id, DownloadForm::CodesCsv, 20).await.unwrap();
            assert_eq!(free.nth, 0);
            world.end(free.id, true).await;
        }
        refuses(world.begin(world.producer(), &id, DownloadForm::PinsCsv, 20).await, "no_pins");
        refuses(world.begin(world.stranger(), &id, DownloadForm::CodesCsv, 20).await, "not_found");
    }
}
