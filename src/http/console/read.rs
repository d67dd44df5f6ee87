//! From what was typed to domain values: everything that is wrong is told at once, each by its field.

use jiff::civil::Date;

use super::typed::{Typed, Upload};
use crate::domain::document::check_size;
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::selection::LineOutcome;
use crate::domain::text::Line;
use crate::domain::wanted::Wanted;
use crate::domain::whole::digits_of;
use crate::http::language::Language;
use crate::service::ServiceError;

/// Bad lines that are told.
const MOST_LINES: usize = 20;

/// What is wrong with a form.
#[derive(Debug, Default)]
pub struct Errors {
    /// The field, or none if it is the whole, and what is wrong.
    pub all: Vec<(Option<&'static str>, String)>,
    /// The entry of the ledger that is spoken of.
    pub entry: Option<u64>,
}

/// Reads the fields of a form.
pub struct Reader<'a> {
    typed: &'a Typed,
    language: Language,
    errors: Errors,
}

impl<'a> Reader<'a> {
    /// Reads what was typed.
    pub fn new(typed: &'a Typed, language: Language) -> Self {
        let errors = Errors::default();
        Self {
            typed,
            language,
            errors,
        }
    }

    /// Says that a field is wrong.
    pub fn wrong(&mut self, name: &'static str, chinese: &str, english: &str) {
        let what = self.language.choose(chinese, english).to_owned();
        self.errors.all.push((Some(name), what));
    }

    /// Says that a field is wrong.
    pub fn said(&mut self, name: &'static str, what: &Said) {
        self.wrong(name, &what.zh, &what.en);
    }

    /// Says what is wrong with the form as a whole.
    pub fn of_the_whole(&mut self, what: &Said) {
        let what = self.language.choose(&what.zh, &what.en).to_owned();
        self.errors.all.push((None, what));
    }

    /// A value that must be there; the type's own error says what is wrong.
    pub fn read<T, E: Into<Said>>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.value(name, |text| read(text).map_err(|error| pair(error.into())))
    }

    /// A value out of another text than the one that was typed; what is wrong is told by the field.
    pub fn value_of<T, E: Into<Said>>(
        &mut self,
        name: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        read(text)
            .map_err(|error| self.said(name, &error.into()))
            .ok()
    }

    /// A value that must be there, of a kind that has words for what it wants.
    pub fn wanted<T>(
        &mut self,
        name: &'static str,
        wanted: Wanted,
        of: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read(name, |text| of(text).ok_or_else(|| wanted.said()))
    }

    /// The same, if anything stands there; `Some(None)` if not.
    #[allow(clippy::option_option)] // wrong, left blank, or read
    pub fn wanted_or_none<T>(
        &mut self,
        name: &'static str,
        wanted: Wanted,
        of: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.typed.get(name) {
            "" => Some(None),
            _ => self.wanted(name, wanted, of).map(Some),
        }
    }

    /// Lines of text, one thing a line, each read on its own.
    pub fn each<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, Said>,
    ) -> Option<Vec<T>> {
        let typed = self.typed.get(name).lines().map(str::trim);
        let all: Result<Vec<T>, Said> = typed.filter(|text| !text.is_empty()).map(read).collect();
        all.map_err(|what| self.said(name, &what)).ok()
    }

    /// A value that must be there; `read` says what is wrong in both languages.
    pub fn value<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Option<T> {
        let text = self.typed.get(name);
        if text.is_empty() {
            self.said(name, &Wanted::Anything.said());
            return None;
        }
        match read(text) {
            Ok(value) => Some(value),
            Err((chinese, english)) => {
                self.wrong(name, &chinese, &english);
                None
            }
        }
    }

    /// A value that may be missing; `Some(None)` if it is.
    #[allow(clippy::option_option)] // wrong, left blank, or read
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Option<Option<T>> {
        match self.typed.get(name) {
            "" => Some(None),
            _ => self.value(name, read).map(Some),
        }
    }

    /// A line of text.
    pub fn line(&mut self, name: &'static str) -> Option<Line> {
        self.value(name, line)
    }

    /// A line that may be missing.
    #[allow(clippy::option_option)] // wrong, left blank, or read
    pub fn optional_line(&mut self, name: &'static str) -> Option<Option<Line>> {
        self.optional(name, line)
    }

    /// A value that may be missing; the type's own error says what is wrong.
    #[allow(clippy::option_option)] // wrong, left blank, or read
    pub fn optional_read<T, E: Into<Said>>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.optional(name, |text| read(text).map_err(|error| pair(error.into())))
    }

    /// Lines of text, one thing a line.
    pub fn lines(&mut self, name: &'static str) -> Option<Vec<Line>> {
        self.each(name, |text| Ok(Line::new("this", text)?))
    }

    /// A whole number.
    pub fn number<T: TryFrom<i64>>(&mut self, name: &'static str) -> Option<T> {
        self.value(name, number)
    }

    /// A day.
    pub fn day(&mut self, name: &'static str) -> Option<Date> {
        self.value(name, day)
    }

    /// One of a few words.
    pub fn word<T>(&mut self, name: &'static str, of: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.wanted(name, Wanted::Choice, of)
    }

    /// A file that was chosen, and is not larger than any that is taken.
    pub fn file(&mut self, name: &'static str) -> Option<&'a Upload> {
        let Some(upload) = self.typed.file(name) else {
            self.said(name, &said!("choose a file", "请选择文件"));
            return None;
        };
        match check_size(upload.bytes) {
            Ok(()) => Some(upload),
            Err(refusal) => {
                self.refused(name, &refusal);
                None
            }
        }
    }

    /// The files that were chosen, none of them larger than any that is taken, each read; the first that is refused is told.
    pub fn files<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&Upload) -> Result<T, Refusal>,
    ) -> Option<Vec<T>> {
        let mut all = Vec::new();
        for upload in self.typed.files(name) {
            let size = check_size(upload.bytes).map_err(|refusal| refusal.of_file(&upload.name));
            match size.and_then(|()| read(upload)) {
                Ok(one) => all.push(one),
                Err(refusal) => {
                    self.refused(name, &refusal);
                    return None;
                }
            }
        }
        Some(all)
    }

    /// Says that a rule refuses what stands in a field, and what to do.
    pub fn refused(&mut self, name: &'static str, refusal: &Refusal) {
        let (zh, en) = refusal.advice_for_pages();
        let chinese = format!("{}。{zh}", refusal.what.zh);
        let english = match en {
            Some(en) => format!("{}. {en}", refusal.what.en),
            None => refusal.what.en.clone(),
        };
        self.wrong(name, &chinese, &english);
    }

    /// What is wrong, if anything is.
    pub fn finish(self) -> Errors {
        self.errors
    }
}

fn line(text: &str) -> Result<Line, (String, String)> {
    Line::new("this", text).map_err(|error| pair(error.into()))
}

fn pair(said: Said) -> (String, String) {
    (said.zh, said.en)
}

/// A whole number, with or without separators of thousands, if it is one and of this type.
pub fn whole<T: TryFrom<i64>>(text: &str) -> Option<T> {
    T::try_from(digits_of(text)?.parse::<i64>().ok()?).ok()
}

/// A whole number, with or without separators of thousands.
pub fn number<T: TryFrom<i64>>(text: &str) -> Result<T, (String, String)> {
    whole(text).ok_or_else(|| {
        let chinese = format!("“{text}”不是可用的整数");
        (
            chinese,
            format!("\u{201c}{text}\u{201d} is no whole number that can be taken"),
        )
    })
}

/// A day as in 2026-04-02.
pub fn day(text: &str) -> Result<Date, (String, String)> {
    text.parse().map_err(|_| pair(Wanted::Date.said()))
}

impl Errors {
    /// The same, where what is wrong with the whole is wrong with this field.
    #[must_use]
    pub fn at(mut self, field: &'static str) -> Self {
        for (name, _) in &mut self.all {
            name.get_or_insert(field);
        }
        self
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What a use case says to a form.
    ///
    /// # Errors
    /// If it is not the form's fault.
    pub fn of_service(error: ServiceError, language: Language) -> Result<Self, ServiceError> {
        let in_this = |said: Said| match language {
            Language::Chinese => said.zh,
            Language::English => said.en,
        };
        let mut all = match &error {
            ServiceError::Refused(_) | ServiceError::BadLines { .. } => {
                let (what, advice) = (in_this(error.said()), in_this(error.advice_for_pages()));
                let stop = language.choose("。", ". ");
                vec![(
                    None,
                    if advice.is_empty() {
                        what
                    } else {
                        format!("{what}{stop}{advice}")
                    },
                )]
            }
            _ => return Err(error),
        };
        if let ServiceError::BadLines { lines, .. } = &error {
            let bad = lines.iter().filter_map(|line| match &line.outcome {
                LineOutcome::Bad(problem) => {
                    let (line, text) = (line.line, &line.text);
                    let (chinese, english) = (
                        format!("第 {line} 行“{text}”：{}", problem.chinese()),
                        format!("line {line}, \u{201c}{text}\u{201d}: {problem}"),
                    );
                    Some((None, language.choose(&chinese, &english).to_owned()))
                }
                _ => None,
            });
            all.extend(bad.take(MOST_LINES));
        }
        let entry = match &error {
            ServiceError::Refused(refusal) => refusal.entry,
            _ => None,
        };
        Ok(Self { all, entry })
    }
}
