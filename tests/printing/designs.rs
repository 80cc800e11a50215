//! Label designs by season.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use crate::roll::{Roll, file};

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    GrayImage::from_pixel(60, 40, Luma([90])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

on_both_engines! {
    async fn the_office_records_a_design_and_producers_and_printers_see_it(engine: Engine) {
        let roll = Roll::new(engine, 30, |_| {}).await;
        let (server, at) = (&roll.season.server, "/work/designs");
        let office = server.browser("office").await;
        let page = office.open(at).await;
        let product = page.choice("晋州鸭梨");
        let typed = [("product_id", product.as_str()), ("season", "2026"), ("name", "二〇二六秋季卷标"), ("note", "哑光铜版纸"), ("valid_from", "2026-11-01"), ("valid_to", "")];
        let wrong = office.upload(&page, at, &typed, &[]).await;
        assert!(wrong.status == 422 && wrong.has("id=\"new-file-err\"") && wrong.has("哑光铜版纸"), "{}", wrong.html);
        let recorded = office.upload(&page, at, &typed, &[("file", "卷标.png", png())]).await;
        assert_eq!(recorded.status, 303, "{}", recorded.html);
        let producer = server.browser("producer").await;
        let page = producer.open(at).await;
        assert!(page.has("二〇二六秋季卷标") && page.has("在用") && !page.has("<form method=\"post\" action=\"/work/designs\""), "{}", page.html);
        let order = producer.open(&format!("/work/orders/{}", roll.order)).await;
        assert!(order.has("本季标签设计：二〇二六秋季卷标"), "{}", order.html);
        let printer = server.person("printer").await;
        let designs = printer.get("/api/v1/label-designs").await.1;
        let id = designs["items"][0]["id"].as_str().unwrap();
        assert_eq!(file(&printer, &format!("/work/designs/{id}/file")).await, (200, png()), "bit for bit");
        assert_eq!(server.browser("producer2").await.send(at, &[]).await.status, 403);
        let page = office.open(at).await;
        office.done(&page, &format!("{at}/end"), &[("design", id), ("valid_to", "2026-11-22")]).await;
        let order = producer.open(&format!("/work/orders/{}", roll.order)).await;
        assert!(order.has("今天没有在用的"), "a design that ended is said, and refuses nothing: {}", order.html);
    }
}
