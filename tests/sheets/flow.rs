//! A sheet on its way in over HTTP: what it may not do, and what the acts themselves say against its rows.

use serde_json::{Value, json};
use yanzhao::kernel::clock;

use crate::books::{GROWERS, cells, texts};
use crate::support::Engine;
use crate::support::forms::{Browser, Seen};
use crate::support::server::Server;

/// A product's name in the demonstration.
pub const PRODUCT: &str = "晋州鸭梨";

/// Sends a sheet and waits until the machine has looked at it; the page of the import, and its path.
pub async fn sent(server: &Server, browser: &Browser, kind: &str, name: &str, bytes: &[u8]) -> (String, Seen) {
    let page = browser.open("/work/import").await;
    let sent = browser.upload(&page, "/work/import", &[("kind", kind)], &[("file", name, bytes.to_vec())]).await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let path = sent.location.split('?').next().unwrap().to_owned();
    server.app.sheets.settled().await;
    (path.clone(), browser.open(&sent.location).await)
}

/// Takes the good rows of a sheet in and waits until they are.
pub async fn taken(server: &Server, browser: &Browser, path: &str) -> Seen {
    let page = browser.open(path).await;
    let (_, _) = browser.done(&page, &format!("{path}/take"), &[]).await;
    server.app.sheets.settled().await;
    browser.open(path).await
}

pub async fn figures(browser: &Browser, path: &str) -> Value {
    serde_json::from_str(&browser.open(&format!("{path}/progress.json")).await.html).unwrap()
}

/// state, rows, good, wrong, already, taken, refused
pub async fn counts(browser: &Browser, path: &str) -> (String, [u64; 6]) {
    let figures = figures(browser, path).await;
    let count = |name: &str| figures[name].as_u64().unwrap();
    (figures["state"].as_str().unwrap().to_owned(), ["rows", "good", "wrong", "already", "taken", "refused"].map(count))
}

async fn prepared(engine: Engine) -> Server {
    let server = Server::start(engine).await;
    yanzhao::demo::prepare_figures(&server.app).await.unwrap();
    server
}

on_both_engines! {
    async fn what_the_acts_say_is_said_of_every_row(engine: Engine) {
        let server = prepared(engine).await;
        let (producer, api) = (server.browser("producer").await, server.person("producer").await);
        api.done("/api/v1/growers", json!({ "name": "老户", "division_code": "130183105", "village": "演示村", "household_no": "9" })).await;
        let text = format!(
            "{GROWERS}\n老户,农户,130183105,演示村,9,\n甲,农户,999999,演示村,1,\n乙,农户,130100,演示村,2,\n丙110105194912310029,农户,130183105,演示村,3,\n\
             丁,农户,130183105,演示村,4,12\n戊,农户,河北省石家庄市晋州市,演示村,5,13800138000\n"
        );
        let (path, page) = sent(&server, &producer, "growers", "花名册.csv", text.as_bytes()).await;
        assert_eq!(counts(&producer, &path).await, ("ready".to_owned(), [6, 1, 5, 0, 0, 0]), "{}", page.html);
        for (row, words) in [("2", "已"), ("3", "999999"), ("4", "130100"), ("5", "身份证"), ("6", "电话")] {
            assert!(page.has(&format!(">{row}</td>")) && page.has(words), "row {row} {words}: {}", page.html);
        }
        assert!(page.has("先导入正确的 1 行") && page.has("全部不导入"));
        let english = producer.open(&format!("{path}?lang=en")).await;
        assert!(english.has("Import the 1 right rows") && english.has("C division") && !english.has("%{"));
        // Nothing of what was tried is left.
        let list = api.get("/api/v1/growers").await.1;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let none = producer.open(&path).await;
        producer.done(&none, &format!("{path}/drop"), &[]).await;
        assert_eq!(counts(&producer, &path).await.0, "dropped");
        let late = producer.fill(&none, &format!("{path}/take"), &[]).await;
        assert_eq!(late.status, 409, "what was dropped is not taken");
        assert_eq!(api.get("/api/v1/growers").await.1["items"].as_array().unwrap().len(), 1);
    }

    async fn a_sheet_is_nobody_elses(engine: Engine) {
        let server = prepared(engine).await;
        let (producer, other, office) = (server.browser("producer").await, server.browser("producer2").await, server.browser("office").await);
        let text = format!("{GROWERS}\n张三,农户,130183105,演示村,1,\n");
        let (path, _) = sent(&server, &producer, "growers", "花名册.csv", text.as_bytes()).await;
        for stranger in [&other, &office] {
            for path in [path.clone(), format!("{path}/progress.json"), format!("{path}/faults")] {
                assert_eq!(stranger.see(&path).await.status, 404, "{path}");
            }
            let own = stranger.open("/work/import").await;
            assert!(!own.has("花名册.csv"));
        }
        let csrf = other.csrf().await;
        let blind = other.send(&format!("{path}/take"), &[("csrf".to_owned(), csrf), ("idempotency_key".to_owned(), "x".to_owned())]).await;
        assert_eq!(blind.status, 404);
        // Nor does a row reach another's organisation.
        let foreign = format!("{GROWERS},单位\n张三,农户,130133,演示村,1,,演示梨业有限公司\n");
        let (path, page) = sent(&server, &producer, "growers", "b.csv", foreign.as_bytes()).await;
        assert_eq!(counts(&producer, &path).await.1, [1, 0, 1, 0, 0, 0]);
        assert!(page.has("您能办理的单位里没有“演示梨业有限公司”") && !page.has("先导入"));
        // The office registers no growers, and an auditor takes nothing in.
        let page = office.open("/work/import").await;
        let sent = office.upload(&page, "/work/import", &[("kind", "growers")], &[("file", "a.csv", text.as_bytes().to_vec())]).await;
        assert_eq!(sent.status, 403);
        let auditor = server.browser("auditor").await;
        let page = auditor.open("/work/import").await;
        assert!(!page.has("type=\"file\"") && page.has("/work/export/batches.csv") && !page.has("/work/export/growers.csv"));
        assert_eq!(auditor.see("/work/export/growers.csv").await.status, 403);
        assert_eq!(auditor.see("/work/export/nonsense.csv").await.status, 404);
        assert_eq!(auditor.see("/work/export/batches.exe").await.status, 404);
    }

    async fn bad_files_stay_on_the_form(engine: Engine) {
        let server = prepared(engine).await;
        let producer = server.browser("producer").await;
        let page = producer.open("/work/import").await;
        let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
        let refused = producer.upload(&page, "/work/import", &[("kind", "growers")], &[("file", "旧表.xlsx", old.to_vec())]).await;
        assert!(refused.status == 422 && refused.has("旧版 Excel") && refused.has("href=\"#file\""), "{}", refused.html);
        let nothing = producer.upload(&page, "/work/import", &[("kind", "")], &[("file", "", Vec::new())]).await;
        assert!(nothing.status == 422 && nothing.has("请选择要导入的文件") && nothing.has("请选择表里是什么"), "both at once");
        let large = vec![b'a'; 21 * 1024 * 1024];
        let large = producer.upload(&page, "/work/import", &[("kind", "growers")], &[("file", "大.csv", large)]).await;
        assert!(large.status == 422 && large.has("最多 20 MB"), "{}", large.status);
        // What only reading finds out is said on the page of the import.
        let (path, page) = sent(&server, &producer, "growers", "没表头.csv", "张三,农户\n".as_bytes()).await;
        assert!(page.has("这个文件没法导入") && page.has("没有找到表头"), "{}", page.html);
        assert_eq!(counts(&producer, &path).await, ("unreadable".to_owned(), [0; 6]));
        // Sent again it is read again.
        let (again, _) = sent(&server, &producer, "growers", "没表头.csv", "张三,农户\n".as_bytes()).await;
        assert_ne!(again, path);
    }

    async fn a_file_comes_back_mended(engine: Engine) {
        let server = prepared(engine).await;
        let producer = server.browser("producer").await;
        let lines: Vec<Vec<String>> = [
            "姓名,类型,行政区划,村,户号,电话",
            "张三,农户,130183105,演示村,0001,13800138000",
            "李四,企业,130183105,演示村,0002,",
            "王五,农户,130183105,演示村,0003,12",
            "=1+1,农户,130183105,演示村,0004,",
        ]
        .iter()
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
        let (path, page) = sent(&server, &producer, "growers", "花名册.xlsx", &texts(&lines)).await;
        assert_eq!(counts(&producer, &path).await.1, [4, 2, 2, 0, 0, 0], "{}", page.html);
        let done = taken(&server, &producer, &path).await;
        assert_eq!(counts(&producer, &path).await, ("done".to_owned(), [4, 0, 2, 0, 2, 0]), "{}", done.html);
        let (status, bytes) = producer.bytes(&format!("{path}/faults")).await;
        assert_eq!(status, 200);
        let mut back = cells(&bytes);
        assert_eq!(back[0].last().unwrap(), "错误说明");
        assert_eq!(back[1][6], "", "a good row has nothing to say");
        assert!(back[2][6].contains("B 列“类型”") && back[3][6].contains("F 列“电话”"), "{back:?}");
        assert_eq!(back[4][0], "=1+1", "a text stays a text");
        // Mended and sent back as it is, with the column of faults still in it.
        back[2][1] = "农户".to_owned();
        back[3][5] = String::new();
        let mended = texts(&back);
        let (again, page) = sent(&server, &producer, "growers", "花名册-错误说明.xlsx", &mended).await;
        assert_eq!(counts(&producer, &again).await.1, [4, 2, 0, 2, 0, 0], "{}", page.html);
        taken(&server, &producer, &again).await;
        assert_eq!(counts(&producer, &again).await, ("done".to_owned(), [4, 0, 0, 2, 2, 0]));
        // The same bytes again do nothing, and say so.
        let (third, page) = sent(&server, &producer, "growers", "换个名字.xlsx", &mended).await;
        assert!(third == again && page.has("这个文件已导入过"), "{}", page.html);
        let api = server.person("producer").await;
        assert_eq!(api.get("/api/v1/growers").await.1["items"].as_array().unwrap().len(), 4);
        // A month later the rows are gone; what was made of them is there, and the same bytes still do nothing twice.
        server.clock.advance(31 * clock::DAY);
        server.app.sheets.bench().tidy().await.unwrap();
        let producer = server.browser("producer").await;
        assert!(producer.open(&again).await.has("已清除"));
        assert_eq!(counts(&producer, &again).await, ("done".to_owned(), [0; 6]));
        let (fourth, _) = sent(&server, &producer, "growers", "又来.xlsx", &texts(&back)).await;
        assert_eq!(counts(&producer, &fourth).await.1, [4, 0, 0, 4, 0, 0]);
        // As CSV the last column comes back too, and nothing in it is computed.
        let text = "姓名,类型,行政区划,村,户号,电话\n\n=2+3,企业,130183105,演示村,0005,\n";
        let (path, _) = sent(&server, &producer, "growers", "csv.csv", text.as_bytes()).await;
        let (_, bytes) = producer.bytes(&format!("{path}/faults")).await;
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(text.starts_with('\u{feff}') && lines[2].starts_with("'=2+3,企业,") && lines[2].contains("错误") | lines[2].contains("B 列"), "{text}");
    }
}
