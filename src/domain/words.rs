//! Enums that are words: one list says variant, word and Chinese name, and the English one where the word is none.

/// Makes an enum whose variants are written as words in commands, files, JSON and the ledger.
macro_rules! words {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $slug:literal $chinese:literal $($english:literal)?, )+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$doc])* $variant, )+ }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The word for commands, files and JSON.
            pub const fn slug(self) -> &'static str {
                match self { $( Self::$variant => $slug, )+ }
            }

            /// The name as the office writes it.
            pub const fn chinese(self) -> &'static str {
                match self { $( Self::$variant => $chinese, )+ }
            }

            /// The name in English.
            pub const fn english(self) -> &'static str {
                match self {
                    $( Self::$variant => $crate::domain::words::last_of!($slug $($english)?), )+
                }
            }

            /// The one a word names.
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.slug() == slug)
            }
        }

        $crate::domain::words::written_as_word!($name);
    };
}

/// The last of one or two texts.
macro_rules! last_of {
    ($only:literal) => {
        $only
    };
    ($first:literal $last:literal) => {
        $last
    };
}

/// Writes and reads an enum with `slug` and `from_slug` as its word.
macro_rules! written_as_word {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::from_slug(&word).ok_or_else(|| {
                    serde::de::Error::custom(format!(
                        concat!("{:?} is no ", stringify!($name)),
                        word
                    ))
                })
            }
        }
    };
}

/// Makes a number of its own type, counted from 1.
macro_rules! numbered {
    ($(#[$about:meta])* pub struct $name:ident($inner:ty);) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

pub(crate) use {last_of, numbered, words, written_as_word};
