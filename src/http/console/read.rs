//! From what was typed to domain values: everything that is wrong is told at once, each by its field.

use jiff::civil::Date;

use super::typed::Typed;
use crate::domain::refusal::RefusalKind;
use crate::domain::said::Said;
use crate::domain::selection::LineOutcome;
use crate::domain::text::Line;
use crate::http::language::Language;
use crate::service::ServiceError;

/// Bad lines that are told.
const MOST_LINES: usize = 20;

/// What is wrong with a form.
#[derive(Debug, Default)]
pub struct Errors {
    /// The field, or none if it is the whole, and what is wrong.
    pub all: Vec<(Option<&'static str>, String)>,
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

    /// A value that must be there; `read` says what is wrong in both languages.
    pub fn value<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Option<T> {
        let text = self.typed.get(name);
        if text.is_empty() {
            self.wrong(name, "此项必填", "This is needed");
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
    pub fn optional_line(&mut self, name: &'static str) -> Option<Option<Line>> {
        self.optional(name, line)
    }

    /// Lines of text, one thing a line.
    pub fn lines(&mut self, name: &'static str) -> Option<Vec<Line>> {
        let typed = self.typed.get(name).lines().map(str::trim);
        let lines: Result<Vec<Line>, _> = typed.filter(|text| !text.is_empty()).map(line).collect();
        lines
            .map_err(|(chinese, english)| self.wrong(name, &chinese, &english))
            .ok()
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
        self.value(name, |text| {
            of(text).ok_or_else(|| {
                (
                    "请从列表中选择".to_owned(),
                    "Choose one of the list".to_owned(),
                )
            })
        })
    }

    /// What is wrong, if anything is.
    pub fn finish(self) -> Errors {
        self.errors
    }
}

fn line(text: &str) -> Result<Line, (String, String)> {
    Line::new("this", text).map_err(|error| {
        let chinese = format!("须为一行文字，至多 {} 个字", Line::LIMIT);
        (chinese, error.to_string())
    })
}

/// A whole number, with or without separators of thousands.
pub fn number<T: TryFrom<i64>>(text: &str) -> Result<T, (String, String)> {
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，'))
        .collect();
    let read = digits
        .parse::<i64>()
        .ok()
        .and_then(|number| T::try_from(number).ok());
    read.ok_or_else(|| {
        let chinese = format!("“{text}”不是可用的整数");
        (
            chinese,
            format!("\u{201c}{text}\u{201d} is no whole number that can be taken"),
        )
    })
}

/// A day as in 2026-04-02.
pub fn day(text: &str) -> Result<Date, (String, String)> {
    text.parse().map_err(|_| {
        let chinese = format!("“{text}”不是日期，请写作 2026-04-02");
        (
            chinese,
            format!("\u{201c}{text}\u{201d} is no day, write it as in 2026-04-02"),
        )
    })
}

impl Errors {
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
            ServiceError::Refused(refusal) if refusal.kind == RefusalKind::NoSuch => {
                return Err(error);
            }
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
        Ok(Self { all })
    }
}
