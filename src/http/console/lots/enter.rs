//! Entering a lot.

use axum::response::Response;

use crate::domain::calendar::day_of;
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot, LotLabel, NewLot};
use crate::domain::season::Season;
use crate::domain::township::Township;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::party;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, lots, system};

/// The form; of a known licensee it offers its products and standards.
async fn form(visit: &Visit, licensee: Option<LicenseeNumber>) -> Result<Form, ServiceError> {
    let (mut products, mut standards) = (Vec::new(), Vec::new());
    if let Some(number) = licensee {
        let one = seen::licensee(visit, number).await?;
        products = one
            .particulars
            .products
            .iter()
            .map(ToString::to_string)
            .collect();
        standards = one
            .particulars
            .standards
            .iter()
            .map(ToString::to_string)
            .collect();
    }
    let townships = Township::all().map(|one| (one.code().to_string(), one.name().to_owned()));
    let form = Form::new(
        visit,
        two("登记生产批次", "Enter a lot"),
        two("登记", "Enter"),
    );
    let form =
        party::licensee_field(visit, form, "licensee", two("合法使用人", "Licensee")).await?;
    Ok(form
        .field("code", two("企业批号", "The firm's own code"), Kind::Line)
        .hint(two("与包装上一致", "As on the pack"))
        .field(
            "product",
            two("产品名称和规格", "Product and pack"),
            Kind::Offered(products),
        )
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
        .field("harvested", two("采收日期", "Day of harvest"), Kind::Day)
        .field("season", two("年度", "Season"), Kind::Number)
        .hint(two("采收的年份", "The year of the harvest"))
        .field(
            "township",
            two("采收地", "Where"),
            Kind::Choice(townships.collect()),
        )
        .field(
            "standard",
            two("执行标准及版本", "Standard with its version"),
            Kind::Offered(standards),
        )
        .optional(
            "certificate",
            two("承诺达标合格证编号", "Certificate of compliance"),
            Kind::Line,
        )
        .field("packs", two("包数", "Packs"), Kind::Number)
        .hint(two(
            "为这一批激活的标志不超过包数",
            "No more marks are activated for it",
        ))
        .optional("steps", two("加工步骤", "Steps of processing"), Kind::Lines)
        .hint(two("每行一步，不对外公开", "One a line; not public")))
}

/// `GET /console/lots/new`
pub async fn enter_page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let asked = asked.get("licensee").parse().ok().map(LicenseeNumber);
    let licensee = visit.scope().licensee().or(asked);
    let mut form = or_refuse!(visit, form(&visit, licensee).await);
    if let Some(number) = licensee {
        form = form.value(
            "licensee",
            or_refuse!(visit, party::begun(&visit, number).await),
        );
    }
    let year = day_of(system::now()).year().to_string();
    form.value("season", year).render(&visit, None)
}

/// `POST /console/lots/new`
pub async fn enter(visit: Visit, typed: Typed) -> Response {
    let form = or_refuse!(visit, form(&visit, visit.scope().licensee()).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let new = match or_refuse!(visit, read(&visit, &typed).await) {
        Ok(new) => new,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let done = lots::enter(&visit.app.store, &visit.call(typed.get("request")), new).await;
    let to = done.map(|lot| format!("/console/lots/{}", lot.number));
    answer(&visit, &typed, form, to)
}

async fn read(visit: &Visit, typed: &Typed) -> Result<Result<NewLot, Errors>, ServiceError> {
    let mut reader = Reader::new(typed, visit.language);
    let licensee = party::read_licensee(visit, typed, &mut reader, "licensee").await?;
    let (code, product) = (reader.line("code"), reader.line("product"));
    let form = reader.wanted("form", Wanted::Form, ProductForm::from_slug);
    let harvested = reader.day("harvested");
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let township = reader.wanted("township", Wanted::Township, Township::from_text);
    let standard = reader.line("standard");
    let certificate = reader.optional_line("certificate");
    let packs = reader.wanted("packs", Wanted::Packs, |text| {
        whole(text).filter(|packs| (1..=Lot::MOST_PACKS).contains(packs))
    });
    let steps = reader.lines("steps");
    let errors = reader.finish();
    let new = || {
        let public = LotLabel {
            code: code?,
            product: product?,
            form: form?,
            season: season?,
            harvested: harvested?,
            township: township?,
            standard: standard?,
            certificate: certificate?,
        };
        Some(NewLot {
            licensee: licensee?,
            public,
            packs: packs?,
            steps: steps?,
        })
    };
    Ok(new().filter(|_| errors.is_empty()).ok_or(errors))
}
