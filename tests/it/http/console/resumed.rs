//! A session that ends in the middle of a form: what was typed is found again after signing in, whatever that takes.

use jiff::SignedDuration;
use yuanmark::domain::licensee::LicenseeNumber;

use crate::support::html::Form;
use crate::support::office::{Office, PASSWORD, Page, Person};

const NAME: &str = "虚构“洞庭”<芦笋> & 合作社";
const PRODUCTS: &str = "清水芦笋罐头 425 g\n芦笋粉";

async fn expire(office: &Office, login: &str) {
    let hour = SignedDuration::from_hours(1);
    office.age_sessions(login, hour, hour).await;
}

async fn application(person: &Person<'_>) -> Form {
    let form = person.open("/console/licensees/new").await.form();
    form.fill("name", NAME)
        .fill("uscc", "93430981MA4TEXT36K")
        .fill("basis", "both")
        .tick("forms", "canned")
        .tick("forms", "powder")
        .fill("products", PRODUCTS)
        .fill("applied", "2026-03-03")
}

/// The form with everything as it was typed.
#[track_caller]
fn is_as_typed(form: &Form, typed: &Form) {
    let without = |form: &Form| {
        let pairs = form.pairs().into_iter();
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.replace("\r\n", "\n")));
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(without(form), without(typed));
}

/// Signs in on the page that came in the place of an answer.
async fn sign_in_on(person: &Person<'_>, page: &Page) -> Page {
    let form = page.form().fill("login", &person.login);
    person.send(&form.fill("password", &person.password)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_the_sign_in() {
    for office in Office::both().await {
        let person = office.signed_in("registrar").await;
        let typed = application(&person).await;
        expire(&office, "registrar").await;
        let page = person.send(&typed).await;
        page.is(401).says("填写的内容不会丢失");
        // Even if one mistypes the password.
        let form = page
            .form()
            .fill("login", "registrar")
            .fill("password", "mistyped");
        let page = person.send(&form).await;
        page.is(422);
        let page = sign_in_on(&person, &page).await;
        page.is(200).says("填写的内容仍在");
        // Nothing is done before it is looked at again.
        let page = person.send(&page.form()).await;
        is_as_typed(&page.is(200).form(), &typed);
        let file = person.send(&page.form()).await.is_done();
        person.open(&file).await.says(NAME).says("芦笋粉");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_survives_the_second_factor_too() {
    let office = Office::any().await;
    let order = office.placed(LicenseeNumber(1), "清水芦笋罐头").await;
    let person = office.signed_in("approver").await;
    let path = format!("/console/orders/{order}/reject");
    let reason = "“额度”<不足>";
    let typed = person.open(&path).await.form().fill("reason", reason);
    expire(&office, "approver").await;
    let page = person.send(&typed).await;
    let page = sign_in_on(&person, page.is(401)).await;
    let page = person
        .send(&page.is(200).form().fill("code", "000000"))
        .await;
    page.is(422).says("不正确");
    // Whoever cannot find the phone in time begins anew, and still has it.
    office
        .age_sessions(
            "approver",
            SignedDuration::from_mins(11),
            SignedDuration::ZERO,
        )
        .await;
    let page = person.send(&page.form().fill("code", "000000")).await;
    let page = sign_in_on(&person, page.is(401)).await;
    office.forget_codes("approver").await;
    let code = person.code().await;
    let page = person.send(&page.is(200).form().fill("code", &code)).await;
    let page = person.send(&page.is(200).form()).await;
    is_as_typed(&page.is(200).form(), &typed);
    person.send(&page.form()).await.is_done();
    person
        .open(&format!("/console/orders/{order}"))
        .await
        .says(reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_survives_when_only_the_password_was_given_elsewhere() {
    let office = Office::any().await;
    let order = office.placed(LicenseeNumber(1), "清水芦笋罐头").await;
    let person = office.signed_in("approver").await;
    let path = format!("/console/orders/{order}/reject");
    let typed = person.open(&path).await.form().fill("reason", "额度不足");
    expire(&office, "approver").await;
    person.give_password().await.is_done(); // in another tab
    let page = person.send(&typed).await;
    office.forget_codes("approver").await;
    let code = person.code().await;
    let page = person.send(&page.form().fill("code", &code)).await;
    let page = person.send(&page.is(200).form()).await;
    is_as_typed(&page.is(200).form(), &typed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_files_survives_without_the_files() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let mut typed = application(&person).await;
    typed.is_multipart = true;
    expire(&office, "registrar").await;
    let (kind, mut body) = typed.encoded();
    let boundary = kind.split_once("boundary=").unwrap().1.to_owned();
    let part = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 SECRET\r\n"
    );
    body.splice(0..0, part.into_bytes());
    let page = person.post_body(&typed.action, &kind, body).await;
    page.is(401).says("所选文件须重新选择");
    assert!(!page.text().contains("PDF-1.7"));
    let page = sign_in_on(&person, &page).await;
    let page = person.send(&page.form()).await;
    typed.is_multipart = false;
    is_as_typed(&page.is(200).form(), &typed);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_repeats_a_password_or_code() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let new = "a boat full of reed shoots";
    let typed = person.open("/console/own/password").await.form();
    let typed = typed
        .fill("present", PASSWORD)
        .fill("new", new)
        .fill("again", new);
    let enrolment = person.open("/console/own/second-factor").await.form();
    let enrolment = enrolment.fill("code", "271828");
    expire(&office, "registrar").await;
    for typed in [typed, enrolment] {
        let page = person.send(&typed).await;
        for secret in [PASSWORD, new, "271828"] {
            assert!(!page.is(401).text().contains(secret));
        }
        assert_eq!(page.form().value("kept"), "");
        let page = sign_in_on(&person, &page).await;
        assert_eq!(page.is_done(), typed.action);
        person.open(&typed.action).await.is(200);
        expire(&office, "registrar").await;
    }
    // The sign-in itself.
    let page = person
        .open("/console/sign-in")
        .await
        .form()
        .fill("login", "registrar");
    let page = person
        .send(&page.fill("password", "a secret that is wrong"))
        .await;
    assert!(!page.is(422).text().contains("a secret that is wrong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_after_the_end_is_no_dead_end() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    expire(&office, "registrar").await;
    let page = person.post("/console/sign-out", &[]).await;
    assert_eq!(page.is_done(), "/console/sign-in");
    person.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_by_going_on() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let form = person.open("/console/own/tokens/new").await.form();
    let form = form
        .fill("purpose", "月报程序")
        .fill("last_day", "2099-01-01")
        .tick("permissions", "order.read");
    expire(&office, "registrar").await;
    let page = person.send(&form).await;
    let page = sign_in_on(&person, &page).await;
    let page = person.send(&page.form()).await;
    is_as_typed(&page.is(200).form(), &form);
}
