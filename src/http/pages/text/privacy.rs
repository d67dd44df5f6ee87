//! The words of the privacy notice, and of deleting a phone's history.

use super::words::words;

words! {
    /// The words of the privacy notice in one language.
    PrivacyTexts;
    texts {
        /// The link to it.
        link,
        /// In every page's foot, before the link.
        foot,
        /// What it is about.
        lead,
        /// Heads the purpose.
        why_heading,
        /// The purpose.
        why,
        /// That there is no other.
        why_only,
        /// Heads what is kept.
        kept_heading,
        /// Names what is kept.
        time,
        /// What of it is kept.
        time_value,
        /// Names what is kept.
        mark,
        /// What of it is kept.
        mark_value,
        /// Names what is kept.
        place,
        /// What of it is kept.
        place_value,
        /// Names what is kept.
        phone,
        /// What of it is kept.
        phone_value,
        /// Names what is kept.
        network,
        /// What of it is kept.
        network_value,
        /// Names what is kept.
        language,
        /// What of it is kept.
        language_value,
        /// Names what is kept.
        way,
        /// What of it is kept.
        way_value,
        /// Names what is kept.
        claim,
        /// What of it is kept.
        claim_value,
        /// Names what is kept.
        offline,
        /// What of a check without a network.
        offline_value,
        /// Names what is kept.
        tip,
        /// What of a tip.
        tip_value,
        /// Heads what is not kept.
        not_heading,
        /// What is not kept.
        not_asked,
        /// What happens to network addresses.
        not_address,
        /// That nobody else is told.
        not_others,
        /// Some days.
        days,
        /// Some years.
        years,
        /// Heads for how long.
        long_heading,
        /// Scans, for so many days.
        long_scans,
        /// Scans, for ever.
        long_scans_ever,
        /// What stays for good.
        long_counts,
        /// The cookie.
        long_cookie,
        /// Heads the rights.
        rights_heading,
        /// Without a cookie.
        rights_refuse,
        /// To delete.
        rights_delete,
        /// To ask.
        rights_ask,
        /// Heads whom to ask.
        contact_heading,
        /// The button.
        button,
        /// What follows from it.
        button_note,
        /// Below the heading, when it was asked for.
        done_lead,
        /// Heads what goes.
        done_gone_heading,
        /// What goes at once.
        done_cookie,
        /// What goes within some hours.
        done_rows,
        /// Heads what stays.
        done_stays_heading,
        /// What stays.
        done_stays,
        /// Why.
        done_why,
        /// What follows.
        done_next,
        /// Below the heading, when there is nothing.
        nothing_lead,
        /// Below the heading, beyond the limit.
        too_many_lead,
    }
    headings {
        /// The page's heading.
        heading,
        /// It was asked for.
        done,
        /// There is nothing to delete.
        nothing,
        /// Beyond the limit.
        too_many,
    }
}
