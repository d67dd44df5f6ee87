//! The coefficients: from surveyed land to marks, version by version.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::response::Response;

use super::form_in;
use crate::domain::access::Permission as P;
use crate::domain::entitlement::Coefficients;
use crate::domain::entitlement::coefficients::PerMille;
use crate::domain::form::Form as ProductForm;
use crate::domain::said::said;
use crate::domain::wanted::Wanted;
use crate::http::console::file::File;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::minute;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, named, two};
use crate::service::entitlements;

/// The fields of each form: its yield, and what goes over into the next season.
static SHARES: LazyLock<Vec<(ProductForm, String, String)>> = LazyLock::new(|| {
    let each = ProductForm::ALL.into_iter();
    each.map(|form| (form, format!("yield-{form}"), format!("carry-{form}")))
        .collect()
});

fn facts(visit: &Visit, one: &Coefficients) -> Vec<(Two, Option<String>)> {
    let shares = |of: &BTreeMap<ProductForm, PerMille>| {
        let each = of
            .iter()
            .map(|(form, share)| format!("{} {}‰", form_in(visit, *form), share.get()));
        each.collect::<Vec<_>>().join("；")
    };
    vec![
        (two("版本", "Version"), Some(one.version.to_string())),
        (
            two("每亩产量（千克）", "Kilograms a mu"),
            Some(one.kg_per_mu.to_string()),
        ),
        (two("得率", "Yields"), Some(shares(&one.yields))),
        (
            two("结转比例", "Goes over into the next season"),
            Some(shares(&one.carry_over)),
        ),
        (
            two("允许损耗", "Tolerated scrap"),
            Some(format!("{}‰", one.scrap_tolerance.get())),
        ),
        (
            two("文号", "Document"),
            one.document.as_ref().map(ToString::to_string),
        ),
    ]
}

/// `GET /console/coefficients`
pub async fn coefficients(visit: Visit) -> Response {
    let all = or_refuse!(
        visit,
        entitlements::all_coefficients(&visit.app.store).await
    );
    let mut file = File::new(&visit, two("核算系数", "Coefficients")).step(
        visit.may(P::CoefficientsSet),
        two("设定新系数", "Set new ones"),
        "/console/coefficients/set".to_owned(),
    );
    if all.is_empty() {
        let assumed = visit.say(two(
            "尚未设定，暂按默认系数核算。",
            "None were set yet: these are assumed.",
        ));
        file = file
            .text(None, vec![assumed.to_owned()])
            .facts(None, facts(&visit, &Coefficients::assumed()));
    }
    for (place, set) in all.iter().enumerate() {
        let heading = match place {
            0 => two("现行系数", "In force"),
            _ => two("历史版本", "Earlier"),
        };
        let mut facts = facts(&visit, &set.coefficients);
        let since = format!("{} {}", minute(set.at), set.by);
        facts.push((two("设定", "Set"), Some(since)));
        file = file.facts(Some(heading), facts);
    }
    file.render(&visit)
}

fn form(visit: &Visit) -> Form {
    let form = Form::new(visit,
        two("设定核算系数", "Set the coefficients"),
        two("设定", "Set them"),
    )
    .text(visit.say(two(
        "只用于以后核定的额度；已核定的不变。比例以千分数填写。",
        "For entitlements granted from now on; those granted before keep theirs. Shares are in thousandths.",
    )))
    .optional("version", two("", ""), Kind::Hidden)
    .field("kg",
        two("每亩产量（千克）", "Kilograms a mu"),
        Kind::Number,
    )
    .field("scrap",
        two("允许损耗（‰）", "Tolerated scrap (‰)"),
        Kind::Number,
    )
    .field("document",
        two("文号", "Number of the document"),
        Kind::Line,
    );
    let form = SHARES.iter().fold(
        form.part(two("得率（‰）", "Yields (‰)")),
        |form, (product, name, _)| {
            let label = Two::of(product.chinese(), product.english());
            form.field(name, label, Kind::Number)
        },
    );
    SHARES.iter().fold(
        form.part(two("结转比例（‰）", "Goes over into the next season (‰)")),
        |form, (product, _, name)| {
            let label = Two::of(product.chinese(), product.english());
            form.field(name, label, Kind::Number)
        },
    )
}

/// `GET /console/coefficients/set`
pub async fn set_page(visit: Visit) -> Response {
    let now = or_refuse!(visit, entitlements::coefficients(&visit.app.store).await);
    let form = form(&visit)
        .value("version", (now.version + 1).to_string())
        .value("kg", now.kg_per_mu.to_string())
        .value("scrap", now.scrap_tolerance.get().to_string());
    let share = |of: Option<&PerMille>| of.map_or(0, |share| share.get()).to_string();
    SHARES
        .iter()
        .fold(form, |form, (product, yields, carries)| {
            form.value(yields, share(now.yields.get(product)))
                .value(carries, share(now.carry_over.get(product)))
        })
        .render(&visit, None)
}

fn read(visit: &Visit, typed: &Typed) -> Result<Coefficients, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let kg_per_mu = reader.read("kg", |text| {
        whole(text)
            .filter(|kg| (1..=Coefficients::MOST_KG_PER_MU).contains(kg))
            .ok_or_else(|| {
                said!(
                    "between 1 and {}",
                    "请填写 1 至 {} 之间的数",
                    Coefficients::MOST_KG_PER_MU
                )
            })
    });
    let share = |text: &str| PerMille::new(whole(text)?);
    let scrap = reader.wanted("scrap", Wanted::PerMille, share);
    let document = reader.line("document");
    let (mut yields, mut carry_over) = (BTreeMap::new(), BTreeMap::new());
    for (form, of_yield, of_carried) in SHARES.iter() {
        let of_yield = reader.wanted(of_yield, Wanted::PerMille, share);
        yields.extend(of_yield.map(|share| (*form, share)));
        let of_carried = reader.wanted(of_carried, Wanted::PerMille, share);
        carry_over.extend(of_carried.map(|share| (*form, share)));
    }
    let errors = reader.finish();
    let coefficients = move || {
        Some(Coefficients {
            version: whole(typed.get("version")).unwrap_or(0),
            kg_per_mu: kg_per_mu?,
            yields,
            carry_over,
            scrap_tolerance: scrap?,
            document: Some(document?),
        })
    };
    coefficients().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/coefficients/set`
pub async fn set(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let new = match read(&visit, &typed) {
        Ok(new) => new,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    if !typed.is_confirmed() {
        let told = facts(&visit, &new)
            .into_iter()
            .filter_map(|(name, value)| Some(named(visit.language, visit.say(name), &value?)));
        return form.confirm(&visit, &typed, told.collect());
    }
    let call = visit.call(typed.get("request"));
    let done = entitlements::set_coefficients(&visit.app.store, &call, new).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| "/console/coefficients".to_owned()),
    )
}
