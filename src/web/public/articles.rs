//! `/label` `/about` `/privacy` `/a11y` `/help`: pages that need no database.

use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::portal::{Article, article_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;

pub(super) fn routes() -> Vec<Route> {
    Article::ALL
        .into_iter()
        .map(|article| {
            Route::get(article.path(), Access::Public, move |State(app): State<App>, lang: Lang| async move {
                Ok::<_, Refusal>(Html(article_page(lang, &app.site(), article)?))
            })
        })
        .collect()
}
