//! Transfers of quantity between two licensees: proposed, confirmed by both sides, or withdrawn.

use axum::extract::Path;
use axum::response::Response;

use super::asked::Asked;
use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::party::{self, Names};
use super::read::{Errors, Reader, whole};
use super::submit::{answer, or_refuse};
use super::typed::Typed;
use super::words::{Two, two};
use super::{seen, table};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer, TransferNumber, TransferState};
use crate::domain::wanted::Wanted;
use crate::service::{ServiceError, export, lists, system, transfers};
use crate::store::lists::{Sort, TRANSFERS, TransferFilter};

fn state_in(visit: &Visit, one: &Transfer) -> &'static str {
    visit
        .language
        .choose(one.state.chinese(), one.state.english())
}

fn address_of(one: &Transfer) -> String {
    format!("/console/transfers/{}", one.number)
}

/// Heads of a table of transfers in the page of an entitlement.
pub const HEADS: [Two; 4] = [
    two("划转", "Transfer"),
    two("状态", "State"),
    two("数量", "Marks"),
    two("提请时间", "Proposed"),
];

/// A row of such a table: what it is to this licensee.
pub fn row(visit: &Visit, one: &Transfer, own: LicenseeNumber) -> (Option<String>, Vec<String>) {
    let sign = if one.to == own { "+" } else { "−" };
    (
        Some(address_of(one)),
        vec![
            one.number.to_string(),
            state_in(visit, one).to_owned(),
            format!("{sign}{}", thousands(one.marks)),
            minute(one.at),
        ],
    )
}

/// What an address asks for, within what the person sees.
async fn filter_of(asked: &mut Asked<'_>) -> Result<TransferFilter, ServiceError> {
    Ok(TransferFilter {
        licensee: asked.licensee().await?,
        state: asked.word("state", TransferState::from_slug),
    })
}

/// `GET /console/transfers`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(TransferNumber);
    let sort = Sort::of(asked.get("sort"), TRANSFERS).unwrap_or(Sort::down("number"));
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = filter_of(&mut asks).await?;
        let errors = asks.finish();
        let found = match errors.is_empty() {
            true => {
                lists::transfers(
                    &visit.app.store,
                    visit.scope(),
                    &filter,
                    sort,
                    after,
                    ROWS + 1,
                )
                .await?
            }
            false => Vec::new(),
        };
        let parties = found.iter().flat_map(|one| [one.from.licensee, one.to]);
        let names = Names::of(&visit, parties).await?;
        Ok((found, names, party::filter(&visit).await?, errors))
    };
    let (found, names, licensees, errors) = or_refuse!(visit, found.await);
    let states = TransferState::ALL
        .iter()
        .map(|state| (state.slug(), visit.one_of(state.chinese(), state.english())));
    let mut list = List::new(&visit, &asked, two("额度划转", "Transfers"))
        .action(
            visit.may(P::TransferPropose),
            two("提请划转", "Propose one"),
            "/console/transfers/new",
        )
        .table(visit.may(P::Export), "/console/transfers/table")
        .field(
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        );
    if visit.scope().licensee().is_none() {
        let label = two("使用人", "Licensee");
        list = list.field("licensee", label, licensees);
    }
    list.wrong(errors)
        .columns([
            (two("划转", "Transfer"), ColumnKind::Text),
            (two("状态", "State"), ColumnKind::State),
            (two("划出方", "From"), ColumnKind::Text),
            (two("划入方", "To"), ColumnKind::Text),
            (two("年度", "Season"), ColumnKind::Text),
            (two("产品形态", "Form"), ColumnKind::Text),
            (two("数量", "Marks"), ColumnKind::Number),
            (two("提请时间", "Proposed"), ColumnKind::Text),
        ])
        .sorted(sort, &[(0, "number")])
        .rows(
            found,
            |one| one.number.to_string(),
            |one| Row {
                address: Some(address_of(one)),
                cells: vec![
                    one.number.to_string(),
                    state_in(&visit, one).to_owned(),
                    names.licensee(one.from.licensee),
                    names.licensee(one.to),
                    one.from.season.to_string(),
                    visit
                        .one_of(one.from.form.chinese(), one.from.form.english())
                        .to_owned(),
                    thousands(one.marks),
                    minute(one.at),
                ],
            },
        )
        .render()
}

/// `GET /console/transfers/table`
pub async fn list_table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        export::transfers(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "transfers", make).await
}

/// The transfer, with the names of both sides.
async fn found(visit: &Visit, number: u32) -> Result<(Transfer, Names), ServiceError> {
    let one = seen::transfer(visit, TransferNumber(number)).await?;
    let names = Names::of(visit, [one.from.licensee, one.to]).await?;
    Ok((one, names))
}

/// The sides for which this person may confirm, and that have not confirmed yet.
fn open_sides(visit: &Visit, one: &Transfer) -> Vec<LicenseeNumber> {
    let sides = [
        (one.from.licensee, one.giver.is_none()),
        (one.to, one.receiver.is_none()),
    ];
    let is_open = one.state == TransferState::Proposed;
    let may = |number| is_open && visit.scope().sees_licensee(number);
    let sides = sides.into_iter();
    sides
        .filter(|(number, is_waiting)| *is_waiting && may(*number))
        .map(|(number, _)| number)
        .collect()
}

/// `GET /console/transfers/{transfer}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let (one, names) = or_refuse!(visit, found(&visit, number).await);
    let here = address_of(&one);
    let by = |by: &Option<Line>| match by {
        Some(by) => by.to_string(),
        None => visit.say(two("待确认", "not confirmed yet")).to_owned(),
    };
    let form = one.from.form;
    File::new(
        &visit,
        format!("{} {number}", visit.say(two("额度划转", "Transfer"))),
    )
    .state(state_in(&visit, &one))
    .step(
        !open_sides(&visit, &one).is_empty() && visit.may(P::TransferConfirm),
        two("确认", "Confirm"),
        format!("{here}/confirm"),
    )
    .step(
        one.state == TransferState::Proposed && visit.may(P::TransferPropose),
        two("撤回", "Withdraw"),
        format!("{here}/withdraw"),
    )
    .facts(
        None,
        vec![
            (
                two("划出方", "From"),
                Some(names.licensee(one.from.licensee)),
            ),
            (two("划入方", "To"), Some(names.licensee(one.to))),
            (two("年度", "Season"), Some(one.from.season.to_string())),
            (
                two("产品形态", "Form"),
                Some(visit.one_of(form.chinese(), form.english()).to_owned()),
            ),
            (two("数量", "Marks"), Some(thousands(one.marks))),
            (
                two("文号", "Document"),
                one.document.as_ref().map(ToString::to_string),
            ),
            (
                two("划出方确认", "Confirmed by the giver"),
                Some(by(&one.giver)),
            ),
            (
                two("划入方确认", "Confirmed by the receiver"),
                Some(by(&one.receiver)),
            ),
            (
                two("提请", "Proposed"),
                Some(format!("{} {}", minute(one.at), one.by)),
            ),
        ],
    )
    .text(
        None,
        vec![
            visit
                .say(two(
                    "双方都确认后额度即划转；标志实物不转手。",
                    "The quantity moves when both sides have confirmed; no labels change hands.",
                ))
                .to_owned(),
        ],
    )
    .render(&visit)
}

async fn propose_form(visit: &Visit) -> Result<Form, ServiceError> {
    let form = Form::new(
        visit,
        two("提请额度划转", "Propose a transfer"),
        two("提请", "Propose"),
    );
    let form = party::licensee_field(visit, form, "licensee", two("划出方", "From")).await?;
    let receiver = party::other_licensee(visit).await?;
    let how = match visit.scope().licensee() {
        Some(_) => two("全称或统一社会信用代码", "Its whole name or credit code"),
        None => two(
            "名称、统一社会信用代码或编号",
            "Its name, credit code or number",
        ),
    };
    Ok(form
        .field("to", two("划入方", "To"), receiver)
        .hint(how)
        .field("season", two("年度", "Season"), Kind::Number)
        .field(
            "form",
            two("产品形态", "Form"),
            Kind::choice(
                visit,
                ProductForm::ALL,
                ProductForm::slug,
                [ProductForm::chinese, ProductForm::english],
            ),
        )
        .field("marks", two("枚数", "Marks"), Kind::Number)
        .optional(
            "document",
            two("合同或文号", "Contract or decision"),
            Kind::Line,
        ))
}

/// `GET /console/transfers/new`
pub async fn propose_page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let mut form = or_refuse!(visit, propose_form(&visit).await);
    if let Some(number) = whole(asked.get("licensee")).map(LicenseeNumber) {
        let begun = or_refuse!(visit, party::begun(&visit, number).await);
        form = form.value("licensee", begun);
    }
    let season = match asked.get("season") {
        "" => day_of(system::now()).year().to_string(),
        season => season.to_owned(),
    };
    form.value("season", season)
        .value("form", asked.get("form"))
        .render(&visit, None)
}

/// A transfer as it was typed.
struct Wish {
    from: Account,
    to: LicenseeNumber,
    marks: u64,
    document: Option<Line>,
}

async fn read(visit: &Visit, typed: &Typed) -> Result<Result<Wish, Errors>, ServiceError> {
    let mut reader = Reader::new(typed, visit.language);
    let licensee = party::read_licensee(visit, typed, &mut reader, "licensee").await?;
    let to = party::read_any_licensee(visit, typed, &mut reader, "to").await?;
    if to.is_some() && to == licensee {
        let what = said!(
            "giver and receiver are the same",
            "划出方和划入方不能是同一家"
        );
        reader.said("to", &what);
    }
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let form = reader.wanted("form", Wanted::Form, ProductForm::from_slug);
    let marks = reader.wanted("marks", Wanted::Marks, |text| {
        let marks: i64 = whole(text)?;
        u64::try_from(marks)
            .ok()
            .filter(|marks| (1..=Entitlement::MOST).contains(marks))
    });
    let document = reader.optional_line("document");
    let errors = reader.finish();
    let wish = || {
        let from = Account {
            licensee: licensee?,
            season: season?,
            form: form?,
        };
        Some(Wish {
            from,
            to: to?,
            marks: marks?,
            document: document?,
        })
    };
    Ok(wish().filter(|_| errors.is_empty()).ok_or(errors))
}

/// `POST /console/transfers/new`
pub async fn propose(visit: Visit, typed: Typed) -> Response {
    let form = or_refuse!(visit, propose_form(&visit).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let Wish {
        from,
        to,
        marks,
        document,
    } = match or_refuse!(visit, read(&visit, &typed).await) {
        Ok(wish) => wish,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = transfers::propose(store, &call, from, to, marks, document).await;
    answer(&visit, &typed, form, done.map(|one| address_of(&one)))
}

fn in_words(visit: &Visit, one: &Transfer, names: &Names) -> String {
    let (from, to) = (names.licensee(one.from.licensee), names.licensee(one.to));
    let (marks, season, form) = (thousands(one.marks), one.from.season, one.from.form);
    visit.in_words(said!(
        "{marks} marks of season {season} for {} go from {from} to {to}.", form.english();
        "{season} 年度{}额度 {marks} 枚，由 {from} 划给 {to}。", form.chinese()
    ))
}

fn confirm_form(visit: &Visit, one: &Transfer, names: &Names) -> Form {
    let form = Form::new(
        visit,
        two("确认额度划转", "Confirm a transfer"),
        two("确认", "Confirm"),
    )
    .grave()
    .text(in_words(visit, one, names))
    .text(visit.say(two(
        "双方都确认后不能撤回。",
        "When both sides have confirmed it cannot be withdrawn.",
    )));
    let sides = open_sides(visit, one);
    if visit.scope().licensee().is_some() {
        return form;
    }
    let sides = sides
        .into_iter()
        .map(|number| (number.to_string(), names.licensee(number)));
    form.field(
        "side",
        two("代表哪一方确认", "For which side"),
        Kind::Choice(sides.collect()),
    )
}

/// `GET /console/transfers/{transfer}/confirm`
pub async fn confirm_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let (one, names) = or_refuse!(visit, found(&visit, number).await);
    confirm_form(&visit, &one, &names).render(&visit, None)
}

/// `POST /console/transfers/{transfer}/confirm`
pub async fn confirm(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let (one, names) = or_refuse!(visit, found(&visit, number).await);
    let form = confirm_form(&visit, &one, &names).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let side = match visit.scope().licensee() {
        Some(own) => Some(own),
        None => reader.wanted("side", Wanted::Choice, |text| {
            let number = LicenseeNumber(whole(text)?);
            [one.from.licensee, one.to]
                .contains(&number)
                .then_some(number)
        }),
    };
    let Some(side) = side else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = transfers::confirm(store, &call, one.number, side).await;
    answer(&visit, &typed, form, done.map(|one| address_of(&one)))
}

fn withdraw_form(visit: &Visit, one: &Transfer, names: &Names) -> Form {
    Form::new(
        visit,
        two("撤回额度划转", "Withdraw a transfer"),
        two("撤回", "Withdraw"),
    )
    .text(in_words(visit, one, names))
}

/// `GET /console/transfers/{transfer}/withdraw`
pub async fn withdraw_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let (one, names) = or_refuse!(visit, found(&visit, number).await);
    withdraw_form(&visit, &one, &names).render(&visit, None)
}

/// `POST /console/transfers/{transfer}/withdraw`
pub async fn withdraw(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let (one, names) = or_refuse!(visit, found(&visit, number).await);
    let form = withdraw_form(&visit, &one, &names);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let done = transfers::withdraw(&visit.app.store, &call, one.number).await;
    answer(&visit, &typed, form, done.map(|one| address_of(&one)))
}
