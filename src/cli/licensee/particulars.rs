//! What a licensee's file says, as options.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use crate::cli::failure::Failure;
use crate::cli::values::{area_of_township, each_once, line, standard, uscc, word};
use crate::domain::area::Area;
use crate::domain::form::Form;
use crate::domain::licensee::LegalBasis;
use crate::domain::licensee::particulars::{Particulars as Kept, Standard};
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;

/// What nobody is entered without.
#[derive(Args)]
pub(in crate::cli) struct Identity {
    /// The registered name
    #[arg(long, value_parser = line)]
    name: Line,
    /// The unified social credit code (统一社会信用代码), 18 characters
    #[arg(long, value_parser = uscc)]
    pub uscc: Uscc,
    /// On what the right rests
    #[arg(long, value_parser = word::<LegalBasis>())]
    basis: LegalBasis,
}

/// The same, where it can be changed.
#[derive(Args)]
pub(in crate::cli) struct Named {
    /// The registered name
    #[arg(long, value_parser = line)]
    name: Option<Line>,
    /// On what the right rests
    #[arg(long, value_parser = word::<LegalBasis>())]
    basis: Option<LegalBasis>,
    /// Empty these, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "WHAT")]
    clear: Vec<Clear>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Clear {
    BasisDocument,
    Form,
    Product,
    Standard,
    Area,
    ContactPerson,
    Phone,
    Hotline,
    Address,
}

/// The rest of the file.
#[derive(Args)]
pub(in crate::cli) struct Particulars {
    /// The number of a document that grants the right (核准公告文号、注册证号); can be repeated
    #[arg(long, value_parser = line, value_name = "NUMBER")]
    basis_document: Vec<Line>,
    /// The forms (产品形态) it makes, separated by commas; can be repeated
    #[arg(long, value_parser = word::<Form>(), value_delimiter = ',')]
    form: Vec<Form>,
    /// A product by name; can be repeated
    #[arg(long, value_parser = line)]
    product: Vec<Line>,
    /// A standard (执行标准) it declares, 'NUMBER VERSION'; can be repeated
    #[arg(long, value_parser = standard)]
    standard: Vec<Standard>,
    /// Its base (基地) in a township, TOWNSHIP=MU; can be repeated
    #[arg(long, value_parser = area_of_township, value_name = "TOWNSHIP=MU")]
    area: Vec<(Township, Area)>,
    /// Whom to call; never public, like phone and address
    #[arg(long, value_parser = line, value_name = "NAME")]
    contact_person: Option<Line>,
    /// The telephone number
    #[arg(long, value_parser = line)]
    phone: Option<Line>,
    /// The telephone number for the public: it stands on the pages of its marks
    #[arg(long, value_parser = line)]
    hotline: Option<Line>,
    /// The address
    #[arg(long, value_parser = line)]
    address: Option<Line>,
}

impl Particulars {
    /// A first file.
    pub(super) fn of(self, identity: Identity) -> Result<Kept, Failure> {
        let mut kept = Kept::new(identity.name, identity.basis);
        self.change(&mut kept)?;
        Ok(kept)
    }

    /// Whether an option fills this.
    fn names(&self, what: Clear) -> bool {
        match what {
            Clear::BasisDocument => !self.basis_document.is_empty(),
            Clear::Form => !self.form.is_empty(),
            Clear::Product => !self.product.is_empty(),
            Clear::Standard => !self.standard.is_empty(),
            Clear::Area => !self.area.is_empty(),
            Clear::ContactPerson => self.contact_person.is_some(),
            Clear::Phone => self.phone.is_some(),
            Clear::Hotline => self.hotline.is_some(),
            Clear::Address => self.address.is_some(),
        }
    }

    /// Puts what was named in the place of what is kept.
    pub(super) fn change(self, kept: &mut Kept) -> Result<(), Failure> {
        if !self.basis_document.is_empty() {
            kept.basis_documents = self.basis_document;
        }
        if !self.form.is_empty() {
            kept.forms = self.form.into_iter().collect();
        }
        if !self.product.is_empty() {
            kept.products = self.product;
        }
        if !self.standard.is_empty() {
            kept.standards = self.standard;
        }
        if !self.area.is_empty() {
            kept.areas = each_once("--area", self.area)?;
        }
        let contact = &mut kept.contact;
        contact.person = self.contact_person.or_else(|| contact.person.take());
        contact.phone = self.phone.or_else(|| contact.phone.take());
        contact.hotline = self.hotline.or_else(|| contact.hotline.take());
        contact.address = self.address.or_else(|| contact.address.take());
        Ok(())
    }
}

impl Named {
    /// Refuses to empty what is filled by the same command.
    pub(super) fn check(&self, filled: &Particulars) -> Result<(), Failure> {
        let both = self.clear.iter().find(|what| filled.names(**what));
        let Some(what) = both.and_then(ValueEnum::to_possible_value) else {
            return Ok(());
        };
        let what = what.get_name();
        Err(Failure::wrong_input(
            format!("{what} is both given and cleared"),
            format!("leave out --{what}, or the {what} of --clear"),
        ))
    }

    pub(super) fn change(self, kept: &mut Kept) {
        if let Some(name) = self.name {
            kept.name = name;
        }
        if let Some(basis) = self.basis {
            kept.legal_basis = basis;
        }
        for what in self.clear {
            match what {
                Clear::BasisDocument => kept.basis_documents.clear(),
                Clear::Form => kept.forms.clear(),
                Clear::Product => kept.products.clear(),
                Clear::Standard => kept.standards.clear(),
                Clear::Area => kept.areas = BTreeMap::new(),
                Clear::ContactPerson => kept.contact.person = None,
                Clear::Phone => kept.contact.phone = None,
                Clear::Hotline => kept.contact.hotline = None,
                Clear::Address => kept.contact.address = None,
            }
        }
    }
}
