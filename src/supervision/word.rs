//! Enums whose words are also sent: as [`crate::trace::words`], with serde and the description of the API by the same words.

/// Declares such an enum; each word is its variant in snake case.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        crate::trace::words! {
            $(#[$doc])*
            #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
            #[serde(rename_all = "snake_case")]
            $name { $($(#[$each])* $variant = $word,)* }
        }
    };
}
pub(super) use words;
