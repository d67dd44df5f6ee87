//! The words of the page behind the link to a pack.

/// The words in one language.
#[derive(Debug)]
pub struct PackTexts {
    /// What it is.
    pub heading: &'static str,
    /// What to do.
    pub lead: &'static str,
    /// Names the order.
    pub order: &'static str,
    /// Names the product.
    pub product: &'static str,
    /// Names how many labels there are.
    pub labels: &'static str,
    /// Names the time until which it can be downloaded.
    pub until: &'static str,
    /// Names the key it is encrypted to.
    pub key: &'static str,
    /// The button.
    pub button: &'static str,
    /// What follows from pressing it.
    pub note: &'static str,
    /// Heads how it is opened.
    pub how_heading: &'static str,
    /// How it is opened; `{command}` is what to type.
    pub how: &'static str,
    /// Heads that it cannot be downloaded.
    pub not_now: &'static str,
    /// A minute.
    pub minute: &'static str,
}

impl PackTexts {
    /// All of them.
    #[cfg(test)]
    pub const fn all(&self) -> [&'static str; 13] {
        [
            self.heading,
            self.lead,
            self.order,
            self.product,
            self.labels,
            self.until,
            self.key,
            self.button,
            self.note,
            self.how_heading,
            self.how,
            self.not_now,
            self.minute,
        ]
    }
}
