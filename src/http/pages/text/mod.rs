//! All words of the public pages, in one place for each language. A missing text does not compile.
//!
//! `{name}` marks where a value goes. Headings come in clauses, so that a line breaks between them.
//! Rules of wording: never "genuine" without "compare", never "fake" from statistics, never an accusation.

mod about;
mod check;
mod claim;
mod directory;
mod en;
mod offline;
mod pack;
mod privacy;
mod tip;
mod words;
mod zh;

pub use about::AboutTexts;
pub use check::CheckTexts;
pub use claim::ClaimTexts;
pub use directory::DirectoryTexts;
pub use offline::OfflineTexts;
pub use pack::PackTexts;
pub use privacy::PrivacyTexts;
pub use tip::TipTexts;

pub use en::ENGLISH;
pub use zh::CHINESE;

use crate::domain::form::Form;
use crate::http::language::Language;

impl Language {
    /// Its words.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }
}

/// The words of one language.
#[derive(Debug)]
pub struct Texts {
    /// The page's language tag.
    pub html_lang: &'static str,
    /// Our own wordmark.
    pub wordmark: &'static str,
    /// Beside the wordmark.
    pub subtitle: &'static str,
    /// Where the wordmark leads.
    pub home_label: &'static str,
    /// The site's name in titles.
    pub home_label_short: &'static str,
    /// Names the language switch.
    pub language_label: &'static str,
    /// What stands between two clauses of a heading.
    pub between_clauses: &'static str,
    /// The footer's first line.
    pub true_domain: &'static str,
    /// Names the footer's links.
    pub footer_label: &'static str,
    /// The link home.
    pub home: &'static str,
    /// Heads what to do.
    pub todo_heading: &'static str,
    /// Heads the facts of a mark.
    pub mark_heading: &'static str,
    /// Whom to tell.
    pub report: &'static str,
    /// A day, as strftime writes it.
    pub day_format: &'static str,
    /// A minute, as strftime writes it.
    pub minute_format: &'static str,
    /// Names a fact.
    pub product: &'static str,
    /// Below the product.
    pub product_note: &'static str,
    /// Names a fact.
    pub form: &'static str,
    /// Names a fact.
    pub season: &'static str,
    /// A season.
    pub season_value: &'static str,
    /// Names a fact.
    pub form_and_season: &'static str,
    /// A form and a season.
    pub form_and_season_value: &'static str,
    /// Names a fact.
    pub firm: &'static str,
    /// Names a fact.
    pub uscc: &'static str,
    /// Names a fact.
    pub artwork: &'static str,
    /// What the picture shows.
    pub artwork_shows: &'static str,
    /// Names a fact.
    pub hotline: &'static str,
    /// Names a fact.
    pub lot: &'static str,
    /// Names a fact.
    pub harvested: &'static str,
    /// When and where.
    pub harvested_value: &'static str,
    /// Names a fact.
    pub test: &'static str,
    /// How an inspection ended, when, and by whom.
    pub test_value: &'static str,
    /// Names a fact.
    pub standard: &'static str,
    /// Names a fact.
    pub certificate: &'static str,
    /// Names a fact and a field.
    pub serial: &'static str,
    /// Names a fact.
    pub batch: &'static str,
    /// A batch.
    pub batch_value: &'static str,
    /// Names a fact.
    pub checked_at: &'static str,
    /// Names a fact.
    pub class: &'static str,
    /// Names a fact.
    pub date: &'static str,
    /// Names a fact: since when marks of somebody whose right ended count no more.
    pub right_ended_date: &'static str,
    /// Names a fact.
    pub reason: &'static str,
    /// Names a fact.
    pub past_since: &'static str,
    /// A place nobody knows.
    pub place_unknown: &'static str,
    /// Heads what to compare.
    pub compare_heading: &'static str,
    /// If the comparison fails.
    pub compare_differ: &'static str,
    /// Why to compare.
    pub compare_why: &'static str,
    /// Heads what to do if the comparison fails.
    pub differ_heading: &'static str,
    /// A heading, in clauses.
    pub first_check: &'static [&'static str],
    /// A heading, in clauses.
    pub checked_before: &'static [&'static str],
    /// When and where first.
    pub checked_before_lead: &'static str,
    /// A heading, in clauses.
    pub suspected_copy: &'static [&'static str],
    /// What that means, and that it accuses nobody.
    pub suspected_copy_lead: &'static str,
    /// What to do: compare.
    pub suspected_todo_compare: &'static str,
    /// What to do: look at the label.
    pub suspected_todo_label: &'static str,
    /// Heads where the suspicion comes from.
    pub suspected_why_heading: &'static str,
    /// Where it comes from.
    pub suspected_why: &'static str,
    /// Which query this is.
    pub suspected_count: &'static str,
    /// A heading, in clauses.
    pub own_check: &'static [&'static str],
    /// The phone's own history.
    pub own_check_lead: &'static str,
    /// Heads why many checks can be fine.
    pub many_heading: &'static str,
    /// Why many checks can be fine.
    pub many: &'static str,
    /// When they are not.
    pub many_odd: &'static str,
    /// A heading, in clauses.
    pub not_activated: &'static [&'static str],
    /// What it means.
    pub not_activated_lead: &'static str,
    /// What to do.
    pub not_activated_todo: &'static str,
    /// A heading, in clauses.
    pub revoked: &'static [&'static str],
    /// A heading, in clauses.
    pub destroyed: &'static [&'static str],
    /// A heading, in clauses.
    pub lost: &'static [&'static str],
    /// A heading, in clauses.
    pub returned: &'static [&'static str],
    /// A heading, in clauses.
    pub spoiled: &'static [&'static str],
    /// A heading, in clauses.
    pub recalled: &'static [&'static str],
    /// A heading, in clauses.
    pub frozen: &'static [&'static str],
    /// A heading, in clauses.
    pub right_ended: &'static [&'static str],
    /// The class of a withdrawal.
    pub revoked_class: &'static str,
    /// The class of a withdrawal.
    pub destroyed_class: &'static str,
    /// The class of a withdrawal.
    pub lost_class: &'static str,
    /// The class of a withdrawal.
    pub returned_class: &'static str,
    /// The class of a withdrawal.
    pub spoiled_class: &'static str,
    /// The class of a withdrawal.
    pub recalled_class: &'static str,
    /// The class of a withdrawal.
    pub frozen_class: &'static str,
    /// The class of a withdrawal.
    pub right_ended_class: &'static str,
    /// What it means of marks that should not exist.
    pub gone_lead: &'static str,
    /// What it means.
    pub recalled_lead: &'static str,
    /// What a freeze does not mean.
    pub frozen_lead: &'static str,
    /// What to do.
    pub frozen_todo_buy: &'static str,
    /// What to do.
    pub frozen_todo_keep: &'static str,
    /// What to do.
    pub recalled_todo_return: &'static str,
    /// What to do.
    pub recalled_todo_call: &'static str,
    /// What it does not mean.
    pub right_ended_lead: &'static str,
    /// What to do.
    pub right_ended_todo: &'static str,
    /// A heading, in clauses.
    pub past_season: &'static [&'static str],
    /// Since when.
    pub past_season_lead: &'static str,
    /// What to do.
    pub past_season_todo_date: &'static str,
    /// What to do.
    pub past_season_todo_reuse: &'static str,
    /// A heading, in clauses.
    pub not_ours: &'static [&'static str],
    /// Heads the true domain.
    pub not_ours_domain_heading: &'static str,
    /// Where the true domain stands.
    pub not_ours_domain: &'static str,
    /// What to do.
    pub not_ours_todo_again: &'static str,
    /// What to do.
    pub not_ours_todo_leave: &'static str,
    /// A heading, in clauses.
    pub unavailable: &'static [&'static str],
    /// What it does not mean.
    pub unavailable_lead: &'static str,
    /// The button.
    pub unavailable_retry: &'static str,
    /// What to do.
    pub unavailable_todo: &'static str,
    /// Beyond a limit on asking by serial; in clauses.
    pub too_many: &'static [&'static str],
    /// Under it: that this is no verdict.
    pub too_many_lead: &'static str,
    /// The way on: scan.
    pub too_many_scan: &'static str,
    /// The other: wait; and how it comes about.
    pub too_many_wait: &'static str,
    /// A heading, in clauses.
    pub home_heading: &'static [&'static str],
    /// What to do here.
    pub home_lead: &'static str,
    /// Below the field.
    pub hint: &'static str,
    /// The field's button.
    pub check_button: &'static str,
    /// Heads what the mark is.
    pub home_mark_heading: &'static str,
    /// What the mark is.
    pub home_mark: &'static str,
    /// Heads what the product is.
    pub home_product_heading: &'static str,
    /// What the product is.
    pub home_product: &'static str,
    /// Heads the true domain.
    pub home_domain_heading: &'static str,
    /// Why it matters.
    pub home_domain: &'static str,
    /// A heading, in clauses.
    pub error_not_found: &'static [&'static str],
    /// What it does not mean.
    pub error_not_found_lead: &'static str,
    /// A heading, in clauses.
    pub error_foreign_form: &'static [&'static str],
    /// What to do then.
    pub error_foreign_form_lead: &'static str,
    /// A heading, in clauses.
    pub error_bad_request: &'static [&'static str],
    /// What to do.
    pub error_bad_request_lead: &'static str,
    /// A heading, in clauses.
    pub error_too_large: &'static [&'static str],
    /// What to do.
    pub error_too_large_lead: &'static str,
    /// A heading, in clauses.
    pub error_internal: &'static [&'static str],
    /// What it does not mean.
    pub error_internal_lead: &'static str,
    /// The button.
    pub error_way_out: &'static str,
    /// Below the button.
    pub error_number: &'static str,
    /// The forms of the product.
    pub form_name: fn(Form) -> &'static str,
    /// Around checking: typing, camera, photo.
    pub check: CheckTexts,
    /// The directory.
    pub directory: DirectoryTexts,
    /// Checks without a network.
    pub offline: OfflineTexts,
    /// The page of a link to a pack.
    pub pack: PackTexts,
    /// Hidden codes.
    pub claim: ClaimTexts,
    /// The page that explains mark, product and check.
    pub about: AboutTexts,
    /// The privacy notice.
    pub privacy: PrivacyTexts,
    /// Telling of a suspect pack, and what became of it.
    pub tip: TipTexts,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `{names}` of a text.
    fn places(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_have_every_heading_and_neither_says_what_no_page_may() {
        let headings = |text: &'static Texts| {
            let (claim, about) = (text.claim.headings(), text.about.headings());
            [claim, about, text.privacy.headings(), text.tip.headings()].concat()
        };
        let (zh, en) = (headings(&CHINESE), headings(&ENGLISH));
        assert_eq!(zh.len(), en.len());
        let texts = |text: &'static Texts| {
            let texts = [text.claim.all(), text.about.all(), text.privacy.all()].concat();
            texts.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        for said in [zh, en, texts(&CHINESE), texts(&ENGLISH)].concat() {
            assert!(!said.trim().is_empty());
            for word in ["正品", "假货", "假冒", "genuine", "fake", "counterfeit"] {
                assert!(!said.to_lowercase().contains(word), "{said}");
            }
        }
    }

    #[test]
    #[allow(clippy::too_many_lines)] // one long list
    fn both_languages_say_everything_with_the_same_values() {
        let pairs = [
            (CHINESE.html_lang, ENGLISH.html_lang),
            (CHINESE.wordmark, ENGLISH.wordmark),
            (CHINESE.subtitle, ENGLISH.subtitle),
            (CHINESE.home_label, ENGLISH.home_label),
            (CHINESE.home_label_short, ENGLISH.home_label_short),
            (CHINESE.language_label, ENGLISH.language_label),
            (CHINESE.true_domain, ENGLISH.true_domain),
            (CHINESE.footer_label, ENGLISH.footer_label),
            (CHINESE.home, ENGLISH.home),
            (CHINESE.todo_heading, ENGLISH.todo_heading),
            (CHINESE.mark_heading, ENGLISH.mark_heading),
            (CHINESE.report, ENGLISH.report),
            (CHINESE.day_format, ENGLISH.day_format),
            (CHINESE.minute_format, ENGLISH.minute_format),
            (CHINESE.product, ENGLISH.product),
            (CHINESE.product_note, ENGLISH.product_note),
            (CHINESE.form, ENGLISH.form),
            (CHINESE.season, ENGLISH.season),
            (CHINESE.season_value, ENGLISH.season_value),
            (CHINESE.form_and_season, ENGLISH.form_and_season),
            (CHINESE.form_and_season_value, ENGLISH.form_and_season_value),
            (CHINESE.firm, ENGLISH.firm),
            (CHINESE.uscc, ENGLISH.uscc),
            (CHINESE.artwork, ENGLISH.artwork),
            (CHINESE.artwork_shows, ENGLISH.artwork_shows),
            (CHINESE.hotline, ENGLISH.hotline),
            (CHINESE.lot, ENGLISH.lot),
            (CHINESE.harvested, ENGLISH.harvested),
            (CHINESE.harvested_value, ENGLISH.harvested_value),
            (CHINESE.test, ENGLISH.test),
            (CHINESE.test_value, ENGLISH.test_value),
            (CHINESE.standard, ENGLISH.standard),
            (CHINESE.certificate, ENGLISH.certificate),
            (CHINESE.serial, ENGLISH.serial),
            (CHINESE.batch, ENGLISH.batch),
            (CHINESE.batch_value, ENGLISH.batch_value),
            (CHINESE.checked_at, ENGLISH.checked_at),
            (CHINESE.class, ENGLISH.class),
            (CHINESE.date, ENGLISH.date),
            (CHINESE.right_ended_date, ENGLISH.right_ended_date),
            (CHINESE.reason, ENGLISH.reason),
            (CHINESE.past_since, ENGLISH.past_since),
            (CHINESE.place_unknown, ENGLISH.place_unknown),
            (CHINESE.compare_heading, ENGLISH.compare_heading),
            (CHINESE.compare_differ, ENGLISH.compare_differ),
            (CHINESE.compare_why, ENGLISH.compare_why),
            (CHINESE.differ_heading, ENGLISH.differ_heading),
            (CHINESE.checked_before_lead, ENGLISH.checked_before_lead),
            (CHINESE.suspected_copy_lead, ENGLISH.suspected_copy_lead),
            (
                CHINESE.suspected_todo_compare,
                ENGLISH.suspected_todo_compare,
            ),
            (CHINESE.suspected_todo_label, ENGLISH.suspected_todo_label),
            (CHINESE.suspected_why_heading, ENGLISH.suspected_why_heading),
            (CHINESE.suspected_why, ENGLISH.suspected_why),
            (CHINESE.suspected_count, ENGLISH.suspected_count),
            (CHINESE.own_check_lead, ENGLISH.own_check_lead),
            (CHINESE.many_heading, ENGLISH.many_heading),
            (CHINESE.many, ENGLISH.many),
            (CHINESE.many_odd, ENGLISH.many_odd),
            (CHINESE.not_activated_lead, ENGLISH.not_activated_lead),
            (CHINESE.not_activated_todo, ENGLISH.not_activated_todo),
            (CHINESE.revoked_class, ENGLISH.revoked_class),
            (CHINESE.destroyed_class, ENGLISH.destroyed_class),
            (CHINESE.lost_class, ENGLISH.lost_class),
            (CHINESE.returned_class, ENGLISH.returned_class),
            (CHINESE.spoiled_class, ENGLISH.spoiled_class),
            (CHINESE.recalled_class, ENGLISH.recalled_class),
            (CHINESE.frozen_class, ENGLISH.frozen_class),
            (CHINESE.right_ended_class, ENGLISH.right_ended_class),
            (CHINESE.gone_lead, ENGLISH.gone_lead),
            (CHINESE.recalled_lead, ENGLISH.recalled_lead),
            (CHINESE.frozen_lead, ENGLISH.frozen_lead),
            (CHINESE.frozen_todo_buy, ENGLISH.frozen_todo_buy),
            (CHINESE.frozen_todo_keep, ENGLISH.frozen_todo_keep),
            (CHINESE.recalled_todo_return, ENGLISH.recalled_todo_return),
            (CHINESE.recalled_todo_call, ENGLISH.recalled_todo_call),
            (CHINESE.right_ended_lead, ENGLISH.right_ended_lead),
            (CHINESE.right_ended_todo, ENGLISH.right_ended_todo),
            (CHINESE.past_season_lead, ENGLISH.past_season_lead),
            (CHINESE.past_season_todo_date, ENGLISH.past_season_todo_date),
            (
                CHINESE.past_season_todo_reuse,
                ENGLISH.past_season_todo_reuse,
            ),
            (
                CHINESE.not_ours_domain_heading,
                ENGLISH.not_ours_domain_heading,
            ),
            (CHINESE.not_ours_domain, ENGLISH.not_ours_domain),
            (CHINESE.not_ours_todo_again, ENGLISH.not_ours_todo_again),
            (CHINESE.not_ours_todo_leave, ENGLISH.not_ours_todo_leave),
            (CHINESE.unavailable_lead, ENGLISH.unavailable_lead),
            (CHINESE.unavailable_retry, ENGLISH.unavailable_retry),
            (CHINESE.unavailable_todo, ENGLISH.unavailable_todo),
            (CHINESE.too_many_lead, ENGLISH.too_many_lead),
            (CHINESE.too_many_scan, ENGLISH.too_many_scan),
            (CHINESE.too_many_wait, ENGLISH.too_many_wait),
            (CHINESE.home_lead, ENGLISH.home_lead),
            (CHINESE.hint, ENGLISH.hint),
            (CHINESE.check_button, ENGLISH.check_button),
            (CHINESE.home_mark_heading, ENGLISH.home_mark_heading),
            (CHINESE.home_mark, ENGLISH.home_mark),
            (CHINESE.home_product_heading, ENGLISH.home_product_heading),
            (CHINESE.home_domain_heading, ENGLISH.home_domain_heading),
            (CHINESE.home_domain, ENGLISH.home_domain),
            (CHINESE.error_not_found_lead, ENGLISH.error_not_found_lead),
            (
                CHINESE.error_bad_request_lead,
                ENGLISH.error_bad_request_lead,
            ),
            (CHINESE.error_too_large_lead, ENGLISH.error_too_large_lead),
            (CHINESE.error_internal_lead, ENGLISH.error_internal_lead),
            (CHINESE.error_way_out, ENGLISH.error_way_out),
            (CHINESE.error_number, ENGLISH.error_number),
        ];
        let (zh, en) = (CHINESE.directory.all(), ENGLISH.directory.all());
        let pairs = pairs.into_iter().chain(zh.into_iter().zip(en));
        let (zh, en) = (CHINESE.pack.all(), ENGLISH.pack.all());
        let pairs = pairs.chain(zh.into_iter().zip(en));
        let all = |text: &'static Texts| [text.claim.all(), text.about.all(), text.privacy.all()];
        let (zh, en) = (all(&CHINESE).concat(), all(&ENGLISH).concat());
        let pairs = pairs.chain(zh.into_iter().zip(en));
        let (zh, en) = (CHINESE.tip.all(), ENGLISH.tip.all());
        let pairs = pairs.chain(zh.into_iter().zip(en));
        let offline = (CHINESE.offline.all(), ENGLISH.offline.all());
        let (zh, en) = (offline.0.iter(), offline.1.iter());
        let offline = zh.map(String::as_str).zip(en.map(String::as_str));
        for (zh, en) in pairs.chain(offline) {
            assert!(
                !zh.trim().is_empty() && !en.trim().is_empty(),
                "{zh} | {en}"
            );
            assert_eq!(places(zh), places(en), "{zh} | {en}");
        }
    }
}
