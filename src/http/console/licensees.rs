//! Licensees: the register, a file, and the steps on its path.

use axum::extract::{Path, State};
use axum::response::Response;

use super::file::File;
use super::form::{Form, Kind};
use super::guard::{Visit, forbidden};
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::read::Reader;
use super::submit::{answer, refuse};
use super::typed::Typed;
use super::words::{Two, two};
use crate::domain::access::Permission;
use crate::domain::calendar::day_of;
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::attention::Attention;
use crate::domain::licensee::{
    LegalBasis, Licensee, LicenseeNumber, LicenseeState, NewLicensee, Particulars, Step, StepTaken,
};
use crate::domain::uscc::Uscc;
use crate::http::App;
use crate::http::language::Language;
use crate::service::{ServiceError, ledger, licensees, system};
use crate::store::{ledger as entries, licensee};

fn state_in(visit: &Visit, state: LicenseeState) -> &'static str {
    visit.language.choose(state.chinese(), state.slug())
}

/// `GET /console/licensees`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let filter = licensee::Filter {
        number: None,
        state: LicenseeState::from_slug(asked.get("state")),
        search: Some(asked.get("q").to_owned()).filter(|text| !text.is_empty()),
        attention_on: None,
    };
    let after = LicenseeNumber(asked.get("after").parse().unwrap_or(0));
    let found = licensees::list(&app.store, visit.scope(), &filter, after, ROWS + 1).await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let states = LicenseeState::ALL
        .iter()
        .map(|state| (state.slug(), state_in(&visit, *state)));
    List::new(two("合法使用人", "Licensees"))
        .action(
            visit.may(Permission::LicenseeEnter),
            visit.say(two("登记申请", "Enter an application")),
            "/console/licensees/new",
        )
        .field(
            &visit,
            &asked,
            "q",
            two("名称或代码", "Name or code"),
            Filter::Text,
        )
        .field(
            &visit,
            &asked,
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        )
        .columns(
            &visit,
            [
                (two("名称", "Name"), ColumnKind::Text),
                (two("编号", "Number"), ColumnKind::Number),
                (two("统一社会信用代码", "Credit code"), ColumnKind::Code),
                (two("状态", "State"), ColumnKind::State),
                (two("自", "Since"), ColumnKind::Text),
            ],
        )
        .rows(
            found,
            |one| one.number.to_string(),
            |one| Row {
                address: Some(format!("/console/licensees/{}", one.number)),
                cells: vec![
                    one.name().to_string(),
                    one.number.to_string(),
                    one.uscc.to_string(),
                    state_in(&visit, one.state).to_owned(),
                    one.state_since.to_string(),
                ],
            },
        )
        .render(&visit, &asked)
}

/// The licensee, if it is the person's to see.
async fn seen(visit: &Visit, app: &App, number: LicenseeNumber) -> Result<Licensee, ServiceError> {
    licensees::get(&app.store, visit.scope(), number).await
}

/// What needs attention, in words.
pub fn attention_in(visit: &Visit) -> impl Fn(&Attention) -> String {
    let language = visit.language;
    move |attention| match language {
        Language::Chinese => attention.in_chinese(),
        Language::English => attention.in_words(),
    }
}

/// `GET /console/licensees/{licensee}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u16>) -> Response {
    let number = LicenseeNumber(number);
    let found = async {
        let one = seen(&visit, &app, number).await?;
        let about = entries::Filter {
            licensee: Some(number),
            ..Default::default()
        };
        let history = ledger::list(&app.store, visit.scope(), &about, None, 30).await?;
        Ok::<_, ServiceError>((one, history))
    };
    let (one, history) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let said = &one.particulars;
    let joined = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join("、"));
    let forms = said.forms.iter().map(|form| {
        visit
            .language
            .choose(form.chinese(), form.slug())
            .to_owned()
    });
    let areas = said.areas.iter().map(|(township, area)| {
        format!("{} {area} {}", township.name(), visit.say(two("亩", "mu")))
    });
    let attention = one.attention(day_of(system::now()));
    let steps: Vec<Step> = one.state.steps().collect();
    let mut file = File::new(one.name().to_string()).state(state_in(&visit, one.state));
    let here = format!("/console/licensees/{number}");
    if let Some(pending) = &one.pending {
        let step = pending.step.step;
        let text = match visit.language {
            Language::Chinese => format!(
                "“{}”由 {} 提出，待另一人复核。事由：{}",
                step.chinese(),
                pending.by,
                pending.step.ground
            ),
            Language::English => format!(
                "“{}” was proposed by {} and waits for a second person. Ground: {}",
                step.slug(),
                pending.by,
                pending.step.ground
            ),
        };
        file = file.text(None, vec![text]).step(
            &visit,
            visit.may(Permission::LicenseeConfirm),
            two("复核", "Confirm as the second person"),
            format!("{here}/confirm"),
        );
    } else {
        for step in steps {
            let label = Two::of(step.chinese(), step.slug());
            let may = visit.may(Permission::for_step(step));
            file = file.step(&visit, may, label, format!("{here}/steps/{}", step.slug()));
        }
    }
    file.text(None, attention.iter().map(attention_in(&visit)).collect())
        .facts(
            &visit,
            None,
            vec![
                (two("编号", "Number"), Some(number.to_string())),
                (
                    two("统一社会信用代码", "Credit code"),
                    Some(one.uscc.to_string()),
                ),
                (
                    two("授权依据", "Legal basis"),
                    Some(
                        visit
                            .language
                            .choose(said.legal_basis.chinese(), said.legal_basis.slug())
                            .to_owned(),
                    ),
                ),
                (
                    two("文号", "Documents"),
                    joined(
                        said.basis_documents
                            .iter()
                            .map(ToString::to_string)
                            .collect(),
                    ),
                ),
                (two("产品形态", "Forms"), joined(forms.collect())),
                (
                    two("产品", "Products"),
                    joined(said.products.iter().map(ToString::to_string).collect()),
                ),
                (two("基地", "Base"), joined(areas.collect())),
                (
                    two("状态起始日", "In this state since"),
                    Some(one.state_since.to_string()),
                ),
                (
                    two("整改期限", "Correction due"),
                    one.correction_due.map(|day| day.to_string()),
                ),
                (
                    two("准予使用自", "In force since"),
                    one.in_force_since.map(|day| day.to_string()),
                ),
                (
                    two("最近使用", "Last use"),
                    one.last_use.map(|day| day.to_string()),
                ),
                (
                    two("联系人", "Contact"),
                    said.contact.person.as_ref().map(ToString::to_string),
                ),
                (
                    two("电话", "Telephone"),
                    said.contact.phone.as_ref().map(ToString::to_string),
                ),
            ],
        )
        .history(&visit, &history)
        .render(&visit)
}

fn enter_form(visit: &Visit) -> Form {
    let say = |two: Two| visit.say(two);
    let words = |all: Vec<(&'static str, &'static str)>| {
        all.into_iter()
            .map(|(slug, chinese)| {
                (
                    slug.to_owned(),
                    visit.language.choose(chinese, slug).to_owned(),
                )
            })
            .collect()
    };
    Form::new(
        say(two("登记申请", "Enter an application")),
        say(two("登记", "Enter")),
    )
    .field(visit, "name", two("名称", "Registered name"), Kind::Line)
    .field(
        visit,
        "uscc",
        two("统一社会信用代码", "Credit code"),
        Kind::Line,
    )
    .hint(visit, two("18 位", "18 characters"))
    .field(
        visit,
        "basis",
        two("授权依据", "Legal basis"),
        Kind::Choice(words(
            LegalBasis::ALL
                .iter()
                .map(|one| (one.slug(), one.chinese()))
                .collect(),
        )),
    )
    .optional(
        visit,
        "forms",
        two("产品形态", "Forms"),
        Kind::Checks(words(
            ProductForm::ALL
                .iter()
                .map(|one| (one.slug(), one.chinese()))
                .collect(),
        )),
    )
    .optional(visit, "products", two("产品名称", "Products"), Kind::Lines)
    .hint(visit, two("每行一个", "One a line"))
    .field(
        visit,
        "applied",
        two("申请日期", "Day of application"),
        Kind::Day,
    )
}

/// `GET /console/licensees/new`
pub async fn enter_page(visit: Visit) -> Response {
    let today = day_of(system::now()).to_string();
    enter_form(&visit)
        .value("applied", today)
        .render(&visit, None)
}

/// `POST /console/licensees/new`
pub async fn enter(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let form = enter_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let name = reader.line("name");
    let uscc = reader.value("uscc", |text| {
        Uscc::new(text)
            .map_err(|error| (format!("统一社会信用代码有误：{error}"), error.to_string()))
    });
    let basis = reader.word("basis", LegalBasis::from_slug);
    let applied = reader.day("applied");
    let products = reader.lines("products");
    let errors = reader.finish();
    let (Some(name), Some(uscc), Some(basis), Some(applied), Some(products), true) =
        (name, uscc, basis, applied, products, errors.is_empty())
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let mut particulars = Particulars::new(name, basis);
    particulars.forms = typed
        .all("forms")
        .filter_map(ProductForm::from_slug)
        .collect();
    particulars.products = products;
    let new = NewLicensee {
        uscc,
        particulars,
        state: LicenseeState::Applied,
        date: applied,
        document: None,
    };
    let call = visit.call(typed.get("request"));
    let done = licensees::enter(&app.store, &call, new).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|one| format!("/console/licensees/{}", one.number)),
    )
}

fn step_form(visit: &Visit, step: Step) -> Form {
    let title = visit.language.choose(step.chinese(), step.slug());
    let button = if step.needs_two() {
        two("提出", "Propose")
    } else {
        two("办理", "Do it")
    };
    let mut form = Form::new(title, visit.say(button))
        .field(
            visit,
            "date",
            two("决定日期", "Day of the decision"),
            Kind::Day,
        )
        .field(visit, "ground", two("事由", "Ground"), Kind::Line);
    form = if step.needs_document() {
        form.field(
            visit,
            "document",
            two("文号", "Number of the document"),
            Kind::Line,
        )
    } else {
        form.optional(
            visit,
            "document",
            two("文号", "Number of the document"),
            Kind::Line,
        )
    };
    if step == Step::OrderCorrection {
        form = form.field(
            visit,
            "due",
            two("整改期限", "Correction due by"),
            Kind::Day,
        );
    }
    if step.needs_two() {
        form = form.text(visit.say(two(
            "此事须由另一人复核后才生效。",
            "This is in force only after a second person has confirmed it.",
        )));
    }
    if step.ends_the_right() {
        form.grave()
    } else {
        form
    }
}

/// The licensee and the step of an address, if the person may see the one and take the other; else the answer.
async fn step_of(
    visit: &Visit,
    app: &App,
    number: LicenseeNumber,
    word: &str,
) -> Result<(Licensee, Step), Response> {
    let Some(step) = Step::from_slug(word) else {
        return Err(refuse(visit, licensees::unknown(number)));
    };
    let needed = Permission::for_step(step);
    if !visit.may(needed) {
        return Err(forbidden(visit, needed).await);
    }
    let one = seen(visit, app, number).await;
    Ok((one.map_err(|error| refuse(visit, error))?, step))
}

/// `GET /console/licensees/{licensee}/steps/{step}`
pub async fn step_page(
    visit: Visit,
    State(app): State<App>,
    Path((number, word)): Path<(u16, String)>,
) -> Response {
    let (one, step) = match step_of(&visit, &app, LicenseeNumber(number), &word).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let today = day_of(system::now()).to_string();
    step_form(&visit, step)
        .text(one.name().to_string())
        .value("date", today)
        .render(&visit, None)
}

/// `POST /console/licensees/{licensee}/steps/{step}`
pub async fn step(
    visit: Visit,
    State(app): State<App>,
    Path((number, word)): Path<(u16, String)>,
    typed: Typed,
) -> Response {
    let number = LicenseeNumber(number);
    let (one, step) = match step_of(&visit, &app, number, &word).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let form = step_form(&visit, step).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (date, ground) = (reader.day("date"), reader.line("ground"));
    let document = reader.optional_line("document");
    let due = reader.optional("due", super::read::day);
    let errors = reader.finish();
    let (Some(date), Some(ground), Some(document), Some(due), true) =
        (date, ground, document, due, errors.is_empty())
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    if step.ends_the_right() && !typed.is_confirmed() {
        let what = visit.language.choose(step.chinese(), step.slug());
        let summary = vec![
            format!("{what}：{}（{}）", one.name(), one.uscc),
            format!("{}：{ground}", visit.say(two("事由", "Ground"))),
            visit
                .say(two(
                    "此人的标志权利将终止，并公开日期和事由。",
                    "The right to the mark ends; date and ground become public.",
                ))
                .to_owned(),
        ];
        return form.confirm(&visit, &typed, summary);
    }
    let taken = StepTaken {
        step,
        date,
        ground,
        document,
        due,
        marks_good_until: None,
    };
    let call = visit.call(typed.get("request"));
    let done = if step.needs_two() {
        licensees::propose_step(&app.store, &call, number, taken).await
    } else {
        licensees::take_step(&app.store, &call, number, taken).await
    };
    answer(
        &visit,
        &typed,
        form,
        done.map(|one| format!("/console/licensees/{}", one.number)),
    )
}

fn confirm_form(visit: &Visit, one: &Licensee) -> Form {
    let say = |two: Two| visit.say(two);
    let form = Form::new(
        say(two("复核", "Confirm as the second person")),
        say(two("复核通过", "Confirm")),
    )
    .grave();
    let form = form.text(one.name().to_string());
    match &one.pending {
        Some(pending) => {
            let step = visit
                .language
                .choose(pending.step.step.chinese(), pending.step.step.slug());
            form.text(format!(
                "{step}：{}（{}，{}）",
                pending.step.ground, pending.by, pending.step.date
            ))
        }
        None => form,
    }
}

/// `GET /console/licensees/{licensee}/confirm`
pub async fn confirm_page(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u16>,
) -> Response {
    match seen(&visit, &app, LicenseeNumber(number)).await {
        Ok(one) => confirm_form(&visit, &one).render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/licensees/{licensee}/confirm`
pub async fn confirm(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u16>,
    typed: Typed,
) -> Response {
    let number = LicenseeNumber(number);
    let one = match seen(&visit, &app, number).await {
        Ok(one) => one,
        Err(error) => return refuse(&visit, error),
    };
    let call = visit.call(typed.get("request"));
    let done = licensees::confirm_step(&app.store, &call, number).await;
    answer(
        &visit,
        &typed,
        confirm_form(&visit, &one),
        done.map(|one| format!("/console/licensees/{}", one.number)),
    )
}
