//! One licensee as one row of a table: what stands in which column, and what a column may say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::domain::area::Area;
use crate::domain::form::Form;
use crate::domain::licensee::particulars::{Contact, Standard};
use crate::domain::licensee::{LegalBasis, Licensee, LicenseeState, NewLicensee, Particulars};
use crate::domain::said::{Said, said};
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;
use crate::sheets::read::WantedColumn;
use crate::sheets::{Cell, Column, ColumnKind, column};

/// The columns of the register, in their order. Lists within a cell are kept apart by `；`.
pub const COLUMNS: [Column; 17] = [
    column("编号", ColumnKind::Integer, 8),
    column("名称", ColumnKind::Text, 32),
    column("统一社会信用代码", ColumnKind::Text, 22),
    column("授权依据", ColumnKind::Text, 22),
    column("依据文号", ColumnKind::Text, 28),
    column("产品形态", ColumnKind::Text, 18),
    column("产品", ColumnKind::Text, 32),
    column("执行标准", ColumnKind::Text, 28),
    column("基地面积（亩）", ColumnKind::Text, 32),
    column("联系人", ColumnKind::Text, 12),
    column("联系电话", ColumnKind::Text, 16),
    column("服务热线", ColumnKind::Text, 16),
    column("地址", ColumnKind::Text, 32),
    column("状态", ColumnKind::Text, 12),
    column("状态日期", ColumnKind::Date, 12),
    column("文号", ColumnKind::Text, 24),
    column("档案版本", ColumnKind::Integer, 10),
];

/// The columns that a file must have.
const REQUIRED: [&str; 3] = ["名称", "统一社会信用代码", "授权依据"];
const BETWEEN: &str = "；";

/// The columns as a file that is read may have them.
pub fn wanted() -> Vec<WantedColumn> {
    let wanted = |column: &Column| WantedColumn {
        title: column.title,
        is_required: REQUIRED.contains(&column.title),
    };
    COLUMNS.iter().map(wanted).collect()
}

/// What a row says, before anyone asks the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code.
    pub uscc: Uscc,
    /// The file.
    pub particulars: Particulars,
    /// The number, if the row names it.
    pub number: Option<u16>,
    /// The state, if the row names it.
    pub state: Option<LicenseeState>,
    /// Since when.
    pub date: Option<Date>,
    /// The document.
    pub document: Option<Line>,
    /// The version of the file that the row was made upon, if it names one.
    pub revision: Option<u32>,
}

impl Row {
    /// The licensee it would enter.
    pub fn entered(&self, today: Date) -> NewLicensee {
        NewLicensee {
            uscc: self.uscc.clone(),
            particulars: self.particulars.clone(),
            state: self.state.unwrap_or(LicenseeState::Applied),
            date: self.date.unwrap_or(today),
            document: self.document.clone(),
        }
    }
}

/// The problems of one row; reading goes on, so that all of them are told at once.
struct Cells<'a> {
    cells: &'a [Option<String>],
    problems: Vec<Said>,
}

impl Cells<'_> {
    /// What stands under a title; nothing if the cell is blank.
    fn text(&self, title: &str) -> Option<&str> {
        let place = COLUMNS.iter().position(|column| column.title == title)?;
        let text = self.cells.get(place)?.as_deref()?.trim();
        (!text.is_empty()).then_some(text)
    }

    fn read<T, E: Into<Said>>(
        &mut self,
        title: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.text(title).map(read)? {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(title, &error.into());
                None
            }
        }
    }

    fn problem(&mut self, title: &str, what: &Said) {
        let problem = said!(
            "{title}: {}", what.en;
            "{title}：{}", what.zh
        );
        self.problems.push(problem);
    }

    fn needed<T>(&mut self, title: &str, value: Option<T>) -> Option<T> {
        if self.text(title).is_none() {
            self.problem(title, &said!("is empty", "不能为空"));
        }
        value
    }

    fn line(&mut self, title: &'static str) -> Option<Line> {
        self.read(title, |text| Line::new("text", text))
    }

    fn list<T>(&mut self, title: &str, read: impl Fn(&str) -> Result<T, Said>) -> Vec<T> {
        let all = |text: &str| {
            text.split(['；', ';'])
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(&read)
                .collect()
        };
        self.read(title, all).unwrap_or_default()
    }
}

fn to_line(text: &str) -> Result<Line, Said> {
    Ok(Line::new("text", text)?)
}

/// Reads a row.
///
/// # Errors
/// Everything that is wrong with it, each with the title of its column.
pub fn read(cells: &[Option<String>]) -> Result<Row, Vec<Said>> {
    let mut cells = Cells {
        cells,
        problems: Vec::new(),
    };
    for column in COLUMNS {
        if cells.text(column.title).is_some_and(is_mangled) {
            let what = said!(
                "a spreadsheet turned this into a number; format the column as text",
                "被电子表格改成了数值，原来的数字已丢失；请把这一栏设为文本格式后重填"
            );
            cells.problem(column.title, &what);
        }
    }
    let name = cells.line("名称");
    let name = cells.needed("名称", name);
    let uscc = cells.read("统一社会信用代码", Uscc::new);
    let uscc = cells.needed("统一社会信用代码", uscc);
    let basis = cells.read("授权依据", basis);
    let basis = cells.needed("授权依据", basis);
    let basis_documents = cells.list("依据文号", to_line);
    let forms: Vec<Form> = cells.list("产品形态", form);
    let products = cells.list("产品", to_line);
    let standards = cells.list("执行标准", Standard::read);
    let areas: Vec<(Township, Area)> = cells.list("基地面积（亩）", area);
    let contact = Contact {
        person: cells.line("联系人"),
        phone: cells.line("联系电话"),
        hotline: cells.line("服务热线"),
        address: cells.line("地址"),
    };
    let number = cells.read("编号", |text| {
        text.parse()
            .map_err(|_| said!("is no number of a licensee", "不是合法使用人的编号"))
    });
    let state = cells.read("状态", state);
    let date = cells.read("状态日期", day);
    let document = cells.line("文号");
    let revision = cells.read("档案版本", |text| {
        text.parse()
            .map_err(|_| said!("is no number of a version", "不是档案的版本号"))
    });
    let mut by_township = BTreeMap::new();
    for (township, area) in areas {
        if by_township.insert(township, area).is_some() {
            let what = said!("{township} stands there twice", "{township}出现了两次");
            cells.problem("基地面积（亩）", &what);
        }
    }
    match (name, uscc, basis, cells.problems) {
        (Some(name), Some(uscc), Some(legal_basis), problems) if problems.is_empty() => {
            let particulars = Particulars {
                basis_documents,
                forms: forms.into_iter().collect::<BTreeSet<_>>(),
                products,
                standards,
                areas: by_township,
                contact,
                ..Particulars::new(name, legal_basis)
            };
            particulars.check().map_err(|refusal| vec![refusal.what])?;
            Ok(Row {
                uscc,
                particulars,
                number,
                state,
                date,
                document,
                revision,
            })
        }
        (.., problems) => Err(problems),
    }
}

/// A day as people and spreadsheets write it: 2026-04-02, 2026/4/2 or 2026年4月2日.
fn day(text: &str) -> Result<Date, Said> {
    let wrong = || {
        said!(
            "{text:?} is no day such as 2026-04-02 or 2026/4/2",
            "“{text}”不是日期，应如 2026-04-02 或 2026/4/2"
        )
    };
    let parts: Vec<&str> = text
        .trim_end_matches('日')
        .split(['-', '/', '年', '月'])
        .collect();
    let [year, month, day] = parts[..] else {
        return Err(wrong());
    };
    let number = |part: &str| part.parse().map_err(|_| wrong());
    let (year, month, day) = (
        year.parse().map_err(|_| wrong())?,
        number(month)?,
        number(day)?,
    );
    Date::new(year, month, day).map_err(|_| wrong())
}

/// A long number that a spreadsheet has turned into something like `1.38E+10`: its digits are lost.
fn is_mangled(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once("E+").unwrap_or_default();
    let is_number = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    is_number(mantissa) && is_number(exponent)
}

fn basis(text: &str) -> Result<LegalBasis, Said> {
    let named = |basis: &&LegalBasis| basis.slug() == text || basis.chinese() == text;
    let found = LegalBasis::ALL.iter().find(named).copied();
    found.ok_or_else(|| {
        let words: Vec<&str> = LegalBasis::ALL
            .iter()
            .map(|basis| basis.chinese())
            .collect();
        said!(
            "{text:?} is none of {}", words.join(", ");
            "“{text}”应改为以下之一：{}", words.join("；")
        )
    })
}

fn form(text: &str) -> Result<Form, Said> {
    let named = |form: &Form| form.slug() == text || form.chinese() == text;
    Form::ALL.into_iter().find(named).ok_or_else(|| {
        let names = Form::ALL.map(Form::chinese);
        said!(
            "{text:?} is none of {}", names.join(", ");
            "“{text}”应改为以下之一：{}", names.join("；")
        )
    })
}

fn state(text: &str) -> Result<LicenseeState, Said> {
    let named = |state: &&LicenseeState| state.slug() == text || state.chinese() == text;
    LicenseeState::ALL
        .iter()
        .find(named)
        .copied()
        .ok_or_else(|| {
            said!(
                "{text:?} is no state such as 申请 or 有效",
                "“{text}”不是状态，应如“申请”“有效”"
            )
        })
}

fn area(text: &str) -> Result<(Township, Area), Said> {
    let (township, area) = text.split_once(['=', '＝']).ok_or_else(|| {
        said!(
            "{text:?} is not of the form 胭脂湖街道=1000",
            "“{text}”应写成“胭脂湖街道=1000”的形式"
        )
    })?;
    let (name, mu) = (township.trim(), area.trim());
    let township = Township::from_text(name).ok_or_else(|| {
        said!(
            "{name:?} is no township of the area",
            "“{name}”不是保护范围内的乡镇、街道"
        )
    })?;
    let area = Area::from_text(mu)
        .ok_or_else(|| said!("{mu:?} is no area in mu", "“{mu}”不是以亩为单位的面积"))?;
    Ok((township, area))
}

fn joined<T: ToString>(parts: impl IntoIterator<Item = T>) -> String {
    let parts: Vec<String> = parts.into_iter().map(|part| part.to_string()).collect();
    parts.join(BETWEEN)
}

/// The texts of a licensee's row, as [`cells`] wants them.
pub struct Texts {
    basis_documents: String,
    forms: String,
    products: String,
    standards: String,
    areas: String,
    document: String,
}

impl Texts {
    /// Of this licensee.
    pub fn of(licensee: &Licensee) -> Self {
        let particulars = &licensee.particulars;
        let standards = particulars.standards.iter();
        let areas = particulars.areas.iter();
        Self {
            basis_documents: joined(&particulars.basis_documents),
            forms: joined(particulars.forms.iter().map(|form| form.chinese())),
            products: joined(&particulars.products),
            standards: joined(standards),
            areas: joined(areas.map(|(township, area)| format!("{township}={area}"))),
            document: licensee
                .ended
                .as_ref()
                .and_then(|ended| ended.document.as_ref())
                .map_or_else(String::new, Line::to_string),
        }
    }
}

/// The row of a licensee.
pub fn cells<'a>(licensee: &'a Licensee, texts: &'a Texts) -> [Cell<'a>; COLUMNS.len()] {
    fn optional(line: Option<&Line>) -> Cell<'_> {
        line.map_or(Cell::Empty, |line| Cell::Text(line.as_str()))
    }
    let particulars = &licensee.particulars;
    [
        Cell::Integer(licensee.number.0.into()),
        Cell::Text(particulars.name.as_str()),
        Cell::Text(licensee.uscc.as_str()),
        Cell::Text(particulars.legal_basis.chinese()),
        Cell::Text(&texts.basis_documents),
        Cell::Text(&texts.forms),
        Cell::Text(&texts.products),
        Cell::Text(&texts.standards),
        Cell::Text(&texts.areas),
        optional(particulars.contact.person.as_ref()),
        optional(particulars.contact.phone.as_ref()),
        optional(particulars.contact.hotline.as_ref()),
        optional(particulars.contact.address.as_ref()),
        Cell::Text(licensee.state.chinese()),
        Cell::Date(licensee.state_since),
        Cell::Text(&texts.document),
        Cell::Integer(licensee.revision.into()),
    ]
}
