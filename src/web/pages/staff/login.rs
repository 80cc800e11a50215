//! Signing in. The same words for an unknown account and a wrong password.

use askama::Template;

use crate::web::pages::{Site, style};
use crate::web::words::Lang;

/// The sign-in form.
#[derive(Debug, Clone, Copy)]
pub struct LoginView<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// Account typed before.
    pub account: &'a str,
    /// The refusal in words, if the last try failed.
    pub error: Option<&'a str>,
    /// The account has a second factor: ask for it now.
    pub ask_otp: bool,
    /// Carries the password that was right to the second step; empty at the first.
    pub step: &'a str,
    /// Path to return to; the router accepts only paths of ours.
    pub next: &'a str,
    /// CSRF token.
    pub csrf: &'a str,
}

#[derive(Template)]
#[template(path = "staff/login.html")]
struct LoginTemplate<'a> {
    view: &'a LoginView<'a>,
    css: &'static str,
}

/// Renders the form.
///
/// # Errors
/// Only if the template can't be written.
pub fn login_page(view: &LoginView<'_>) -> Result<String, askama::Error> {
    LoginTemplate { view, css: style::staff_href() }.render()
}
