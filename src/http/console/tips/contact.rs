//! How whoever sent a tip is reached: told on request, and each request written down.

use axum::extract::Path;
use axum::response::Response;

use super::{find, title_of};
use crate::domain::tip::TipNumber;
use crate::http::console::file::File;
use crate::http::console::form::Form;
use crate::http::console::guard::Visit;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::tips::{self, Whole};

fn form(visit: &Visit, whole: &Whole) -> Form {
    Form::new(
        visit,
        two("查看联系方式", "See the contact"),
        two("查看", "See it"),
    )
    .text(title_of(visit, &whole.tip))
    .text(visit.say(two(
        "只为办理这条线索而看。每次查看都会记入操作日志。",
        "Only to handle this tip. Each look is written into the audit trail.",
    )))
}

/// `GET /console/tips/{tip}/contact`
pub async fn contact_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    form(&visit, &whole).render(&visit, None)
}

/// `POST /console/tips/{tip}/contact`
pub async fn contact(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let form = form(&visit, &whole).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    match tips::contact(store, keys, &call, TipNumber(number)).await {
        Ok(contact) => {
            let told = (two("联系方式", "Contact"), Some(contact.to_string()));
            File::new(&visit, title_of(&visit, &whole.tip))
                .link(
                    true,
                    two("回到线索", "Back to the tip"),
                    format!("/console/tips/{number}"),
                )
                .facts(None, vec![told])
                .render(&visit)
        }
        Err(error) => answer(&visit, &typed, form, Err(error)),
    }
}
