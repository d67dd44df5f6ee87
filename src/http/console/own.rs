//! A person's own account: password, second factor, recovery codes, sessions, tokens.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::page::{self, Frame, minute};
use super::read::{Errors, Reader};
use super::submit::{answer, refuse};
use super::typed::{NOT_REPEATED, Typed};
use super::words::{Two, two};
use crate::domain::access::Permission;
use crate::domain::access::token::TokenNumber;
use crate::http::App;
use crate::render::qr_svg;
use crate::service::people::tokens::NewToken;
use crate::service::people::{own, sessions, tokens};
use crate::service::system;
use crate::store::session::SessionNumber;

/// `GET /console/own`
#[allow(clippy::too_many_lines)] // the steps and facts of one file, one after the other
pub async fn page(visit: Visit, State(app): State<App>) -> Response {
    let signed_in = visit.signed_in();
    let user = &signed_in.principal.user;
    let (store, now) = (&app.store, system::now());
    let found = async {
        let open = sessions::list(store, user, now).await?;
        let tokens = tokens::list(store, Some(user.number), 50).await?;
        let left = own::recovery_codes_left(store, signed_in).await?;
        Ok::<_, crate::service::ServiceError>((open, tokens, left))
    };
    let (open, tokens, left) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let yes = |is: bool| {
        visit.say(if is {
            two("有", "yes")
        } else {
            two("无", "no")
        })
    };
    let own = "/console/own";
    let session = |one: &crate::store::session::Session| {
        let is_this = one.number == signed_in.session.number;
        let this = if is_this {
            visit.say(two("（本次）", "(this one)"))
        } else {
            ""
        };
        (
            Some(format!("{own}/sessions/{}/end", one.number)),
            vec![
                format!("{} {this}", minute(one.seen_at)),
                minute(one.made_at),
                one.network.clone(),
                one.agent.clone(),
            ],
        )
    };
    let token = |one: &crate::store::token::Token| {
        let is_over = one.revoked_at.is_some() || one.ends_at <= now;
        let words: Vec<&str> = one.permissions.iter().map(|word| word.slug()).collect();
        (
            (!is_over).then(|| format!("{own}/tokens/{}/revoke", one.number)),
            vec![
                one.purpose.to_string(),
                words.join(" "),
                minute(one.ends_at),
                visit
                    .say(if is_over {
                        two("已失效", "over")
                    } else {
                        two("有效", "in force")
                    })
                    .to_owned(),
            ],
        )
    };
    File::new(&visit, user.name.to_string())
        .step(
            true,
            two("修改密码", "Change the password"),
            format!("{own}/password"),
        )
        .step(
            true,
            two("设置动态口令", "Set up one-time codes"),
            format!("{own}/second-factor"),
        )
        .step(
            signed_in.has_second_factor,
            two("换发恢复码", "New recovery codes"),
            format!("{own}/recovery-codes"),
        )
        .step(
            true,
            two("新建接口令牌", "Make a token"),
            format!("{own}/tokens/new"),
        )
        .facts(
            None,
            vec![
                (two("登录名", "Signs in as"), Some(user.login.to_string())),
                (
                    two("角色", "Role"),
                    Some(
                        visit
                            .language
                            .choose(user.role.chinese(), user.role.english())
                            .to_owned(),
                    ),
                ),
                (
                    two("动态口令", "One-time codes"),
                    Some(yes(signed_in.has_second_factor).to_owned()),
                ),
                (
                    two("剩余恢复码", "Recovery codes left"),
                    signed_in.has_second_factor.then(|| left.to_string()),
                ),
            ],
        )
        .table(
            two("登录会话（点开可结束）", "Sessions (open one to end it)"),
            &[
                two("最近使用", "Last used"),
                two("登录时间", "Since"),
                two("网络地址", "From"),
                two("浏览器", "Browser"),
            ],
            open.iter().map(session).collect(),
        )
        .table(
            two("接口令牌", "Tokens"),
            &[
                two("用途", "For"),
                two("权限", "May"),
                two("有效期至", "Until"),
                two("状态", "State"),
            ],
            tokens.iter().map(token).collect(),
        )
        .render(&visit)
}

fn password_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("修改密码", "Change the password"),
        two("修改", "Change"),
    )
    .field(
        "present",
        two("现在的密码", "Present password"),
        Kind::Password("current-password"),
    )
    .field(
        "new",
        two("新密码", "New password"),
        Kind::Password("new-password"),
    )
    .hint(two(
        "至少 12 个字符，可以用一句话。",
        "At least 12 characters; a sentence is a good one.",
    ))
    .field(
        "again",
        two("再输一次新密码", "New password again"),
        Kind::Password("new-password"),
    )
}

/// `GET /console/own/password`
pub async fn password_page(visit: Visit) -> Response {
    password_form(&visit).render(&visit, None)
}

/// `POST /console/own/password`
pub async fn password(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let mut reader = Reader::new(&typed, visit.language);
    let (new, again) = (typed.untrimmed("new"), typed.untrimmed("again"));
    if new != again {
        reader.wrong(
            "again",
            "两次输入的新密码不一致",
            "The two new passwords differ",
        );
    }
    let errors = reader.finish();
    if !errors.is_empty() {
        return password_form(&visit)
            .wrong(errors)
            .render(&visit, Some(&typed));
    }
    let present = typed.untrimmed("present");
    let changed = own::change_password(
        &app.store,
        &visit.origin,
        system::now(),
        visit.signed_in(),
        present,
        new,
    );
    answer(
        &visit,
        &typed,
        password_form(&visit),
        changed.await.map(|()| "/console/own".to_owned()),
    )
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactor {
    frame: Frame,
    how: &'static str,
    symbol: String,
    symbol_label: &'static str,
    typed_label: &'static str,
    secret: String,
    code_label: &'static str,
    button: &'static str,
    not_repeated: &'static str,
    error: Option<&'static str>,
}

async fn second_factor_form(visit: &Visit, app: &App, error: Option<Two>) -> Response {
    let signed_in = visit.signed_in();
    let secret = own::new_second_factor(&app.store, &app.keys.secrets.people, signed_in).await;
    let secret = match secret {
        Ok(secret) => secret,
        Err(error) => return refuse(visit, error),
    };
    let address = secret.address(app.public_url.domain(), &signed_in.principal.user.login);
    let Ok(symbol) = qr_svg::symbol(&address) else {
        return crate::http::problem::Problem::INTERNAL.response();
    };
    let page = SecondFactor {
        frame: Frame::new(
            visit,
            visit.say(two("设置动态口令", "Set up one-time codes")),
        ),
        how: visit.say(two(
            "用手机上的验证器应用（如微软、谷歌验证器）扫描二维码，再输入它显示的 6 位数字。",
            "Scan this with an authenticator app on your phone, then type the six digits it shows.",
        )),
        symbol,
        symbol_label: visit.say(two("验证器二维码", "QR symbol for the authenticator")),
        typed_label: visit.say(two("无法扫描时手工输入：", "Or type this into the app:")),
        secret: secret.base32().to_string(),
        code_label: visit.say(two("验证码", "Code")),
        button: visit.say(two("启用", "Enrol")),
        not_repeated: NOT_REPEATED,
        error: error.map(|two| visit.say(two)),
    };
    let status = match page.error {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page::render(status, &page)
}

/// `GET /console/own/second-factor`
pub async fn second_factor_page(visit: Visit, State(app): State<App>) -> Response {
    second_factor_form(&visit, &app, None).await
}

/// `POST /console/own/second-factor`
pub async fn second_factor(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let key = &app.keys.secrets.people;
    let now = system::now();
    let confirmed = own::confirm_second_factor(
        &app.store,
        key,
        &visit.origin,
        now,
        visit.signed_in(),
        typed.get("code"),
    )
    .await;
    match confirmed {
        Ok(Some(codes)) => show_codes(&visit, &codes),
        Ok(None) => {
            let wrong = two(
                "验证码不正确，请看手机上的新数字。",
                "The code is wrong: take the one your phone shows now.",
            );
            second_factor_form(&visit, &app, Some(wrong)).await
        }
        Err(error) => refuse(&visit, error),
    }
}

fn show_codes(visit: &Visit, codes: &[zeroize::Zeroizing<String>]) -> Response {
    let text = visit.say(two(
        "动态口令已启用。请抄下以下恢复码并妥善保管：每个只能用一次，本页不会再次显示。",
        "One-time codes are in force. Write these recovery codes down: each works once, and they are not shown again.",
    ));
    let codes = codes.iter().map(|code| code.to_string()).collect();
    File::new(visit, two("恢复码", "Recovery codes"))
        .text(None, vec![text.to_owned()])
        .text(None, codes)
        .step(
            true,
            two("已抄好，继续", "I wrote them down"),
            "/console".to_owned(),
        )
        .render(visit)
}

fn codes_form(visit: &Visit) -> Form {
    let say = |two: Two| visit.say(two);
    Form::new(
        visit,
        two("换发恢复码", "New recovery codes"),
        two("换发", "Make new ones"),
    )
    .text(say(two(
        "换发后，以前的恢复码全部作废。",
        "All earlier recovery codes will be void.",
    )))
}

/// `GET /console/own/recovery-codes`
pub async fn codes_page(visit: Visit) -> Response {
    codes_form(&visit).render(&visit, None)
}

/// `POST /console/own/recovery-codes`
pub async fn codes(visit: Visit, State(app): State<App>) -> Response {
    let made = own::new_recovery_codes(&app.store, &visit.origin, system::now(), visit.signed_in());
    match made.await {
        Ok(codes) => show_codes(&visit, &codes),
        Err(error) => refuse(&visit, error),
    }
}

fn end_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("结束该登录会话", "End this session"),
        two("结束", "End it"),
    )
}

/// `GET /console/own/sessions/{session}/end`
pub async fn end_session_page(
    visit: Visit,
    State(app): State<App>,
    axum::extract::Path(number): axum::extract::Path<u32>,
) -> Response {
    let user = &visit.signed_in().principal.user;
    let number = SessionNumber(number);
    match sessions::get(&app.store, user, number, system::now()).await {
        Ok(_) => end_form(&visit).render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/own/sessions/{session}/end`
pub async fn end_session(
    visit: Visit,
    State(app): State<App>,
    axum::extract::Path(number): axum::extract::Path<u32>,
) -> Response {
    let user = &visit.signed_in().principal.user;
    let number = SessionNumber(number);
    match sessions::end(&app.store, &visit.origin, system::now(), user, number).await {
        Ok(()) => Redirect::to("/console/own?notice=done").into_response(),
        Err(error) => refuse(&visit, error),
    }
}

fn token_form(visit: &Visit) -> Form {
    let say = |two: Two| visit.say(two);
    let own = Permission::ALL.iter().filter(|one| visit.may(**one));
    let own = own.map(|one| {
        let label = visit.language.choose(one.chinese(), one.english());
        (one.slug().to_owned(), label.to_owned())
    });
    Form::new(
        visit,
        two("新建接口令牌", "Make a token"),
        two("新建", "Make it"),
    )
    .text(say(two(
        "程序凭令牌以您的名义使用接口。令牌只显示一次。",
        "A program uses the interface in your name with it. It is shown once.",
    )))
    .field("purpose", two("用途", "What for"), Kind::Line)
    .field("last_day", two("有效期至", "Last day"), Kind::Day)
    .field(
        "permissions",
        two("权限", "What it may"),
        Kind::Checks(own.collect()),
    )
}

/// `GET /console/own/tokens/new`
pub async fn token_page(visit: Visit) -> Response {
    token_form(&visit).render(&visit, None)
}

/// `POST /console/own/tokens/new`
pub async fn token(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let form = token_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (purpose, last_day) = (reader.line("purpose"), reader.day("last_day"));
    let permissions: Vec<Permission> = typed
        .all("permissions")
        .filter_map(Permission::from_slug)
        .collect();
    if permissions.is_empty() {
        reader.wrong("permissions", "请至少选择一项", "Choose one at least");
    }
    let errors = reader.finish();
    let (Some(purpose), Some(last_day), true) = (purpose, last_day, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let new = NewToken {
        user: visit.signed_in().principal.user.number,
        purpose,
        permissions,
        last_day,
    };
    match tokens::make(&app.store, &visit.origin, system::now(), new).await {
        Ok((_, text)) => File::new(&visit, two("接口令牌", "Token"))
            .text(
                None,
                vec![
                    visit
                        .say(two(
                            "请立即复制并妥善保管，本页不会再次显示：",
                            "Copy it now, it is not shown again:",
                        ))
                        .to_owned(),
                ],
            )
            .text(None, vec![text.to_string()])
            .step(true, two("返回", "Back"), "/console/own".to_owned())
            .render(&visit),
        Err(error) => match Errors::of_service(error, visit.language) {
            Ok(errors) => form.wrong(errors).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        },
    }
}

fn revoke_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("撤销接口令牌", "Revoke the token"),
        two("撤销", "Revoke"),
    )
    .grave()
}

/// `GET /console/own/tokens/{token}/revoke`
pub async fn revoke_page(
    visit: Visit,
    State(app): State<App>,
    axum::extract::Path(number): axum::extract::Path<u32>,
) -> Response {
    let of = visit.signed_in().principal.user.number;
    match tokens::in_force(&app.store, TokenNumber(number), of, system::now()).await {
        Ok(token) => revoke_form(&visit)
            .text(token.purpose.to_string())
            .render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/own/tokens/{token}/revoke`
pub async fn revoke(
    visit: Visit,
    State(app): State<App>,
    axum::extract::Path(number): axum::extract::Path<u32>,
) -> Response {
    let of = Some(visit.signed_in().principal.user.number);
    let number = TokenNumber(number);
    match tokens::revoke(&app.store, &visit.origin, system::now(), number, of).await {
        Ok(()) => Redirect::to("/console/own?notice=done").into_response(),
        Err(error) => refuse(&visit, error),
    }
}
