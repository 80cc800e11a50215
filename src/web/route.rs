//! One route: path, handler, who may use it, and what the API description says of it.

use std::borrow::Cow;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::app::App;
use super::body::MOST_BYTES;
use crate::identity::role::Permission;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody signed in.
    SignedIn,
    /// Whoever has a role that carries this permission; the handler receives the scope it reaches.
    Needs(Permission),
}

/// How to describe a type in the API's description.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Its name.
    pub name: fn() -> Cow<'static, str>,
    /// Its schema.
    pub schema: fn() -> RefOr<Schema>,
    /// The schemas it refers to.
    pub nested: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, nested: T::schemas }
    }
}

/// One row of the route table.
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// One line for the API's description.
    pub summary: &'static str,
    /// What is sent.
    pub body: Option<Shape>,
    /// Status and what is answered.
    pub answer: Option<(u16, Shape)>,
    /// Does the answer hold a list of those?
    pub listed: bool,
    /// Query parameters with what they mean.
    pub query: &'static [(&'static str, &'static str)],
    /// Media type of an answer that is not JSON.
    pub media: Option<&'static str>,
    /// The most bytes it takes.
    pub most_bytes: usize,
    pub(super) handler: MethodRouter<App>,
}

impl Route {
    fn new<H, T>(method: Method, filter: MethodFilter, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            method,
            path,
            access,
            summary: "",
            body: None,
            answer: None,
            listed: false,
            query: &[],
            media: None,
            most_bytes: MOST_BYTES,
            handler: on(filter, handler),
        }
    }
    /// A GET (which answers HEAD too).
    pub fn get<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, access, handler)
    }
    /// A POST.
    pub fn post<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, access, handler)
    }
    /// A PUT.
    pub fn put<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, access, handler)
    }
    /// A PATCH.
    pub fn patch<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, access, handler)
    }
    /// A DELETE.
    pub fn delete<H: Handler<T, App>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, access, handler)
    }
    /// One line for the API's description.
    #[must_use]
    pub fn says(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }
    /// What is sent.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(Shape::of::<T>());
        self
    }
    /// What is answered.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        self.answer = Some((status, Shape::of::<T>()));
        self
    }
    /// Answers `{"items":[…],"next_cursor"}` of those, and takes `limit` and `cursor`.
    #[must_use]
    pub fn lists<T: ToSchema>(mut self) -> Self {
        self.answer = Some((200, Shape::of::<T>()));
        self.listed = true;
        self
    }
    /// Query parameters it takes.
    #[must_use]
    pub fn asks(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }
    /// Answers another media type than JSON.
    #[must_use]
    pub fn sends(mut self, media: &'static str) -> Self {
        self.media = Some(media);
        self
    }
    /// Takes up to so many bytes, for files.
    #[must_use]
    pub fn carries(mut self, most_bytes: usize) -> Self {
        self.most_bytes = most_bytes;
        self
    }
    /// Is it part of the described API?
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/v1/")
    }
}
