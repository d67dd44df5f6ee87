//! The list of lots.

use axum::response::Response;

use super::{state_in, test_in};
use crate::domain::access::Permission as P;
use crate::domain::lot::LotNumber;
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
use crate::store::lists::{LOTS, LotFilter, Sort};

/// What an address asks for, within what the person sees.
async fn filter_of(asked: &mut Asked<'_>) -> Result<LotFilter, ServiceError> {
    Ok(LotFilter {
        licensee: asked.licensee().await?,
        season: asked.season(),
        is_recalled: asked.word("state", |word| match word {
            "recalled" => Some(true),
            "not-recalled" => Some(false),
            _ => None,
        }),
    })
}

/// `GET /console/lots`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(LotNumber);
    let sort = Sort::of(asked.get("sort"), LOTS).unwrap_or(Sort::down("number"));
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = filter_of(&mut asks).await?;
        let errors = asks.finish();
        let found = match errors.is_empty() {
            true => {
                lists::lots(
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
        let names = Names::of(&visit, found.iter().map(|lot| lot.entered.licensee)).await?;
        Ok((found, names, party::filter(&visit).await?, errors))
    };
    let (found, names, licensees, errors) = or_refuse!(visit, found.await);
    let states = [
        ("not-recalled", visit.say(two("未召回", "not recalled"))),
        ("recalled", visit.say(two("已召回", "recalled"))),
    ];
    let mut list = List::new(&visit, &asked, two("生产批次", "Lots"))
        .action(
            visit.may(P::LotEnter),
            two("登记批次", "Enter a lot"),
            "/console/lots/new",
        )
        .table(visit.may(P::Export), "/console/lots/table")
        .field("season", two("年度", "Season"), Filter::Text)
        .field(
            "state",
            two("召回", "Recall"),
            Filter::Choice(states.to_vec()),
        );
    if visit.scope().licensee().is_none() {
        let label = two("使用人", "Licensee");
        list = list.field("licensee", label, licensees);
    }
    list.wrong(errors)
        .columns([
            (two("批次", "Lot"), Kind::Text),
            (two("企业批号", "Code"), Kind::Code),
            (two("状态", "State"), Kind::State),
            (two("使用人", "Licensee"), Kind::Text),
            (two("产品", "Product"), Kind::Text),
            (two("年度", "Season"), Kind::Text),
            (two("采收日期", "Harvested"), Kind::Text),
            (two("检验", "Test"), Kind::Text),
            (two("包数", "Packs"), Kind::Number),
            (two("已激活标志", "Marks in use"), Kind::Number),
        ])
        .sorted(sort, &[(0, "number"), (3, "licensee"), (5, "season")])
        .rows(
            found,
            |lot| lot.number.to_string(),
            |lot| Row {
                address: Some(format!("/console/lots/{}", lot.number)),
                cells: vec![
                    lot.number.to_string(),
                    lot.entered.public.code.to_string(),
                    state_in(&visit, lot).to_owned(),
                    names.licensee(lot.entered.licensee),
                    lot.entered.public.product.to_string(),
                    lot.entered.public.season.to_string(),
                    lot.entered.public.harvested.to_string(),
                    test_in(&visit, lot).to_owned(),
                    thousands(lot.entered.packs),
                    thousands(lot.marks),
                ],
            },
        )
        .render()
}

/// `GET /console/lots/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        export::lots(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "lots", make).await
}
