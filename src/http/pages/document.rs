//! What a page says, before it becomes HTML: a heading in clauses, and sections of facts, texts and things to do.
//!
//! Pages are composed from these in Rust; `web-verify/page.html` alone turns them into markup, and escapes every text.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::calendar::BEIJING;
use crate::http::language::Language;

/// The colour and shape of a page's first field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// First query.
    First,
    /// Asked about before.
    Seen,
    /// Perhaps copied.
    Suspect,
    /// Not activated.
    NotYet,
    /// Withdrawn.
    Stop,
    /// Frozen: on hold, without accusing anyone.
    Hold,
    /// Past its season.
    Past,
    /// Not ours.
    Other,
    /// Could not check.
    Unknown,
    /// Checked without a network: no verdict, and none of their colours.
    Offline,
    /// No verdict at all.
    Plain,
}

impl Tone {
    /// The class in `style.css`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Seen => "seen",
            Self::Suspect => "suspect",
            Self::NotYet => "notyet",
            Self::Stop => "stop",
            Self::Hold => "hold",
            Self::Past => "past",
            Self::Other => "other",
            Self::Unknown => "unknown",
            Self::Offline => "offline",
            Self::Plain => "plain",
        }
    }
}

/// A run of text of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain.
    Text(String),
    /// Stressed.
    Strong(String),
    /// A note on a line of its own.
    Small(String),
    /// Chinese within an English page.
    Chinese(String),
    /// A serial.
    Serial(String),
    /// Another number made of characters.
    Code(String),
    /// The true domain.
    Domain(String),
    /// The true domain, large.
    BigDomain(String),
    /// A picture.
    Picture {
        /// Where it is.
        address: String,
        /// What it shows, for those who do not see it.
        shows: &'static str,
    },
    /// A telephone number that can be tapped.
    Telephone(String),
    /// A way to another page of ours.
    Link {
        /// What it says.
        text: String,
        /// Where it leads.
        address: String,
    },
    /// A day, or a minute.
    Time {
        /// For machines.
        machine: String,
        /// For people.
        text: String,
    },
}

/// A line of text.
pub type Line = Vec<Piece>;

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Section {
    /// The field to type a serial into.
    Ask {
        /// What stands in it.
        typed: String,
    },
    /// The camera, and a photo.
    Look,
    /// What somebody else wrote, as it is.
    Quote {
        /// Its heading.
        heading: &'static str,
        /// The words.
        text: String,
    },
    /// Paragraphs.
    Text {
        /// Its heading.
        heading: &'static str,
        /// Its paragraphs.
        paragraphs: Vec<Line>,
    },
    /// What to do.
    Todo {
        /// Its heading.
        heading: &'static str,
        /// One line a thing to do.
        items: Vec<Line>,
    },
    /// A button that does something, with what it does.
    Do {
        /// What the button says.
        button: &'static str,
        /// What follows from it.
        note: Line,
    },
    /// The field to type a hidden code into.
    Claim {
        /// Its heading.
        heading: &'static str,
        /// What it is about.
        note: Line,
        /// Of which mark.
        mark: ClaimedMark,
        /// What stands in the field.
        hidden: String,
    },
    /// Names and values.
    Facts {
        /// Its heading.
        heading: Option<&'static str>,
        /// What they are for.
        before: Line,
        /// The facts, the most telling first.
        facts: Vec<Fact>,
        /// What follows from them.
        after: Line,
    },
    /// What a check without a network may find: the script shows one of these.
    Findings {
        /// All of them.
        findings: Vec<Finding>,
        /// Words that stand for a word of the code or the list.
        words: Vec<(&'static str, &'static str)>,
    },
    /// The field to look somebody up in the directory.
    Find {
        /// What is looked for now.
        asked: String,
        /// What stays chosen: a part of the directory.
        part: Option<&'static str>,
    },
    /// A form that a person fills in.
    Form(Form),
    /// What happened, the first first.
    Happened {
        /// Its heading.
        heading: &'static str,
        /// Each thing that happened.
        all: Vec<Happened>,
    },
    /// Firms of the directory.
    Firms {
        /// Its heading.
        heading: &'static str,
        /// How many there are, shown or not.
        count: String,
        /// What it means to stand here.
        note: &'static str,
        /// Those that are shown.
        firms: Vec<Firm>,
        /// What stands there if there are none.
        nothing: &'static str,
        /// Ways to the others.
        ways: Vec<(String, String)>,
    },
}

/// What a check without a network may find.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its word in the script.
    pub name: &'static str,
    /// Colour and shape.
    pub tone: Tone,
    /// The one line that matters, in clauses.
    pub heading: &'static [&'static str],
    /// What stands right below it.
    pub lead: &'static str,
    /// What is said of the mark.
    pub says: Says,
    /// What to do.
    pub todo: Vec<&'static str>,
}

/// What is said of a mark whose code was checked without a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Nothing: the code is not ours, or could not be checked.
    Nothing,
    /// What the signed code says.
    Code,
    /// That, and that it is to be compared with the pack.
    Compare,
}

impl Section {
    /// The scripts that add something to it, if any: modules below `web-verify/`. Without them it does all it is for.
    pub fn scripts(&self) -> &'static [&'static str] {
        let asks_a_serial = |form: &Form| {
            let mut kinds = form.fields.iter().map(|field| &field.kind);
            kinds.any(|kind| matches!(kind, FieldKind::Serial(_)))
        };
        match self {
            Self::Ask { .. } => &["web-verify/check/typing.js"],
            Self::Form(form) if asks_a_serial(form) => &["web-verify/check/typing.js"],
            Self::Look => &["web-verify/check/look.js"],
            Self::Findings { .. } => &["web-verify/offline/page.js"],
            _ => &[],
        }
    }

    /// The style sheets that it needs besides the first one, if any.
    pub const fn styles(&self) -> &'static [&'static str] {
        match self {
            Self::Look | Self::Quote { .. } => &["web-verify/check/look.css"],
            Self::Form(_) | Self::Happened { .. } => &["web-verify/form.css"],
            _ => &[],
        }
    }
}

/// The mark whose hidden code is typed.
#[derive(Clone, Debug)]
pub enum ClaimedMark {
    /// It is known: its serial, which is sent along.
    Known(String),
    /// It is to be typed, or compared: what stands in the field.
    Typed(String),
}

/// A form that a person fills in. It is sent with its files, without a script.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its heading.
    pub heading: Option<&'static str>,
    /// Where it is sent.
    pub action: String,
    /// Whether it only asks: then it is no more than an address.
    pub is_question: bool,
    /// Whether it is folded away until its heading is asked for.
    pub is_folded: bool,
    /// What goes along unseen.
    pub hidden: Vec<(&'static str, String)>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What the button says.
    pub button: &'static str,
    /// What stands below it.
    pub note: Option<&'static str>,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, and what its id ends in.
    pub name: &'static str,
    /// What it asks for.
    pub label: &'static str,
    /// What helps to fill it in.
    pub hint: Option<String>,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// What stands in it.
    pub value: String,
    /// What is wrong with that.
    pub error: Option<String>,
}

impl Field {
    /// The ids of what describes it.
    pub fn described_by(&self) -> Option<String> {
        let error = self.error.as_ref().map(|_| "error");
        let hint = self.hint.as_ref().map(|_| "hint");
        let ids = error.into_iter().chain(hint);
        let ids: Vec<String> = ids.map(|what| format!("f-{}-{what}", self.name)).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// What a field takes.
#[derive(Clone, Debug)]
pub enum FieldKind {
    /// A line of so many characters at most.
    Line(usize),
    /// A serial, of so many characters at most with what people type besides.
    Serial(usize),
    /// Several lines of so many characters at most.
    Lines(usize),
    /// A day up to this one.
    Day(String),
    /// Pictures.
    Pictures,
    /// One of these, all in sight: word and label.
    Choice(Vec<(&'static str, &'static str)>),
    /// One of these, in groups: the group's name, and word and label of each.
    Groups(Vec<(&'static str, Vec<(&'static str, &'static str)>)>),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub when: Piece,
    /// What, and by whom.
    pub what: String,
    /// What was written, line by line.
    pub told: Vec<Piece>,
    /// What else is said.
    pub note: Option<String>,
}

/// A firm of the directory.
#[derive(Clone, Debug)]
pub struct Firm {
    /// Its name, or why there is none.
    pub name: Piece,
    /// What must not be overlooked.
    pub mark: Option<&'static str>,
    /// Its code.
    pub code: String,
    /// What is told of it.
    pub lines: Vec<Line>,
}

/// A name and a value.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// What it says.
    pub value: Line,
}

/// Names and words from the register and the office, which are Chinese on every page.
pub fn official(text: &str, language: Language) -> Piece {
    match language {
        Language::Chinese => Piece::Text(text.to_owned()),
        Language::English => Piece::Chinese(text.to_owned()),
    }
}

/// A line of plain text.
pub fn text(text: impl Into<String>) -> Line {
    vec![Piece::Text(text.into())]
}

/// Puts pieces into the `{name}` places of a sentence.
pub fn fill(sentence: &str, values: &[(&str, Piece)]) -> Line {
    let mut line = Line::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            line.push(Piece::Text(before.to_owned()));
        }
        let value = values.iter().find(|(known, _)| *known == name);
        debug_assert!(
            value.is_some(),
            "nothing is given for {{{name}}} in {sentence:?}"
        );
        line.extend(value.map(|(_, piece)| piece.clone()));
        rest = after;
    }
    if !rest.is_empty() {
        line.push(Piece::Text(rest.to_owned()));
    }
    line
}

/// A day in Beijing.
pub fn day(at: Timestamp, format: &str) -> Piece {
    let local = BEIJING.to_datetime(at);
    Piece::Time {
        machine: local.strftime("%Y-%m-%d").to_string(),
        text: local.strftime(format).to_string(),
    }
}

/// A day of the calendar.
pub fn date(day: Date, format: &str) -> Piece {
    Piece::Time {
        machine: day.to_string(),
        text: day.strftime(format).to_string(),
    }
}

/// A minute in Beijing.
pub fn minute(at: Timestamp, format: &str) -> Piece {
    let local = BEIJING.to_datetime(at);
    Piece::Time {
        machine: local.strftime("%Y-%m-%dT%H:%M+08:00").to_string(),
        text: local.strftime(format).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled() {
        let line = fill(
            "第 {n} 次，{place}。",
            &[
                ("n", Piece::Text("3".into())),
                ("place", Piece::Text("湖南".into())),
            ],
        );
        let text: String = line
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                _ => "?",
            })
            .collect();
        assert_eq!(text, "第 3 次，湖南。");
        assert_eq!(
            fill("open { brace", &[]),
            [Piece::Text("open { brace".into())]
        );
    }
}
