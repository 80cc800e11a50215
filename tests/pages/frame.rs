//! A signed-in page made of the parts of `staff/macros.html`, as an ordinary page would use them.

use askama::Template;
use yanzhao::web::pages::Site;
use yanzhao::web::pages::staff::{Cell, Column, FormError, Frame, RailLink, Table};
use yanzhao::web::words::Lang;

#[derive(Template)]
#[template(
    source = r#"{% extends "staff/base.html" %}{% import "staff/macros.html" as parts %}{% block main %}
{% call parts::table(table) %}{% endcall %}<form method="post">{% call parts::csrf(frame.csrf) %}{% endcall %}{% call parts::idempotency("key-1") %}{% endcall %}
{% call parts::field("kg", "净重", "24000", hint="地磅重量", error=frame.error("kg"), unit="公斤", mode="decimal") %}{% endcall %}
{% call parts::select("product", "产品", products, "2", frame.lang.say("staff.choose")) %}{% endcall %}
<p>{% call parts::badge("amber", "待核") %}{% endcall %}</p>{% call parts::facts(products) %}{% endcall %}<button class="btn go">登记</button></form>{% endblock %}"#,
    ext = "html"
)]
struct Sample<'a> {
    frame: Frame<'a>,
    table: Table,
    products: Vec<(&'a str, &'a str)>,
}

pub fn sample(lang: Lang, site: &Site) -> Result<String, askama::Error> {
    let rail = [
        RailLink { heading: String::new(), href: "/desk".into(), label: "工作台".into(), count: None, current: true },
        RailLink { heading: "标签".into(), href: "/labels".into(), label: "标签".into(), count: Some(2), current: false },
    ];
    let table = Table {
        caption: "批次".into(),
        columns: vec![Column::text("批次"), Column::number("净重"), Column::text("状态")],
        rows: vec![vec![
            Cell::link("2026-YL-0912", "/batches/1").with_small("晋州鸭梨"),
            Cell::text("18,400 kg"),
            Cell::badge("放行", "ok"),
        ]],
        empty: "没有符合条件的记录".into(),
    };
    let frame = Frame {
        lang,
        site,
        title: "登记批次".into(),
        organisation: "演示果品专业合作社",
        account: "producer",
        rail: &rail,
        csrf: "token",
        handlers: &[],
        done: Some("草稿已保存".into()),
        notices: &[],
        errors: vec![FormError { field: "kg".into(), text: "比今年还可登记的多 3,300 kg".into() }],
        narrow: false,
    };
    Sample { frame, table, products: vec![("1", "雪花梨"), ("2", "鸭梨")] }.render()
}
