//! The list of entitlements.

use axum::response::Response;

use super::{address_of, changed, form_in, signed, state_in};
use crate::domain::access::Permission as P;
use crate::domain::entitlement::Account;
use crate::domain::form::Form as ProductForm;
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::thousands;
use crate::http::console::party::{self, Names};
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, export, lists};
use crate::store::lists::{ENTITLEMENTS, EntitlementFilter, Sort};

/// What an address asks for, within what the person sees.
async fn filter_of(asked: &mut Asked<'_>) -> Result<EntitlementFilter, ServiceError> {
    Ok(EntitlementFilter {
        licensee: asked.licensee().await?,
        season: asked.season(),
        form: asked.word("form", ProductForm::from_slug),
    })
}

/// `GET /console/entitlements`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = Account::of_path(asked.get("after")).ok();
    let sort = Sort::of(asked.get("sort"), ENTITLEMENTS).unwrap_or(Sort::down("season"));
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = filter_of(&mut asks).await?;
        let errors = asks.finish();
        let store = &visit.app.store;
        let found = match errors.is_empty() {
            true => {
                lists::entitlements(store, visit.scope(), &filter, sort, after, ROWS + 1).await?
            }
            false => Vec::new(),
        };
        let names = Names::of(&visit, found.iter().map(|one| one.account.licensee)).await?;
        Ok((found, names, party::filter(&visit).await?, errors))
    };
    let (found, names, licensees, errors) = or_refuse!(visit, found.await);
    let forms = ProductForm::ALL.map(|form| (form.slug(), form_in(&visit, form)));
    let mut list = List::new(&visit, &asked, two("年度额度", "Entitlements"))
        .action(
            visit.may(P::EntitlementGrant),
            two("核定额度", "Grant one"),
            "/console/entitlements/grant",
        )
        .action(
            visit.may(P::EntitlementClose),
            two("年度结转", "Close a season"),
            "/console/entitlements/close",
        )
        .action(
            true,
            two("核算系数", "Coefficients"),
            "/console/coefficients",
        )
        .table(visit.may(P::Export), "/console/entitlements/table")
        .field("season", two("年度", "Season"), Filter::Text)
        .field(
            "form",
            two("产品形态", "Form"),
            Filter::Choice(forms.to_vec()),
        );
    if visit.scope().licensee().is_none() {
        let label = two("使用人", "Licensee");
        list = list.field("licensee", label, licensees);
    }
    list.wrong(errors)
        .columns([
            (two("使用人", "Licensee"), Kind::Text),
            (two("年度", "Season"), Kind::Text),
            (two("产品形态", "Form"), Kind::Text),
            (two("余额", "Left"), Kind::Number),
            (two("已订", "Ordered"), Kind::Number),
            (two("核定", "Granted"), Kind::Number),
            (two("增减", "Changed since"), Kind::Number),
            (two("测产面积（亩）", "Surveyed mu"), Kind::Number),
            (two("状态", "State"), Kind::State),
        ])
        .sorted(sort, &[(0, "licensee"), (1, "season")])
        .rows(
            found,
            |one| one.account.path(),
            |one| Row {
                address: Some(address_of(one.account)),
                cells: vec![
                    names.licensee(one.account.licensee),
                    one.account.season.to_string(),
                    form_in(&visit, one.account.form).to_owned(),
                    thousands(one.balance()),
                    thousands(one.ordered),
                    thousands(one.granted),
                    signed(changed(one)),
                    one.area.to_string(),
                    state_in(&visit, one).to_owned(),
                ],
            },
        )
        .render()
}

/// `GET /console/entitlements/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        export::entitlements(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "entitlements", make).await
}
