//! One Rust enum per word column: the words are given once, beside the variants.

/// Declares an enum whose variants are stored and sent as words, with `ALL`, `word`, `parse` and serde by word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }
        impl $name {
            /// Every one, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word stored and sent.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|x| x.word() == word)
            }
        }
    };
}
pub(crate) use words;
