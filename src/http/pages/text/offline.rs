//! The words of checks without a network. The script of the page puts values into their places.

/// The words in one language.
#[derive(Debug)]
pub struct OfflineTexts {
    /// A heading, in clauses: there is no network, and nothing was asked.
    pub nothing: &'static [&'static str],
    /// What can be done without one.
    pub nothing_lead: &'static str,
    /// A heading, in clauses: the list says in use.
    pub in_use: &'static [&'static str],
    /// What that is.
    pub in_use_lead: &'static str,
    /// A heading, in clauses.
    pub not_activated: &'static [&'static str],
    /// What the list says.
    pub not_activated_lead: &'static str,
    /// What to do.
    pub not_activated_todo: &'static str,
    /// A heading, in clauses.
    pub past_season: &'static [&'static str],
    /// What the list says.
    pub past_season_lead: &'static str,
    /// A heading, in clauses.
    pub withdrawn: &'static [&'static str],
    /// What the list says.
    pub withdrawn_lead: &'static str,
    /// What to do.
    pub withdrawn_todo: &'static str,
    /// A heading, in clauses: the batch is not in the list.
    pub not_listed: &'static [&'static str],
    /// What that may mean.
    pub not_listed_lead: &'static str,
    /// A heading, in clauses: there is no list.
    pub no_list: &'static [&'static str],
    /// What that means.
    pub no_list_lead: &'static str,
    /// How that was found out.
    pub not_ours_lead: &'static str,
    /// A heading, in clauses: a serial.
    pub serial: &'static [&'static str],
    /// Why it cannot be checked.
    pub serial_lead: &'static str,
    /// What to do.
    pub serial_todo: &'static str,
    /// A heading, in clauses: there are no keys.
    pub no_keys: &'static [&'static str],
    /// Why it cannot be checked.
    pub no_keys_lead: &'static str,
    /// Heads what could not be checked.
    pub unknown_heading: &'static str,
    /// What could not be checked.
    pub unknown_since: &'static str,
    /// What could not be checked.
    pub unknown_queries: &'static str,
    /// What could not be checked.
    pub unknown_copies: &'static str,
    /// What to do.
    pub again: &'static str,
    /// That the check was kept.
    pub kept: &'static str,
    /// Heads a word on the phone's clock.
    pub clock_heading: &'static str,
    /// It is behind the list.
    pub clock_behind: &'static str,
    /// It is far ahead of the list.
    pub clock_ahead: &'static str,
    /// Names a fact: the list's date.
    pub list_date: &'static str,
    /// What could not be checked of a mark that the list has as withdrawn.
    pub unknown_undone: &'static str,
    /// A minute in Beijing.
    pub beijing: &'static str,
    /// What to do with a code that is none of ours.
    pub not_ours_report: &'static str,
    /// Stands for a name that the directory on this phone does not have.
    pub no_name: &'static str,
}

impl OfflineTexts {
    /// All of them, clauses joined.
    #[cfg(test)]
    pub fn all(&self) -> Vec<String> {
        let headings = [
            self.nothing,
            self.in_use,
            self.not_activated,
            self.past_season,
            self.withdrawn,
            self.not_listed,
            self.no_list,
            self.serial,
            self.no_keys,
        ];
        let texts = [
            self.nothing_lead,
            self.in_use_lead,
            self.not_activated_lead,
            self.not_activated_todo,
            self.past_season_lead,
            self.withdrawn_lead,
            self.withdrawn_todo,
            self.not_listed_lead,
            self.no_list_lead,
            self.not_ours_lead,
            self.serial_lead,
            self.serial_todo,
            self.no_keys_lead,
            self.unknown_heading,
            self.unknown_since,
            self.unknown_queries,
            self.unknown_copies,
            self.again,
            self.kept,
            self.clock_heading,
            self.clock_behind,
            self.clock_ahead,
            self.list_date,
            self.no_name,
            self.unknown_undone,
            self.beijing,
            self.not_ours_report,
        ];
        let headings = headings.iter().map(|clauses| clauses.join(" "));
        headings.chain(texts.map(str::to_owned)).collect()
    }
}
