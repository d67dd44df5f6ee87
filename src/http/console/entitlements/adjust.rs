//! Adjusting an entitlement, with the document that says why.

use axum::extract::Path;
use axum::response::Response;

use super::{account_of, address_of, form_in, signed};
use crate::domain::entitlement::Entitlement;
use crate::domain::said::said;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party::Names;
use crate::http::console::read::{Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, noted, two};
use crate::service::{ServiceError, entitlements};

/// Which way it goes.
const MORE: &str = "more";
const FEWER: &str = "fewer";

async fn found(
    visit: &Visit,
    (season, licensee, form): &(u16, u16, String),
) -> Result<(Entitlement, Form), ServiceError> {
    let account = account_of(*season, *licensee, form)?;
    let one = seen::entitlement(visit, account).await?;
    let name = Names::of(visit, [account.licensee])
        .await?
        .licensee(account.licensee);
    let word = |slug: &str, label: Two| (slug.to_owned(), visit.say(label).to_owned());
    let ways = vec![
        word(MORE, two("增加", "Add")),
        word(FEWER, two("核减", "Take away")),
    ];
    let form = Form::new(
        visit,
        two("调整额度", "Adjust an entitlement"),
        two("调整", "Adjust"),
    )
    .text(format!(
        "{name} {} {}{}{}",
        account.season,
        form_in(visit, account.form),
        visit.say(two("，余额 ", ", left: ")),
        thousands(one.balance())
    ))
    .field("way", two("增减", "Which way"), Kind::Choice(ways))
    .field("marks", two("枚数", "Marks"), Kind::Number)
    .field("reason", two("原因", "Reason"), Kind::Line)
    .field(
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    );
    Ok((one, form))
}

/// `GET /console/entitlements/{season}/{licensee}/{form}/adjust`
pub async fn adjust_page(visit: Visit, Path(path): Path<(u16, u16, String)>) -> Response {
    let (_, form) = or_refuse!(visit, found(&visit, &path).await);
    form.render(&visit, None)
}

/// `POST /console/entitlements/{season}/{licensee}/{form}/adjust`
pub async fn adjust(visit: Visit, Path(path): Path<(u16, u16, String)>, typed: Typed) -> Response {
    let (one, form) = or_refuse!(visit, found(&visit, &path).await);
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let way = reader.word("way", |way| match way {
        MORE => Some(1),
        FEWER => Some(-1),
        _ => None,
    });
    let marks = reader.wanted("marks", Wanted::Marks, |text| {
        let most = Entitlement::MOST.cast_signed();
        whole(text).filter(|marks| (1..=most).contains(marks))
    });
    let (reason, document) = (reader.line("reason"), reader.line("document"));
    if let (Some(-1), Some(marks)) = (way, marks)
        && marks.unsigned_abs() > one.balance()
    {
        let left = one.balance();
        let what = said!("{left} marks are left", "余额只有 {left} 枚");
        reader.said("marks", &what);
    }
    let errors = reader.finish();
    let (Some(way), Some(marks), Some(reason), Some(document), true) =
        (way, marks, reason, document, errors.is_empty())
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let marks: i64 = way * marks;
    if !typed.is_confirmed() {
        let (by, before) = (signed(marks), one.balance());
        let after = thousands(i128::from(before) + i128::from(marks));
        let before = thousands(before);
        let summary = vec![
            visit.in_words(said!(
                "{by} marks: {before} are left now, {after} afterwards.",
                "{by} 枚：余额由 {before} 变为 {after}。"
            )),
            noted(visit.language, reason.as_str(), document.as_str()),
        ];
        return form.confirm(&visit, &typed, summary);
    }
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = entitlements::adjust(store, &call, one.account, marks, reason, document).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|one| address_of(one.account)),
    )
}
