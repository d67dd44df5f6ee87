//! How the words of a page are declared, so that none of them can be left out of the comparison of the languages.

/// Declares the words of a page: texts, headings in clauses, and what else there is, such as words for an enum. In tests `all` gives the texts and `headings` the headings,
/// in their order.
macro_rules! words {
    (
        $(#[$of_struct:meta])* $name:ident;
        texts { $($(#[$of_text:meta])* $text:ident,)+ }
        headings { $($(#[$of_heading:meta])* $heading:ident,)* }
        $(others { $($(#[$of_other:meta])* $other:ident: $type:ty,)+ })?
    ) => {
        $(#[$of_struct])*
        #[derive(Debug)]
        pub struct $name {
            $($(#[$of_text])* pub $text: &'static str,)+
            $($(#[$of_heading])* pub $heading: &'static [&'static str],)*
            $($($(#[$of_other])* pub $other: $type,)+)?
        }

        #[cfg(test)]
        impl $name {
            /// All texts.
            pub fn all(&self) -> Vec<&'static str> {
                vec![$(self.$text,)+]
            }

            /// All headings.
            pub fn headings(&self) -> Vec<String> {
                vec![$(self.$heading.concat(),)*]
            }
        }
    };
}

pub(super) use words;
