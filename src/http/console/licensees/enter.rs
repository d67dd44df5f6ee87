//! Entering an application, or a right that was granted before this ledger began.

use axum::response::Response;

use super::{particulars, state_in};
use crate::domain::calendar::day_of;
use crate::domain::licensee::{LicenseeState, NewLicensee};
use crate::domain::said::said;
use crate::domain::uscc::Uscc;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::{Errors, Reader};
use crate::http::console::submit::answer;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{licensees, system};

/// What one may be entered as.
const STATES: [LicenseeState; 2] = [LicenseeState::Applied, LicenseeState::Active];

fn form(visit: &Visit) -> Form {
    let states = STATES.map(|state| (state.slug().to_owned(), state_in(visit, state).to_owned()));
    let form = Form::new(
        visit,
        two("登记申请", "Enter an application"),
        two("登记", "Enter"),
    )
    .field("uscc", two("统一社会信用代码", "Credit code"), Kind::Line)
    .hint(two("18 位", "18 characters"))
    .field("state", two("状态", "State"), Kind::Choice(states.to_vec()))
    .hint(two(
        "在启用本系统之前已获准使用的，选“有效”，并填写文号",
        "Active if the right was granted before this ledger began; name the document then",
    ))
    .field(
        "applied",
        two(
            "申请日期，或使用权生效日期",
            "Day of application, or since when it is in force",
        ),
        Kind::Day,
    )
    .optional(
        "document",
        two("公告或注册文号", "Announcement or registration"),
        Kind::Line,
    );
    particulars::fields(visit, form)
}

/// `GET /console/licensees/new`
pub async fn enter_page(visit: Visit) -> Response {
    form(&visit)
        .value("applied", day_of(system::now()).to_string())
        .value("state", LicenseeState::Applied.slug())
        .render(&visit, None)
}

fn read(visit: &Visit, typed: &Typed) -> Result<NewLicensee, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let uscc = reader.read("uscc", Uscc::new);
    let state = reader.word("state", |word| {
        STATES.into_iter().find(|state| state.slug() == word)
    });
    let date = reader.day("applied");
    let document = reader.optional_line("document");
    if state == Some(LicenseeState::Active) && document == Some(None) {
        let what = said!(
            "a right in force needs the number of the announcement or registration",
            "使用权已生效的，须有公告或注册文号"
        );
        reader.said("document", &what);
    }
    let particulars = particulars::read(&mut reader, typed);
    let errors = reader.finish();
    let new = || {
        Some(NewLicensee {
            uscc: uscc?,
            particulars: particulars?,
            state: state?,
            date: date?,
            document: document?,
        })
    };
    new().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/licensees/new`
pub async fn enter(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let new = match read(&visit, &typed) {
        Ok(new) => new,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let call = visit.call(typed.get("request"));
    let done = licensees::enter(&visit.app.store, &call, new).await;
    let to = done.map(|one| format!("/console/licensees/{}", one.number));
    answer(&visit, &typed, form, to)
}
