//! Every route on one screen: path · handler · permission. The API's description and the authorisation matrix are read from here.

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::app::App;
use super::auth::guard;
use super::frame::around;
use super::leftover::{finish_reading, too_large};
use super::route::Route;
use super::{api, health, public, work};
use crate::kernel::{Failure, Outcome};

/// Every route there is.
pub fn table() -> Vec<Route> {
    [api::house(), api::register(), api::quantity(), api::codes(), api::supervision(), public::routes(), work::routes(), health::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The whole service.
pub fn service(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        let guarded = route
            .handler
            .layer::<_, Infallible>(from_fn_with_state((app.clone(), route.access), guard))
            .layer::<_, Infallible>(DefaultBodyLimit::max(route.most_bytes))
            .layer::<_, Infallible>(RequestBodyLimitLayer::new(route.most_bytes))
            .layer(map_response(move |response| ready(too_large(response, route.most_bytes))));
        router = router.route(route.path, guarded);
    }
    router
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(app.config.request_seconds)))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            let mut response = axum::response::Response::new(axum::body::Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }))
        .layer(from_fn_with_state(app.clone(), around))
        .layer(from_fn(finish_reading))
        .with_state(app)
}

/// Takes connections until `stop` resolves, then lets what is under way end, for at most `drain`.
///
/// # Errors
/// If connections can't be taken.
pub async fn serve(app: App, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static, drain: Duration) -> Outcome<()> {
    let service = service(app).into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        let _ = stopping.send(());
    });
    tokio::select! {
        served = async { server.await } => served.map_err(Failure::broken),
        () = async { let _ = stopped.await; tokio::time::sleep(drain).await } => {
            tracing::warn!("some requests were still under way after {drain:?}");
            Ok(())
        }
    }
}
