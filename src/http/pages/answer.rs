//! The page of an answer: one line of result, then what to compare, then what to do.

use jiff::Timestamp;

use super::document::{Fact, Line, Piece, Section, Tone, day, fill, official, text};
use super::frame::Body;
use super::issued;
use super::text::Texts;
use super::tip;
use crate::domain::event::Withdrawal;
use crate::domain::serial::Serial;
use crate::domain::typed::Flaw;
use crate::domain::verdict::{QueryCount, Verdict};
use crate::http::language::Language;
use crate::service::verify::{Answer, MarkAnswer};

/// The line for complaints of consumers and markets in all of China.
pub const TELEPHONE: &str = "12315";

/// Composes the page of an answer.
///
/// `asked` is what was typed or scanned: of what is none of ours a report carries it along.
pub fn body(answer: &Answer, asked: &str, language: Language, domain: &str) -> Body {
    let words = Words {
        text: language.texts(),
        language,
        about: match answer {
            Answer::NotOurs => asked.to_owned(),
            Answer::Ours(mark) => mark.serial.to_string(),
        },
    };
    match answer {
        Answer::NotOurs => words.not_ours(domain),
        Answer::Ours(mark) => super::claim::inviting(words.mark(mark), mark, language),
    }
}

/// Whom to tell: us, with the serial of the mark if it is known, or the telephone.
pub(super) fn report(language: Language, serial: Option<Serial>) -> Line {
    let serial = serial.map(|serial| serial.to_string());
    report_about(language, &serial.unwrap_or_default())
}

/// The same, with what was typed or scanned.
fn report_about(language: Language, asked: &str) -> Line {
    fill(
        language.texts().report,
        &[
            ("report", tip::link(language, asked)),
            ("tel", Piece::Telephone(TELEPHONE.into())),
        ],
    )
}

/// Composes the page that says that nothing can be said.
pub fn unavailable(language: Language) -> Body {
    let text = language.texts();
    Body {
        tone: Tone::Unknown,
        heading: clauses(text.unavailable, &[]),
        lead: super::document::text(text.unavailable_lead),
        button: Some((text.unavailable_retry, String::new())),
        sections: vec![Section::Text {
            heading: text.todo_heading,
            paragraphs: vec![super::document::text(text.unavailable_todo)],
        }],
    }
}

/// Composes the page for what was typed and cannot be a serial. It is no verdict and is counted as none; what was typed stays in
/// the field.
pub fn unfinished(typed: &str, flaw: &Flaw, language: Language) -> Body {
    let words = language.texts();
    let say = &words.check;
    let lead = [say.flaw(flaw), say.unfinished_lead.to_owned()].join(words.between_clauses);
    let link = tip::link(language, typed);
    Body {
        tone: Tone::Plain,
        heading: clauses(say.unfinished, &[]),
        lead: text(lead),
        button: None,
        sections: vec![
            Section::Ask {
                typed: typed.to_owned(),
            },
            Section::Todo {
                heading: words.todo_heading,
                items: vec![
                    text(say.unfinished_todo),
                    fill(say.printed_so, &[("report", link)]),
                ],
            },
        ],
    }
}

/// Composes the page for a question by serial beyond a limit: the same for right and wrong serials.
pub fn too_many(language: Language) -> Body {
    let text = language.texts();
    Body {
        tone: Tone::Unknown,
        heading: clauses(text.too_many, &[]),
        lead: super::document::text(text.too_many_lead),
        button: None,
        sections: vec![Section::Todo {
            heading: text.todo_heading,
            items: vec![
                super::document::text(text.too_many_scan),
                super::document::text(text.too_many_wait),
            ],
        }],
    }
}

/// The clauses of a heading, with values in their places.
pub fn clauses(heading: &[&str], values: &[(&str, &str)]) -> Vec<String> {
    let fill = |clause: &&str| {
        values
            .iter()
            .fold((*clause).to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
    };
    heading.iter().map(fill).collect()
}

struct Words {
    text: &'static Texts,
    language: Language,
    /// What a report carries along: the serial of the mark, or what was asked.
    about: String,
}

impl Words {
    fn mark(&self, mark: &MarkAnswer) -> Body {
        match mark.verdict {
            Verdict::FirstCheck => self.first_check(mark),
            Verdict::CheckedBefore => self.checked_before(mark),
            Verdict::SuspectedCopy => self.suspected_copy(mark),
            Verdict::NotActivated => self.not_activated(mark),
            Verdict::Withdrawn => self.withdrawn(mark),
            Verdict::PastSeason => self.past_season(mark),
            // An answer about a mark of ours never says so.
            Verdict::NotOurs => self.not_ours(""),
        }
    }

    fn first_check(&self, mark: &MarkAnswer) -> Body {
        Body {
            tone: Tone::First,
            heading: clauses(self.text.first_check, &[]),
            lead: Line::new(),
            button: None,
            sections: vec![self.compare(mark), self.if_it_differs()],
        }
    }

    fn checked_before(&self, mark: &MarkAnswer) -> Body {
        let (heading, lead) = match &mark.query {
            Some(query) if query.first.by_this_phone => {
                (self.text.own_check, self.own_history(query))
            }
            Some(query) => (self.text.checked_before, self.history(query)),
            None => (self.text.checked_before, Line::new()),
        };
        let number = mark
            .query
            .as_ref()
            .map_or(1, |query| query.number)
            .to_string();
        Body {
            tone: Tone::Seen,
            heading: clauses(heading, &[("n", &number)]),
            lead,
            button: None,
            sections: vec![
                self.compare(mark),
                Section::Text {
                    heading: self.text.many_heading,
                    paragraphs: vec![text(self.text.many), text(self.text.many_odd)],
                },
                self.if_it_differs(),
            ],
        }
    }

    fn suspected_copy(&self, mark: &MarkAnswer) -> Body {
        let number = mark
            .query
            .as_ref()
            .map_or(1, |query| query.number)
            .to_string();
        let mut history = fill(self.text.suspected_count, &[("n", Piece::Text(number))]);
        history.extend(mark.query.iter().flat_map(|query| self.history(query)));
        Body {
            tone: Tone::Suspect,
            heading: clauses(self.text.suspected_copy, &[]),
            lead: text(self.text.suspected_copy_lead),
            button: None,
            sections: vec![
                self.todo(vec![
                    text(self.text.suspected_todo_compare),
                    text(self.text.suspected_todo_label),
                    self.report(),
                ]),
                self.compare(mark),
                Section::Text {
                    heading: self.text.suspected_why_heading,
                    paragraphs: vec![text(self.text.suspected_why), history],
                },
            ],
        }
    }

    fn not_activated(&self, mark: &MarkAnswer) -> Body {
        Body {
            tone: Tone::NotYet,
            heading: clauses(self.text.not_activated, &[]),
            lead: text(self.text.not_activated_lead),
            button: None,
            sections: vec![
                self.todo(vec![text(self.text.not_activated_todo), self.report()]),
                self.facts(
                    Some(self.text.mark_heading),
                    issued::facts(mark, self.language),
                ),
            ],
        }
    }

    fn past_season(&self, mark: &MarkAnswer) -> Body {
        let since = mark.past_since.unwrap_or(mark.checked_at);
        let season = mark.facts.batch.season.to_string();
        let mut facts = vec![self.fact(self.text.past_since, vec![self.day(since)])];
        facts.extend(issued::facts(mark, self.language));
        Body {
            tone: Tone::Past,
            heading: clauses(self.text.past_season, &[("season", &season)]),
            lead: fill(self.text.past_season_lead, &[("date", self.day(since))]),
            button: None,
            sections: vec![
                self.todo(vec![
                    text(self.text.past_season_todo_date),
                    text(self.text.past_season_todo_reuse),
                    self.report(),
                ]),
                self.facts(Some(self.text.compare_heading), facts),
            ],
        }
    }

    fn withdrawn(&self, mark: &MarkAnswer) -> Body {
        let text_of = self.text;
        let (kind, since, reason) = match &mark.withdrawal {
            Some((kind, since, reason)) => (Withdrawal::from_slug(kind), *since, reason.clone()),
            None => (None, mark.checked_at, None),
        };
        let gone = || vec![self.report()];
        let lead = text_of.gone_lead;
        let (heading, class, lead, todo) = match kind {
            Some(Withdrawal::Revoked) => (text_of.revoked, text_of.revoked_class, lead, gone()),
            Some(Withdrawal::Destroyed) => {
                (text_of.destroyed, text_of.destroyed_class, lead, gone())
            }
            Some(Withdrawal::Lost) => (text_of.lost, text_of.lost_class, lead, gone()),
            Some(Withdrawal::Returned) => (text_of.returned, text_of.returned_class, lead, gone()),
            Some(Withdrawal::Spoiled) => (text_of.spoiled, text_of.spoiled_class, lead, gone()),
            Some(Withdrawal::Recalled) => (
                text_of.recalled,
                text_of.recalled_class,
                text_of.recalled_lead,
                vec![
                    text(text_of.recalled_todo_return),
                    fill(
                        text_of.recalled_todo_call,
                        &[("tel", Piece::Telephone(TELEPHONE.into()))],
                    ),
                ],
            ),
            Some(Withdrawal::Frozen) => (
                text_of.frozen,
                text_of.frozen_class,
                text_of.frozen_lead,
                vec![
                    text(text_of.frozen_todo_buy),
                    text(text_of.frozen_todo_keep),
                ],
            ),
            None => (
                text_of.right_ended,
                text_of.right_ended_class,
                text_of.right_ended_lead,
                vec![text(text_of.right_ended_todo), self.report()],
            ),
        };
        let date = match kind {
            Some(_) => text_of.date,
            // Not of the decision, but since when the marks count no more.
            None => text_of.right_ended_date,
        };
        let mut facts = vec![
            self.fact(text_of.class, text(class)),
            self.fact(date, vec![self.day(since)]),
        ];
        let reason = reason.map(|reason| vec![official(&reason, self.language)]);
        facts.extend(reason.map(|reason| self.fact(text_of.reason, reason)));
        Body {
            tone: if kind == Some(Withdrawal::Frozen) {
                Tone::Hold
            } else {
                Tone::Stop
            },
            heading: clauses(heading, &[]),
            lead: text(lead),
            button: None,
            sections: vec![
                self.facts(None, facts),
                self.todo(todo),
                self.facts(
                    Some(text_of.mark_heading),
                    issued::facts(mark, self.language),
                ),
            ],
        }
    }

    fn not_ours(&self, domain: &str) -> Body {
        Body {
            tone: Tone::Other,
            heading: clauses(self.text.not_ours, &[]),
            lead: Line::new(),
            button: None,
            sections: vec![
                Section::Text {
                    heading: self.text.not_ours_domain_heading,
                    paragraphs: vec![
                        vec![Piece::BigDomain(domain.to_owned())],
                        text(self.text.not_ours_domain),
                    ],
                },
                self.todo(vec![
                    text(self.text.not_ours_todo_again),
                    text(self.text.not_ours_todo_leave),
                    self.report(),
                ]),
                Section::Ask {
                    typed: self.typed(),
                },
            ],
        }
    }

    /// What stays in the field: what was typed, but no code.
    fn typed(&self) -> String {
        match Serial::from_typed(&self.about) {
            Some(_) => self.about.clone(),
            None => String::new(),
        }
    }

    fn compare(&self, mark: &MarkAnswer) -> Section {
        Section::Facts {
            heading: Some(self.text.compare_heading),
            before: vec![Piece::Strong(self.text.compare_differ.to_owned())],
            facts: issued::facts(mark, self.language),
            after: text(self.text.compare_why),
        }
    }

    fn history(&self, query: &QueryCount) -> Line {
        let place = match query.first.place {
            None => self.text.place_unknown,
            Some(place) => {
                let (zh, en) = place.prefecture.province();
                self.language.choose(zh, en)
            }
        };
        let values = [
            ("date", self.day(query.first.at)),
            ("place", Piece::Text(place.to_owned())),
        ];
        fill(self.text.checked_before_lead, &values)
    }

    fn own_history(&self, query: &QueryCount) -> Line {
        let values = [
            ("date", self.day(query.first.at)),
            ("n", Piece::Text(query.number.to_string())),
        ];
        fill(self.text.own_check_lead, &values)
    }

    fn if_it_differs(&self) -> Section {
        Section::Text {
            heading: self.text.differ_heading,
            paragraphs: vec![self.report()],
        }
    }

    fn report(&self) -> Line {
        report_about(self.language, &self.about)
    }

    fn todo(&self, items: Vec<Line>) -> Section {
        let heading = self.text.todo_heading;
        Section::Todo { heading, items }
    }

    #[allow(clippy::unused_self)] // reads as one of the words
    fn facts(&self, heading: Option<&'static str>, facts: Vec<Fact>) -> Section {
        Section::Facts {
            heading,
            before: Line::new(),
            facts,
            after: Line::new(),
        }
    }

    #[allow(clippy::unused_self)] // reads as one of the words
    fn fact(&self, name: &'static str, value: Line) -> Fact {
        Fact { name, value }
    }

    fn day(&self, at: Timestamp) -> Piece {
        day(at, self.text.day_format)
    }
}
