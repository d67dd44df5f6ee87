//! The words of hidden codes.

use super::words::words;

words! {
    /// The words of hidden codes in one language.
    ClaimTexts;
    texts {
        /// Below the heading of the page with the form.
        form_lead,
        /// The same when a second symbol was scanned.
        scanned_lead,
        /// Heads the form on a mark's page.
        invite_heading,
        /// What the hidden code is, on a mark's page.
        invite,
        /// The same to whoever holds what may be a copy.
        invite_bought,
        /// Names the field.
        field,
        /// Below the field.
        hint,
        /// The button.
        button,
        /// Heads the form where it is tried again.
        again_heading,
        /// Claimed now: when and where.
        claimed_lead,
        /// Heads what it means.
        claimed_means_heading,
        /// What it means.
        claimed_means,
        /// What it does not.
        claimed_not,
        /// Claimed before: when and where.
        before_lead,
        /// Heads what may be behind it.
        before_why_heading,
        /// The harmless ways.
        before_why,
        /// The others.
        before_why_odd,
        /// What to do.
        before_todo_film,
        /// What to do.
        before_todo_keep,
        /// Claimed before with this phone: what it means.
        own_means,
        /// Wrong: how many are left.
        wrong_left,
        /// Wrong, and none is left.
        wrong_last,
        /// What to look at.
        wrong_todo_film,
        /// What to look at.
        wrong_todo_same,
        /// If it stays wrong.
        wrong_todo_report,
        /// What a hidden code looks like; it was not counted.
        malformed_lead,
        /// What a label without one means.
        none_lead,
        /// If there is film all the same.
        none_todo,
        /// When to try again.
        too_many_lead,
        /// Why.
        too_many_why,
        /// Heads that nothing was claimed, with a verdict.
        not_now_heading,
        /// That nothing was claimed, with a verdict.
        not_now,
        /// If the comparison fails, of what is bought.
        compare_differ,
        /// Heads the way to the form, on the check page.
        home_heading,
        /// Who needs it, and the way.
        home,
        /// That way.
        home_link,
        /// The way to the mark's page.
        see_mark,
    }
    headings {
        /// The page with the form.
        form,
        /// Claimed now.
        claimed,
        /// Claimed before with this phone.
        own,
        /// Claimed before.
        before,
        /// Not the mark's.
        wrong,
        /// Not even of the form.
        malformed,
        /// The label has none.
        none,
        /// Beyond a limit.
        too_many,
    }
}
