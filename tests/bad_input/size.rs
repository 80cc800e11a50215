//! What is too large is refused with words that arrive: the connection is not cut while its client still sends.

use reqwest::Method;

use crate::support::server::{Server, answer, says};

on_both_engines! {
    async fn who_sends_too_much_is_told(engine: Engine) {
        let server = Server::start(engine).await;
        let producer = server.person("producer").await;
        for megabytes in [2, 4, 8, 16].repeat(5) {
            let body = vec![b'x'; megabytes * 1_000_000];
            let (status, said) = answer(producer.request(Method::POST, "/api/v1/farm-records/import").header("content-type", "text/csv").body(body)).await;
            assert!(status == 413 && says(&said, "body_too_large") && said["detail"].as_str().unwrap().contains("1 MB"), "{megabytes} MB: {status} {said}");
        }
        let stranger = server.anybody().request(Method::POST, "/api/v1/farm-records/import").body(vec![b'x'; 900_000]);
        assert_eq!(answer(stranger).await.0, 401, "refused before the body is read");
    }
}
