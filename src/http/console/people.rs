//! Accounts of people, kept by the administrator.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::minute;
use super::read::Reader;
use super::submit::{answer, refuse};
use super::typed::Typed;
use super::words::{Two, noted, two};
use crate::domain::access::login::LoginError;
use crate::domain::access::{Login, Role, Scope, User, UserNumber};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::refusal::{Refusal, RefusalKind};
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::http::App;
use crate::service::people::accounts::{self, Change, NewUser};
use crate::service::people::sessions;
use crate::service::{ServiceError, system};

fn role_in(visit: &Visit, role: Role) -> &'static str {
    visit.language.choose(role.chinese(), role.english())
}

fn party_in(visit: &Visit, scope: Scope) -> String {
    match scope {
        Scope::All => String::new(),
        Scope::Licensee(number) => format!("{} {number}", visit.say(two("合法使用人", "licensee"))),
        Scope::Printer(number) => format!("{} {number}", visit.say(two("承印方", "printer"))),
    }
}

/// `GET /console/people`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = UserNumber(asked.get("after").parse().unwrap_or(0));
    let role = Role::from_slug(asked.get("role"));
    let found = match accounts::list(&app.store, asked.get("q"), role, after, ROWS + 1).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let roles = Role::ALL
        .iter()
        .map(|role| (role.slug(), role_in(&visit, *role)));
    List::new(&visit, &asked, two("用户", "People"))
        .action(true, two("新增用户", "Add a person"), "/console/people/new")
        .field("q", two("姓名或登录名", "Name"), Filter::Text)
        .field("role", two("角色", "Role"), Filter::Choice(roles.collect()))
        .columns([
            (two("登录名", "Signs in as"), ColumnKind::Text),
            (two("姓名", "Name"), ColumnKind::Text),
            (two("角色", "Role"), ColumnKind::Text),
            (two("所属", "Of"), ColumnKind::Text),
            (two("状态", "State"), ColumnKind::State),
        ])
        .rows(
            found,
            |user| user.number.to_string(),
            |user| Row {
                address: Some(format!("/console/people/{}", user.number)),
                cells: vec![
                    user.login.to_string(),
                    user.name.to_string(),
                    role_in(&visit, user.role).to_owned(),
                    party_in(&visit, user.scope),
                    visit
                        .say(if user.is_disabled {
                            two("停用", "disabled")
                        } else {
                            two("启用", "active")
                        })
                        .to_owned(),
                ],
            },
        )
        .render()
}

fn post_fields(visit: &Visit, form: Form) -> Form {
    let roles = Role::ALL
        .iter()
        .map(|role| (role.slug().to_owned(), role_in(visit, *role).to_owned()));
    form.field("name", two("姓名", "Name"), Kind::Line)
        .field("role", two("角色", "Role"), Kind::Choice(roles.collect()))
        .optional(
            "licensee",
            two("合法使用人编号", "Licensee number"),
            Kind::Number,
        )
        .hint(two(
            "仅角色为合法使用人时填写",
            "Only for the role licensee",
        ))
        .optional("printer", two("承印方编号", "Printer number"), Kind::Number)
        .hint(two("仅角色为承印方时填写", "Only for the role printer"))
}

/// Name, role and party as they were typed.
fn read_post(reader: &mut Reader<'_>) -> Option<(Line, Role, Scope)> {
    let (name, role) = (reader.line("name"), reader.word("role", Role::from_slug));
    let licensee = reader.optional("licensee", super::read::number::<u16>);
    let printer = reader.optional("printer", super::read::number::<u32>);
    let (name, role, licensee, printer) = (name?, role?, licensee?, printer?);
    let scope = role.scope(licensee.map(LicenseeNumber), printer.map(PrinterNumber));
    if scope.is_none() {
        let (field, chinese, english) = match role {
            Role::Licensee if licensee.is_none() => (
                "licensee",
                "请填写合法使用人编号",
                "Give the number of the licensee",
            ),
            Role::Printer if printer.is_none() => (
                "printer",
                "请填写承印方编号",
                "Give the number of the printer",
            ),
            Role::Printer => (
                "licensee",
                "这个角色不属于合法使用人，请留空",
                "Leave it empty for this role",
            ),
            _ if printer.is_some() => (
                "printer",
                "这个角色不属于承印方，请留空",
                "Leave it empty for this role",
            ),
            _ => (
                "licensee",
                "这个角色不属于合法使用人，请留空",
                "Leave it empty for this role",
            ),
        };
        reader.wrong(field, chinese, english);
    }
    Some((name, role, scope?))
}

fn add_form(visit: &Visit) -> Form {
    let say = |two: Two| visit.say(two);
    let form = Form::new(visit, two("新增用户", "Add a person"), two("新增", "Add"))
        .text(say(two(
            "系统给出一次性密码，请当面告知本人；首次登录须修改。",
            "A password for once is made: tell it to the person, who must change it at the first sign-in.",
        )))
        .field("login", two("登录名", "Name to sign in with"), Kind::Line)
        .hint(two("3 至 32 位小写字母、数字、点、下划线或短横线；不可更改", "3 to 32 of a-z, 0-9, '.', '_', '-'; never changed"));
    post_fields(visit, form)
}

/// `GET /console/people/new`
pub async fn add_page(visit: Visit) -> Response {
    add_form(&visit).render(&visit, None)
}

/// `POST /console/people/new`
pub async fn add(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let form = add_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let login = reader.value("login", |text| {
        Login::new(text).map_err(|error| (LoginError::CHINESE.to_owned(), error.to_string()))
    });
    let post = read_post(&mut reader);
    let errors = reader.finish();
    let (Some(login), Some((name, role, scope)), true) = (login, post, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let new = NewUser {
        login,
        name,
        role,
        scope,
    };
    let wanted = new.clone();
    match accounts::add(&app.store, &visit.origin, system::now(), new, None).await {
        Ok((user, for_once)) => show_once(&visit, &user, &for_once.unwrap_or_default()),
        Err(error) => match added_before(&app, &wanted).await {
            Some(user) => Redirect::to(&format!("/console/people/{}?notice=before", user.number))
                .into_response(),
            None => answer(&visit, &typed, form, Err(error)),
        },
    }
}

/// The very person who is to be added, if they were added before: the form was sent twice.
async fn added_before(app: &App, wanted: &NewUser) -> Option<User> {
    let found = accounts::by_login(&app.store, &wanted.login).await.ok()?;
    let is_same =
        (&found.name, found.role, found.scope) == (&wanted.name, wanted.role, wanted.scope);
    is_same.then_some(found)
}

fn show_once(visit: &Visit, user: &User, for_once: &str) -> Response {
    File::new(visit, user.name.to_string())
        .text(
            None,
            vec![
                visit
                    .say(two(
                        "请当面告知本人。本页不会再次显示。",
                        "Tell it to the person. It is not shown again.",
                    ))
                    .to_owned(),
            ],
        )
        .facts(
            None,
            vec![
                (two("登录名", "Signs in as"), Some(user.login.to_string())),
                (
                    two("一次性密码", "Password for once"),
                    Some(for_once.to_owned()),
                ),
            ],
        )
        .step(
            true,
            two("返回", "Back"),
            format!("/console/people/{}", user.number),
        )
        .render(visit)
}

/// `GET /console/people/{user}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    let found = async {
        let user = accounts::get(&app.store, UserNumber(number)).await?;
        let open = sessions::list(&app.store, &user, system::now()).await?;
        Ok::<_, ServiceError>((user, open))
    };
    let (user, open) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let here = format!("/console/people/{number}");
    let rows = open.iter().map(|one| {
        (
            None,
            vec![
                minute(one.seen_at),
                minute(one.made_at),
                one.network.clone(),
                one.agent.clone(),
            ],
        )
    });
    File::new(&visit, user.name.to_string())
        .state(visit.say(if user.is_disabled {
            two("停用", "disabled")
        } else {
            two("启用", "active")
        }))
        .step(true, two("变更", "Change"), format!("{here}/change"))
        .step(
            user.number != visit.signed_in().principal.user.number,
            two("重置密码", "Reset the password"),
            format!("{here}/password"),
        )
        .step(
            true,
            two("重置动态口令", "Reset one-time codes"),
            format!("{here}/second-factor"),
        )
        .step(
            !open.is_empty(),
            two("结束全部会话", "End all sessions"),
            format!("{here}/sessions"),
        )
        .step(
            true,
            two("操作日志", "Audit trail"),
            format!("/console/trail?login={}", user.login),
        )
        .facts(
            None,
            vec![
                (two("登录名", "Signs in as"), Some(user.login.to_string())),
                (
                    two("角色", "Role"),
                    Some(role_in(&visit, user.role).to_owned()),
                ),
                (
                    two("所属", "Of"),
                    Some(party_in(&visit, user.scope)).filter(|text| !text.is_empty()),
                ),
            ],
        )
        .table(
            two("登录会话", "Sessions"),
            &[
                two("最近使用", "Last used"),
                two("登录时间", "Since"),
                two("网络地址", "From"),
                two("浏览器", "Browser"),
            ],
            rows.collect(),
        )
        .render(&visit)
}

fn change_form(visit: &Visit, user: &User) -> Form {
    let say = |two: Two| visit.say(two);
    let disabled = vec![(
        "yes".to_owned(),
        say(two("停用，不得登录", "May not sign in")).to_owned(),
    )];
    let form = Form::new(visit, user.login.to_string(), two("保存", "Save"));
    post_fields(visit, form)
        .optional("disabled", two("停用", "Disabled"), Kind::Checks(disabled))
        .optional("seen", two("", ""), Kind::Hidden)
}

/// The account as this page shows it, to be held against what it is when the form comes.
fn as_seen(user: &User) -> String {
    serde_json::to_string(user).unwrap_or_default()
}

/// `GET /console/people/{user}/change`
pub async fn change_page(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
) -> Response {
    let user = match accounts::get(&app.store, UserNumber(number)).await {
        Ok(user) => user,
        Err(error) => return refuse(&visit, error),
    };
    let text = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    change_form(&visit, &user)
        .value("name", user.name.to_string())
        .value("role", user.role.slug())
        .value(
            "licensee",
            text(user.scope.licensee().map(|one| one.0.into())),
        )
        .value("printer", text(user.scope.printer().map(|one| one.0)))
        .value("disabled", if user.is_disabled { "yes" } else { "" })
        .value("seen", as_seen(&user))
        .render(&visit, None)
}

/// `POST /console/people/{user}/change`
pub async fn change(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
    typed: Typed,
) -> Response {
    let user = match accounts::get(&app.store, UserNumber(number)).await {
        Ok(user) => user,
        Err(error) => return refuse(&visit, error),
    };
    let form = change_form(&visit, &user);
    if typed.is_resumed() {
        return form.filled(&typed).render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let post = read_post(&mut reader);
    let errors = reader.finish();
    let (Some((name, role, scope)), true) = (post, errors.is_empty()) else {
        let form = form.filled(&typed).wrong(errors);
        return form.render(&visit, Some(&typed));
    };
    let seen = serde_json::from_str(typed.get("seen")).ok();
    let change = Change {
        name,
        role,
        scope,
        is_disabled: typed.get("disabled") == "yes",
    };
    let done = accounts::change(
        &app.store,
        &visit.origin,
        system::now(),
        user.number,
        seen.as_ref(),
        change,
    )
    .await;
    // Who is told that somebody else was faster has then seen what it is now.
    let typed = match &done {
        Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::Stale => {
            typed.with("seen", as_seen(&user))
        }
        _ => typed,
    };
    answer(
        &visit,
        &typed,
        form,
        done.map(|user| format!("/console/people/{}", user.number)),
    )
}

const PASSWORD: Two = two("重置密码", "Reset the password");

fn sure_form(visit: &Visit, user: &User, title: Two) -> Form {
    let mut form = Form::new(visit, title, title)
        .text(noted(
            visit.language,
            user.name.as_str(),
            user.login.as_line().as_str(),
        ))
        .grave();
    if title == PASSWORD {
        form = form.text(visit.say(two(
            "现用密码立即失效，全部会话结束；系统给出一次性密码，请当面告知本人。",
            "The present password ends at once, and so do all sessions. A password for once is made: tell it to the person.",
        )));
    }
    form
}

/// The two pages of what is done to an account after asking once.
macro_rules! sure {
    ($path:literal, $show:ident, $take:ident, $title:expr, |$visit:ident, $app:ident, $user:ident| $do:expr) => {
        #[doc = concat!("`GET /console/people/{user}/", $path, "`")]
        pub async fn $show(
            visit: Visit,
            State(app): State<App>,
            Path(number): Path<u32>,
        ) -> Response {
            match accounts::get(&app.store, UserNumber(number)).await {
                Ok(user) => sure_form(&visit, &user, $title).render(&visit, None),
                Err(error) => refuse(&visit, error),
            }
        }

        #[doc = concat!("`POST /console/people/{user}/", $path, "`")]
        pub async fn $take(
            $visit: Visit,
            State($app): State<App>,
            Path(number): Path<u32>,
        ) -> Response {
            match accounts::get(&$app.store, UserNumber(number)).await {
                Ok($user) => $do,
                Err(error) => refuse(&$visit, error),
            }
        }
    };
}

/// Nobody resets the own password: one changes it, and shows the present one for that.
fn own_password(visit: &Visit, user: &User) -> Response {
    let refusal = Refusal::conflict(
        said!("this is your own account", "这是您本人的账户"),
        said!(
            "change the password under My account",
            "请在“我的账户”中修改密码"
        ),
    );
    back(visit, user, Err(refusal.into()))
}

fn back(visit: &Visit, user: &User, done: Result<(), ServiceError>) -> Response {
    let to = done.map(|()| format!("/console/people/{}", user.number));
    let form = sure_form(visit, user, two("办理", "Do it"));
    answer(visit, &Typed::default(), form, to)
}

sure!(
    "password",
    password_page,
    password,
    PASSWORD,
    |visit, app, user| {
        if user.number == visit.signed_in().principal.user.number {
            return own_password(&visit, &user);
        }
        match accounts::reset_password(&app.store, &visit.origin, system::now(), user.number).await
        {
            Ok(for_once) => show_once(&visit, &user, &for_once),
            Err(error) => refuse(&visit, error),
        }
    }
);
sure!(
    "second-factor",
    second_factor_page,
    second_factor,
    two("重置动态口令", "Reset one-time codes"),
    |visit, app, user| {
        let done =
            accounts::reset_second_factor(&app.store, &visit.origin, system::now(), user.number)
                .await;
        back(&visit, &user, done)
    }
);
sure!(
    "sessions",
    sessions_page,
    sessions,
    two("结束全部会话", "End all sessions"),
    |visit, app, user| {
        let done = sessions::end_all(&app.store, &visit.origin, system::now(), &user, None).await;
        back(&visit, &user, done.map(drop))
    }
);
