//! The words of the directory page.

/// The words of the directory page in one language.
#[derive(Debug)]
pub struct DirectoryTexts {
    /// The link to it, everywhere.
    pub link: &'static str,
    /// The link to a firm in it.
    pub look_up: &'static str,
    /// Heads what it is, on the check page.
    pub home_heading: &'static str,
    /// What it is, on the check page.
    pub home: &'static str,
    /// What the page tells.
    pub lead: &'static str,
    /// Names the field.
    pub field: &'static str,
    /// Below the field.
    pub hint: &'static str,
    /// The button.
    pub button: &'static str,
    /// Heads a part.
    pub holders: &'static str,
    /// What it means.
    pub holders_note: &'static str,
    /// Heads a part.
    pub ended: &'static str,
    /// What it means.
    pub ended_note: &'static str,
    /// Heads a part.
    pub blacklisted: &'static str,
    /// What it means.
    pub blacklisted_note: &'static str,
    /// How many.
    pub count: &'static str,
    /// If a part is empty.
    pub nothing: &'static str,
    /// If nothing was found in a part.
    pub nothing_found: &'static str,
    /// If nothing was found at all.
    pub not_listed: &'static str,
    /// How many were found.
    pub found: &'static str,
    /// In place of a name.
    pub household: &'static str,
    /// A mark beside a name.
    pub suspended: &'static str,
    /// What it makes.
    pub products: &'static str,
    /// In which forms.
    pub forms: &'static str,
    /// For which seasons it has entitlements.
    pub seasons: &'static str,
    /// Since when.
    pub in_force_since: &'static str,
    /// How a right ended.
    pub cancelled: &'static str,
    /// How a right ended.
    pub exited: &'static str,
    /// How a right ended.
    pub listed: &'static str,
    /// How and when.
    pub ended_on: &'static str,
    /// Why.
    pub ground: &'static str,
    /// By which decision.
    pub document: &'static str,
    /// Until when marks on goods stay good.
    pub good_until: &'static str,
    /// Since when they are good no more.
    pub good_no_more: &'static str,
    /// Between things of one kind.
    pub between: &'static str,
    /// Between short sentences on one line.
    pub then: &'static str,
    /// The way to all of a part.
    pub all_of_part: &'static str,
    /// The way back to all parts.
    pub all_parts: &'static str,
    /// A way.
    pub first: &'static str,
    /// A way.
    pub previous: &'static str,
    /// A way.
    pub next: &'static str,
    /// How new it is.
    pub as_of: &'static str,
    /// Heads the seasons.
    pub seasons_heading: &'static str,
    /// A season, and how many have an entitlement.
    pub season: &'static str,
    /// What a season is.
    pub seasons_note: &'static str,
    /// Forms, and from when on marks of a season are past it.
    pub past: &'static str,
    /// Heads the true domain.
    pub domain_heading: &'static str,
    /// How to tell it.
    pub domain: &'static str,
}

#[cfg(test)]
impl DirectoryTexts {
    /// Every text, in the order above.
    pub const fn all(&self) -> [&'static str; 47] {
        [
            self.seasons_heading,
            self.season,
            self.seasons_note,
            self.past,
            self.domain_heading,
            self.domain,
            self.link,
            self.look_up,
            self.home_heading,
            self.home,
            self.lead,
            self.field,
            self.hint,
            self.button,
            self.holders,
            self.holders_note,
            self.ended,
            self.ended_note,
            self.blacklisted,
            self.blacklisted_note,
            self.count,
            self.nothing,
            self.nothing_found,
            self.not_listed,
            self.found,
            self.household,
            self.suspended,
            self.products,
            self.forms,
            self.seasons,
            self.in_force_since,
            self.cancelled,
            self.exited,
            self.listed,
            self.ended_on,
            self.ground,
            self.document,
            self.good_until,
            self.good_no_more,
            self.between,
            self.then,
            self.all_of_part,
            self.all_parts,
            self.first,
            self.previous,
            self.next,
            self.as_of,
        ]
    }
}
