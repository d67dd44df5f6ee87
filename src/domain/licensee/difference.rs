//! What differs between two versions of a licensee's file, part by part: for the clerk who comes second.

use super::Particulars;
use crate::domain::said::{Said, said};
use crate::domain::text::Line;
use crate::domain::township::Township;

/// A part of a file that is changed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The registered name.
    Name,
    /// On what the right rests.
    LegalBasis,
    /// Numbers of the documents that grant it.
    BasisDocuments,
    /// The forms it makes.
    Forms,
    /// Its products.
    Products,
    /// The standards it declares.
    Standards,
    /// Its base in one township.
    Area(Township),
    /// Whom to call.
    Person,
    /// The telephone number.
    Phone,
    /// The telephone number for the public.
    Hotline,
    /// The address.
    Address,
}

impl Part {
    /// Every part, in the order of the file.
    pub fn all() -> impl Iterator<Item = Self> {
        let before = [
            Self::Name,
            Self::LegalBasis,
            Self::BasisDocuments,
            Self::Forms,
            Self::Products,
            Self::Standards,
        ];
        let after = [Self::Person, Self::Phone, Self::Hotline, Self::Address];
        let areas = Township::all().map(Self::Area);
        before.into_iter().chain(areas).chain(after)
    }

    /// What it is called.
    pub fn name(self) -> Said {
        match self {
            Self::Name => said!("registered name", "名称"),
            Self::LegalBasis => said!("legal basis", "授权依据"),
            Self::BasisDocuments => said!("documents of the right", "依据文号"),
            Self::Forms => said!("forms", "产品形态"),
            Self::Products => said!("products", "产品"),
            Self::Standards => said!("standards", "执行标准"),
            Self::Area(township) => said!("base in {township}", "{township}的基地面积"),
            Self::Person => said!("contact", "联系人"),
            Self::Phone => said!("telephone", "联系电话"),
            Self::Hotline => said!("hotline for the public", "服务热线（公开）"),
            Self::Address => said!("address", "地址"),
        }
    }
}

fn joined<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    texts.join("；")
}

impl Particulars {
    /// What stands in a part; blank if nothing does.
    pub fn text(&self, part: Part) -> Said {
        let same = |text: String| Said::new(text.clone(), text);
        let line = |line: Option<&Line>| same(line.map_or_else(String::new, Line::to_string));
        match part {
            Part::Name => line(Some(&self.name)),
            Part::LegalBasis => Said::new(self.legal_basis.slug(), self.legal_basis.chinese()),
            Part::BasisDocuments => same(joined(&self.basis_documents)),
            Part::Forms => Said::new(
                joined(self.forms.iter().map(|form| form.slug())),
                joined(self.forms.iter().map(|form| form.chinese())),
            ),
            Part::Products => same(joined(&self.products)),
            Part::Standards => same(joined(&self.standards)),
            Part::Area(township) => same(joined(self.areas.get(&township))),
            Part::Person => line(self.contact.person.as_ref()),
            Part::Phone => line(self.contact.phone.as_ref()),
            Part::Hotline => line(self.contact.hotline.as_ref()),
            Part::Address => line(self.contact.address.as_ref()),
        }
    }

    /// The parts in which another version says something else.
    pub fn differences(&self, other: &Self) -> Vec<Part> {
        Part::all()
            .filter(|part| self.text(*part) != other.text(*part))
            .collect()
    }

    /// The same, with one part as another version says it.
    #[must_use]
    pub fn with(mut self, part: Part, from: &Self) -> Self {
        match part {
            Part::Name => self.name.clone_from(&from.name),
            Part::LegalBasis => self.legal_basis = from.legal_basis,
            Part::BasisDocuments => self.basis_documents.clone_from(&from.basis_documents),
            Part::Forms => self.forms.clone_from(&from.forms),
            Part::Products => self.products.clone_from(&from.products),
            Part::Standards => self.standards.clone_from(&from.standards),
            Part::Area(township) => {
                self.areas.remove(&township);
                let area = from.areas.get(&township);
                self.areas.extend(area.map(|area| (township, *area)));
            }
            Part::Person => self.contact.person.clone_from(&from.contact.person),
            Part::Phone => self.contact.phone.clone_from(&from.contact.phone),
            Part::Hotline => self.contact.hotline.clone_from(&from.contact.hotline),
            Part::Address => self.contact.address.clone_from(&from.contact.address),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::area::Area;
    use crate::domain::form::Form;
    use crate::domain::licensee::LegalBasis;
    use crate::domain::licensee::particulars::{Contact, Standard};

    fn line(text: &str) -> Line {
        Line::new("text", text).unwrap()
    }

    #[test]
    fn every_part_is_seen_to_differ_and_can_be_taken_over() {
        let plain = Particulars::new(line("甲"), LegalBasis::GiProduct);
        let full = Particulars {
            name: line("乙"),
            legal_basis: LegalBasis::Both,
            basis_documents: vec![line("公告1号")],
            forms: [Form::Canned].into(),
            products: vec![line("罐头")],
            standards: vec![Standard::read("示例标准 2026").unwrap()],
            areas: Township::all()
                .map(|township| (township, Area::from_text("1").unwrap()))
                .collect(),
            contact: Contact {
                person: Some(line("某人")),
                phone: Some(line("0737")),
                hotline: Some(line("400")),
                address: Some(line("琼湖")),
            },
        };
        let all: Vec<Part> = Part::all().collect();
        assert_eq!(plain.differences(&full), all);
        assert_eq!(plain.differences(&plain), []);
        for part in &all {
            let changed = plain.clone().with(*part, &full);
            assert_eq!(plain.differences(&changed), [*part]);
            assert_eq!(changed.with(*part, &plain), plain, "{part:?}");
        }
        let taken = all
            .iter()
            .fold(plain, |taken, part| taken.with(*part, &full));
        assert_eq!(taken, full);
    }
}
