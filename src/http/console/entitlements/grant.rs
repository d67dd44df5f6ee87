//! Granting an entitlement from a survey. How it is worked out is shown before it is granted.

use axum::response::Response;

use super::{address_of, form_in, this_year};
use crate::domain::area::Area;
use crate::domain::entitlement::{Account, Coefficients, Entitlement};
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{noted, two};
use crate::service::{ServiceError, entitlements, licensees};

async fn form(visit: &Visit) -> Result<Form, ServiceError> {
    let form = Form::new(visit,
        two("核定额度", "Grant an entitlement"),
        two("核算", "Work it out"),
    )
    .text(visit.say(two(
        "额度 = 测产面积 × 每亩产量 × 得率 ÷ 每包净含量，舍去零头。核算结果确认后才登记。",
        "Marks = surveyed area × kilograms a mu × yield ÷ weight of a pack, rounded down. It is granted after you have \
         seen the result.",
    )));
    let form =
        party::licensee_field(visit, form, "licensee", two("合法使用人", "Licensee")).await?;
    Ok(form
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
        .field(
            "area",
            two("测产面积（亩）", "Surveyed area in mu"),
            Kind::Decimal,
        )
        .field(
            "grams",
            two("每包净含量（克）", "Weight of a pack in grams"),
            Kind::Number,
        )
        .field(
            "document",
            two("测产文号", "Number of the survey"),
            Kind::Line,
        )
        .optional("version", two("", ""), Kind::Hidden))
}

/// `GET /console/entitlements/grant`
pub async fn grant_page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let mut form = or_refuse!(visit, form(&visit).await);
    if let Some(number) = whole(asked.get("licensee")).map(LicenseeNumber) {
        let begun = or_refuse!(visit, party::begun(&visit, number).await);
        form = form.value("licensee", begun);
        let one = or_refuse!(visit, seen::licensee(&visit, number).await);
        let base = one.particulars.base();
        if base > Area::default() {
            form = form.value("area", base.to_string());
        }
    }
    let season = Some(asked.get("season")).filter(|season| !season.is_empty());
    form.value("season", season.map_or_else(this_year, str::to_owned))
        .value("form", asked.get("form"))
        .render(&visit, None)
}

/// A grant as it was typed.
struct Wish {
    account: Account,
    area: Area,
    grams: u32,
    document: Line,
}

async fn read(visit: &Visit, typed: &Typed) -> Result<Result<Wish, Errors>, ServiceError> {
    let mut reader = Reader::new(typed, visit.language);
    let licensee = party::read_licensee(visit, typed, &mut reader, "licensee").await?;
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let form = reader.wanted("form", Wanted::Form, ProductForm::from_slug);
    let area = reader.wanted("area", Wanted::Area, Area::from_text);
    let grams = reader.wanted("grams", Wanted::PackGrams, |text| {
        whole(text).filter(|grams| (1..=Entitlement::MOST_PACK_GRAMS).contains(grams))
    });
    let document = reader.line("document");
    let errors = reader.finish();
    let wish = || {
        let account = Account {
            licensee: licensee?,
            season: season?,
            form: form?,
        };
        Some(Wish {
            account,
            area: area?,
            grams: grams?,
            document: document?,
        })
    };
    Ok(wish().filter(|_| errors.is_empty()).ok_or(errors))
}

/// `POST /console/entitlements/grant`
pub async fn grant(visit: Visit, typed: Typed) -> Response {
    let form = or_refuse!(visit, form(&visit).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let wish = match or_refuse!(visit, read(&visit, &typed).await) {
        Ok(wish) => wish,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let store = &visit.app.store;
    let in_force = or_refuse!(visit, entitlements::coefficients(store).await);
    // Confirmed is what was shown: by other coefficients it is shown again.
    let shown = whole(typed.get("version")) == Some(in_force.version);
    if !typed.is_confirmed() || !shown {
        let (call, document) = (visit.call(typed.get("request")), wish.document.clone());
        let (account, area, grams) = (wish.account, wish.area, wish.grams);
        let looked =
            entitlements::look_at_granting(store, &call, account, area, grams, document).await;
        if let Err(error) = looked {
            return answer(&visit, &typed, form, Err(error));
        }
        let summary = or_refuse!(visit, summary(&visit, &wish, &in_force).await);
        return form.confirm_with(
            &visit,
            &typed,
            summary,
            &[("version", in_force.version.to_string())],
        );
    }
    let Wish {
        account,
        area,
        grams,
        document,
    } = wish;
    let call = visit.call(typed.get("request"));
    let done = entitlements::grant(store, &call, account, area, grams, document).await;
    let to = done.map(|one| address_of(one.account));
    answer(&visit, &typed, form, to)
}

/// The whole computation, with the coefficients in force.
async fn summary(
    visit: &Visit,
    wish: &Wish,
    by: &Coefficients,
) -> Result<Vec<String>, ServiceError> {
    let account = wish.account;
    let one = licensees::get(&visit.app.store, visit.scope(), account.licensee).await?;
    let share = by.yields.get(&account.form).map_or(0, |share| share.get());
    let marks = by.marks(wish.area, account.form, wish.grams);
    let (area, kg, grams) = (wish.area, by.kg_per_mu, wish.grams);
    let marks = thousands(marks);
    let version = match by.version {
        0 => visit
            .say(two(
                "默认系数（尚未设定）",
                "assumed coefficients, none are set",
            ))
            .to_owned(),
        version => visit.in_words(said!(
            "coefficients version {version}",
            "第 {version} 版系数"
        )),
    };
    Ok(vec![
        format!(
            "{} {} {}",
            noted(
                visit.language,
                one.name().as_str(),
                &account.licensee.to_string()
            ),
            account.season,
            form_in(visit, account.form)
        ),
        visit.in_words(said!(
            "{area} mu × {kg} kg/mu × {share}‰ ÷ {grams} g = {marks} marks ({version})",
            "{area} 亩 × {kg} 千克/亩 × {share}‰ ÷ {grams} 克 = {marks} 枚（{version}）"
        )),
        visit
            .say(two(
                "额度只核定一次；以后凭文件调整。",
                "An entitlement is granted once; later it is adjusted, with a document.",
            ))
            .to_owned(),
    ])
}
