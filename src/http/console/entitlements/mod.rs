//! Entitlements: how many marks a licensee may have in a season. The list, one account with its history, granting,
//! adjusting, the year's end, and the coefficients.

mod account;
mod adjust;
mod close;
mod coefficients;
mod grant;
mod list;

pub use account::file;
pub use adjust::{adjust, adjust_page};
pub use close::{close_all, close_all_page, close_one, close_one_page};
pub use coefficients::{coefficients, set, set_page};
pub use grant::{grant, grant_page};
pub use list::{list, table};

use super::guard::Visit;
use super::page::thousands;
use super::words::{Two, two};
use crate::domain::calendar::day_of;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::service::{ServiceError, entitlements, system};

/// The account of an address; one that cannot be is like one that was never opened.
fn account_of(season: u16, licensee: u16, form: &str) -> Result<Account, ServiceError> {
    let licensee = LicenseeNumber(licensee);
    let account = |season, form| Account {
        licensee,
        season,
        form,
    };
    let nowhere = || entitlements::unknown(account(Season::from_offset(0), ProductForm::Fresh));
    match (Season::new(season), ProductForm::from_slug(form)) {
        (Some(season), Some(form)) => Ok(account(season, form)),
        _ => Err(nowhere()),
    }
}

/// The address of an account.
fn address_of(account: Account) -> String {
    format!("/console/entitlements/{}", account.path())
}

fn form_in(visit: &Visit, form: ProductForm) -> &'static str {
    visit.language.choose(form.chinese(), form.english())
}

/// Whether its season is open, in a word.
fn state_in(visit: &Visit, one: &Entitlement) -> &'static str {
    let word = if one.is_closed {
        two("已结转", "closed")
    } else {
        two("有效", "open")
    };
    visit.say(word)
}

/// A number with its sign.
fn signed(marks: i64) -> String {
    let sign = if marks > 0 { "+" } else { "" };
    format!("{sign}{}", thousands(marks))
}

/// What came to an entitlement and went from it since it was granted, besides what was ordered: adjusted, moved, carried
/// over. What was granted and this is what was ordered and what is left.
fn changed(one: &Entitlement) -> i64 {
    let all = i128::from(one.balance()) + i128::from(one.ordered) - i128::from(one.granted);
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// The year it is.
fn this_year() -> String {
    day_of(system::now()).year().to_string()
}

/// Heads of a table of entitlements in a licensee's file.
pub const HEADS: [Two; 6] = [
    two("产品形态", "Form"),
    two("余额", "Left"),
    two("已订", "Ordered"),
    two("核定", "Granted"),
    two("增减", "Changed since"),
    two("状态", "State"),
];

/// A row of such a table.
pub fn row(visit: &Visit, one: &Entitlement) -> (Option<String>, Vec<String>) {
    (
        Some(address_of(one.account)),
        vec![
            form_in(visit, one.account.form).to_owned(),
            thousands(one.balance()),
            thousands(one.ordered),
            thousands(one.granted),
            signed(changed(one)),
            state_in(visit, one).to_owned(),
        ],
    )
}
