//! The year's end: what goes over into the next season and what lapses is shown before the books are closed.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;

use super::{account_of, address_of, form_in};
use crate::domain::calendar::day_of;
use crate::domain::entitlement::Account;
use crate::domain::form::Form as ProductForm;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party::Names;
use crate::http::console::read::{Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::entitlements::Closing;
use crate::service::{ServiceError, entitlements, system};

fn whole_form(visit: &Visit) -> Form {
    Form::new(visit,
        two("年度结转", "Close a season"),
        two("试算", "Work it out"),
    )
    .grave()
    .text(visit.say(two(
        "年度结束后办理：未用额度按核算系数转入下一年度，其余失效。已结转的不受影响。",
        "After the year has ended: of what is unused, the share that the coefficients say goes over into the next \
         season, the rest lapses. Books that are closed stay as they are.",
    )))
    .field("season", two("年度", "Season"), Kind::Number)
    .optional("shown", two("", ""), Kind::Hidden)
}

/// `GET /console/entitlements/close`
pub async fn close_all_page(visit: Visit) -> Response {
    let last = day_of(system::now()).year() - 1;
    whole_form(&visit)
        .value("season", last.to_string())
        .render(&visit, None)
}

/// What the sums were that a person saw: confirmed is that, and nothing else.
fn sums_of(all: &[Closing]) -> String {
    let carried: u64 = all.iter().map(|one| one.carried).sum();
    let lapsed: u64 = all.iter().map(|one| one.lapsed).sum();
    format!("{}-{carried}-{lapsed}", all.len())
}

/// `POST /console/entitlements/close`
pub async fn close_all(visit: Visit, typed: Typed) -> Response {
    let form = whole_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let errors = reader.finish();
    let Some(season) = season else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let store = &visit.app.store;
    let all = or_refuse!(visit, entitlements::closing(store, season, None).await);
    let sums = sums_of(&all);
    if !typed.is_confirmed() && all.is_empty() {
        let mut reader = Reader::new(&typed, visit.language);
        let what = said!(
            "season {season} has no open books",
            "{season} 年度没有待结转的额度"
        );
        reader.said("season", &what);
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    }
    // What was done already is answered again, whatever has become of the sums.
    let is_done = typed.is_confirmed() && all.is_empty();
    if !typed.is_confirmed() || (typed.get("shown") != sums && !is_done) {
        let summary = summary_of_all(&visit, season, &all);
        return form.confirm_with(&visit, &typed, summary, &[("shown", sums)]);
    }
    let call = visit.call(typed.get("request"));
    let done = entitlements::carry_over_all(store, &call, season).await;
    let to = done.map(|_| format!("/console/entitlements?season={season}"));
    answer(&visit, &typed, form, to)
}

/// Sums by form.
fn summary_of_all(visit: &Visit, season: Season, all: &[Closing]) -> Vec<String> {
    let mut by_form: BTreeMap<ProductForm, (usize, u64, u64)> = BTreeMap::new();
    for one in all {
        let sums = by_form.entry(one.entitlement.account.form).or_default();
        sums.0 += 1;
        sums.1 += one.carried;
        sums.2 += one.lapsed;
    }
    let count = all.len();
    let mut told = vec![visit.in_words(said!(
        "{count} entitlements of season {season} are closed. This cannot be taken back.",
        "{season} 年度共 {count} 笔额度办理结转，办理后不能撤销。"
    ))];
    for (form, (count, carried, lapsed)) in by_form {
        let (carried, lapsed) = (thousands(carried), thousands(lapsed));
        let form = form_in(visit, form);
        told.push(visit.in_words(said!(
            "{form}: {count} entitlements, {carried} marks go over, {lapsed} lapse",
            "{form}：{count} 笔，转入下年 {carried} 枚，失效 {lapsed} 枚"
        )));
    }
    told
}

/// The one entitlement that is to be closed, with its form.
async fn one(
    visit: &Visit,
    (season, licensee, form): &(u16, u16, String),
) -> Result<(Account, Option<Closing>, Form), ServiceError> {
    let account = account_of(*season, *licensee, form)?;
    seen::entitlement(visit, account).await?;
    let names = Names::of(visit, [account.licensee]).await?;
    let store = &visit.app.store;
    let closing = entitlements::closing(store, account.season, Some(account)).await?;
    let closing = closing.into_iter().next();
    let mut form = Form::new(
        visit,
        two("年度结转", "Close the season"),
        two("结转", "Close"),
    )
    .grave()
    .text(format!(
        "{} {} {}",
        names.licensee(account.licensee),
        account.season,
        form_in(visit, account.form)
    ))
    .optional("shown", two("", ""), Kind::Hidden);
    if let Some(closing) = &closing {
        form = form.text(in_words(visit, closing));
    }
    Ok((account, closing, form))
}

fn in_words(visit: &Visit, one: &Closing) -> String {
    let left = thousands(one.entitlement.balance());
    let (carried, lapsed) = (thousands(one.carried), thousands(one.lapsed));
    visit.in_words(said!(
        "{left} marks are left: {carried} go over into the next season, {lapsed} lapse. This cannot be taken back.",
        "余额 {left} 枚：转入下年 {carried} 枚，失效 {lapsed} 枚。办理后不能撤销。"
    ))
}

/// `GET /console/entitlements/{season}/{licensee}/{form}/close`
pub async fn close_one_page(visit: Visit, Path(path): Path<(u16, u16, String)>) -> Response {
    let (_, _, form) = or_refuse!(visit, one(&visit, &path).await);
    form.render(&visit, None)
}

/// `POST /console/entitlements/{season}/{licensee}/{form}/close`
pub async fn close_one(
    visit: Visit,
    Path(path): Path<(u16, u16, String)>,
    typed: Typed,
) -> Response {
    let (account, closing, form) = or_refuse!(visit, one(&visit, &path).await);
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    if let Some(closing) = closing {
        let sums = sums_of(&[closing]);
        if !typed.is_confirmed() || typed.get("shown") != sums {
            let summary = vec![in_words(&visit, &closing)];
            return form.confirm_with(&visit, &typed, summary, &[("shown", sums)]);
        }
    }
    let call = visit.call(typed.get("request"));
    let done = entitlements::carry_over(&visit.app.store, &call, account).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|one| address_of(one.account)),
    )
}
