//! The fields of a licensee's file: one definition for entering and for changing it.

use std::sync::LazyLock;

use crate::domain::area::Area;
use crate::domain::form::Form as ProductForm;
use crate::domain::licensee::LegalBasis;
use crate::domain::licensee::difference::Part;
use crate::domain::licensee::particulars::{Contact, Particulars, Standard};
use crate::domain::township::Township;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::Reader;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};

/// The field of each township.
static AREAS: LazyLock<Vec<(Township, String)>> = LazyLock::new(|| {
    Township::all()
        .map(|township| (township, format!("area-{}", township.code())))
        .collect()
});

/// The field in which a part stands.
pub fn field_of(part: Part) -> &'static str {
    match part {
        Part::Name => "name",
        Part::LegalBasis => "basis",
        Part::BasisDocuments => "basis_documents",
        Part::Forms => "forms",
        Part::Products => "products",
        Part::Standards => "standards",
        Part::Area(township) => AREAS
            .iter()
            .find(|(known, _)| *known == township)
            .map_or("", |(_, name)| name.as_str()),
        Part::Person => "person",
        Part::Phone => "phone",
        Part::Hotline => "hotline",
        Part::Address => "address",
    }
}

/// What stands in the field of a part.
pub fn values_of(said: &Particulars, part: Part) -> Vec<String> {
    fn lines<T: ToString>(all: &[T]) -> Vec<String> {
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        vec![texts.join("\n")]
    }
    match part {
        Part::LegalBasis => vec![said.legal_basis.slug().to_owned()],
        Part::BasisDocuments => lines(&said.basis_documents),
        Part::Forms => said
            .forms
            .iter()
            .map(|form| form.slug().to_owned())
            .collect(),
        Part::Products => lines(&said.products),
        Part::Standards => lines(&said.standards),
        // One line each, the same in both languages.
        _ => vec![said.text(part).zh],
    }
}

/// The form with what a file says.
pub fn filled(form: Form, said: &Particulars) -> Form {
    Part::all().fold(form, |form, part| {
        form.put(field_of(part), values_of(said, part))
    })
}

/// The fields of a file.
pub fn fields(visit: &Visit, form: Form) -> Form {
    let one_a_line = two("每行一个", "One a line");
    let form = form
        .field("name", two("名称", "Registered name"), Kind::Line)
        .field(
            "basis",
            two("授权依据", "Legal basis"),
            Kind::choice(
                visit,
                LegalBasis::ALL.iter().copied(),
                LegalBasis::slug,
                [LegalBasis::chinese, LegalBasis::english],
            ),
        )
        .optional(
            "basis_documents",
            two("依据文号", "Documents of the right"),
            Kind::Lines,
        )
        .hint(two(
            "核准公告文号、注册证号，每行一个",
            "Numbers of announcements and registrations, one a line",
        ))
        .optional(
            "forms",
            two("产品形态", "Forms"),
            Kind::checks(
                visit,
                ProductForm::ALL,
                ProductForm::slug,
                [ProductForm::chinese, ProductForm::english],
            ),
        )
        .optional("products", two("产品名称", "Products"), Kind::Lines)
        .hint(one_a_line)
        .optional("standards", two("执行标准", "Standards"), Kind::Lines)
        .hint(two(
            "每行一个：标准号，空一格，版本。如 示例标准 2026",
            "One a line: its number, a space, its version",
        ))
        .part(two("基地面积（亩）", "Base in mu, by township"));
    let form = form.in_columns(|form| {
        AREAS.iter().fold(form, |form, (township, name)| {
            let label = Two::of(township.name(), township.name());
            form.optional(name, label, Kind::Decimal)
        })
    });
    form.part(two(
        "联系方式（除服务热线外不公开）",
        "Whom to call (not public, but the hotline)",
    ))
    .optional("person", two("联系人", "Contact"), Kind::Line)
    .optional("phone", two("联系电话", "Telephone"), Kind::Line)
    .optional(
        "hotline",
        two("服务热线（公开）", "Hotline (public)"),
        Kind::Line,
    )
    .hint(two(
        "显示在标志查询页上，与包装所印一致",
        "Stands on the pages of its marks, the same as on its packs",
    ))
    .optional("address", two("地址", "Address"), Kind::Line)
}

/// Reads the fields.
pub fn read(reader: &mut Reader<'_>, typed: &Typed) -> Option<Particulars> {
    let name = reader.line("name");
    let basis = reader.wanted("basis", Wanted::LegalBasis, LegalBasis::from_slug);
    let basis_documents = reader.lines("basis_documents");
    let forms: Option<_> = typed.all("forms").map(ProductForm::from_slug).collect();
    if forms.is_none() {
        reader.said("forms", &Wanted::Form.said());
    }
    let products = reader.lines("products");
    let standards = reader.each("standards", Standard::read);
    for (field, length) in [
        ("basis_documents", basis_documents.as_ref().map(Vec::len)),
        ("products", products.as_ref().map(Vec::len)),
        ("standards", standards.as_ref().map(Vec::len)),
    ] {
        if length.is_some_and(|length| length > Particulars::MOST_ENTRIES) {
            reader.said(field, &Particulars::too_long().what);
        }
    }
    let areas: Vec<_> = AREAS
        .iter()
        .map(|(township, name)| {
            let area = reader.wanted_or_none(name, Wanted::Area, Area::from_text);
            area.map(|area| area.map(|area| (*township, area)))
        })
        .collect();
    let areas: Option<Vec<_>> = areas.into_iter().collect();
    let contact = Contact {
        person: reader.optional_line("person")?,
        phone: reader.optional_line("phone")?,
        hotline: reader.optional_line("hotline")?,
        address: reader.optional_line("address")?,
    };
    Some(Particulars {
        basis_documents: basis_documents?,
        forms: forms?,
        products: products?,
        standards: standards?,
        areas: areas?
            .into_iter()
            .flatten()
            .filter(|(_, area)| *area != Area::NONE)
            .collect(),
        contact,
        ..Particulars::new(name?, basis?)
    })
}
