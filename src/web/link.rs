//! Addresses, so that no handler or template spells one by hand.

/// A value as it stands in a query.
pub fn query_value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Is this a path of ours that a sign-in may lead back to? Never another site.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains(['\r', '\n'])
}

/// One thing of the API.
pub fn api(noun: &str, id: &str) -> String {
    format!("/api/v1/{noun}/{id}")
}
