//! The words of the page that explains mark, product and check.

use super::words::words;

words! {
    /// The words of the page that explains mark, product and check, in one language.
    AboutTexts;
    texts {
        /// The link to it.
        link,
        /// What it explains.
        lead,
        /// Heads the mark.
        mark_heading,
        /// What the mark is.
        mark,
        /// Who may use it.
        mark_users,
        /// Where they are listed, and what stands beside the mark.
        mark_beside,
        /// Heads the product.
        product_heading,
        /// What it is.
        product,
        /// When it is picked.
        product_season,
        /// What it is made into.
        product_forms,
        /// Heads how a check works.
        check_heading,
        /// A step.
        check_code,
        /// A step.
        check_state,
        /// A step.
        check_count,
        /// A step.
        check_compare,
        /// Heads what a check cannot tell.
        limits_heading,
        /// A limit.
        limits_copy,
        /// A limit.
        limits_count,
        /// A limit.
        limits_quality,
        /// Heads the hidden code.
        hidden_heading,
        /// What it is.
        hidden,
        /// When to scratch.
        hidden_when,
        /// The way to the form.
        hidden_link,
        /// Heads checking without a network.
        offline_heading,
        /// What can be checked without a network, and what cannot.
        offline,
        /// Heads the true domain.
        domain_heading,
        /// How to tell it.
        domain,
        /// What a look-alike does.
        domain_alike,
        /// Heads whom to call.
        call_heading,
        /// Whom to call.
        call,
        /// Where to look firms up.
        call_directory,
    }
    headings {
        /// The page's heading.
        heading,
    }
}
