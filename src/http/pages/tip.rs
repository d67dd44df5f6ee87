//! Telling of a suspect pack: the form, and the page on which the person follows what becomes of it.

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::civil::Date;

use super::answer::{TELEPHONE, clauses};
use super::document::{
    Fact, Field, FieldKind, Form, Happened, Line, Piece, Section, Tone, fill, minute, official,
    text as plain,
};
use super::frame::{Body, page};
use super::text::{Texts, TipTexts};
use crate::domain::input::Input;
use crate::domain::place::Prefecture;
use crate::domain::refusal::Refusal;
use crate::domain::said::Said;
use crate::domain::text::Line as OneLine;
use crate::domain::tip::{
    CONTACT_DAYS, Happened as Step, MOST_PHOTOS_AT_ONCE, Ticket, TipKind, TipState, Told,
};
use crate::domain::typed::Flaw;
use crate::http::address::{encode, with_query};
use crate::http::language::Language;
use crate::http::tips::{Sent, WrongPhoto};
use crate::render::photo::{MOST_BYTES, PhotoError};
use crate::service::tips::Whole;

/// Where the form is.
const PATH: &str = "/report";
/// Characters of a serial that are taken: of a whole scanned address too.
const MOST_OF_A_SERIAL: usize = 300;

/// A way to the form, with the serial of the mark that it is about, or whatever else was typed or scanned.
pub fn link(language: Language, asked: &str) -> Piece {
    let lang = language.choose("", "en");
    let is_endless = asked.chars().count() > MOST_OF_A_SERIAL;
    let about = if is_endless { "" } else { asked.trim() };
    Piece::Link {
        text: language.texts().tip.link.to_owned(),
        address: with_query(PATH, &[("serial", about), ("lang", lang)]),
    }
}

/// What stands in the form.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    kind: String,
    told: String,
    place: String,
    seller: String,
    bought: String,
    serial: String,
    contact: String,
    has_photos: bool,
    /// A serial that is none, and is to be taken as it is when it comes again: this was said.
    as_it_is: Option<String>,
}

impl Filled {
    /// Nothing yet but the serial of the mark that it is about.
    pub fn about(serial: Option<OneLine>) -> Self {
        let serial = serial.map_or_else(String::new, |serial| serial.to_string());
        // Whoever comes from the page of an answer was told there.
        let is_none = Input::read(&serial).is_none() && !serial.is_empty();
        Self {
            as_it_is: is_none.then(|| serial.clone()),
            serial,
            ..Self::default()
        }
    }

    /// What was sent, for the form to be mended.
    pub fn of(sent: &Sent) -> Self {
        let text = |name| sent.get(name).to_owned();
        Self {
            kind: text("kind"),
            told: text("told"),
            place: text("place"),
            seller: text("seller"),
            bought: text("bought"),
            serial: text("serial"),
            contact: text("contact"),
            has_photos: sent.has_photos(),
            as_it_is: Some(text("serial")).filter(|serial| Input::read(serial).is_none()),
        }
    }
}

/// What is wrong with what was sent.
#[derive(Clone, Debug)]
pub enum Wrong {
    /// Nothing that can be chosen was chosen in this field.
    Choose(&'static str),
    /// Neither text nor photo.
    Anything(&'static str),
    /// No day that can be.
    Day(&'static str),
    /// No serial, and why not, as far as it looks like one.
    NoSerial(&'static str, Option<Flaw>),
    /// A photo.
    Photo(&'static str, WrongPhoto),
    /// What the type of a field says.
    Said(&'static str, Said),
    /// What a rule says.
    Refused(&'static str, Refusal),
    /// The form is none that we showed.
    Stale,
    /// Nothing: what was typed, to be shown again.
    Typed(String),
}

struct Words {
    text: &'static Texts,
    say: &'static TipTexts,
    language: Language,
}

impl Words {
    const fn of(language: Language) -> Self {
        let text = language.texts();
        Self {
            text,
            say: &text.tip,
            language,
        }
    }

    fn said(&self, said: &Said) -> String {
        self.language.choose(&said.zh, &said.en).to_owned()
    }

    /// What is wrong with a field.
    fn wrong(&self, name: &str, wrong: &[Wrong]) -> Option<String> {
        wrong.iter().find_map(|one| match one {
            Wrong::Choose(field) if *field == name => Some(self.say.need_choice.to_owned()),
            Wrong::Anything(field) if *field == name => Some(self.say.need_anything.to_owned()),
            Wrong::Day(field) if *field == name => Some(self.say.wrong_day.to_owned()),
            Wrong::NoSerial(field, flaw) if *field == name => Some(self.no_serial(flaw.as_ref())),
            Wrong::Photo(field, what) if *field == name => Some(self.wrong_photo(*what)),
            Wrong::Said(field, said) if *field == name => Some(self.said(said)),
            Wrong::Refused(field, refusal) if *field == name => {
                let (zh, en) = refusal.advice_for_pages();
                let advice = self.language.choose(zh, en.unwrap_or_default());
                let stop = self.language.choose("。", ". ");
                Some(format!("{}{stop}{advice}", self.said(&refusal.what)))
            }
            _ => None,
        })
    }

    fn no_serial(&self, flaw: Option<&Flaw>) -> String {
        let why = match flaw {
            Some(flaw) => self.text.check.flaw(flaw),
            None => self.say.no_serial_at_all.to_owned(),
        };
        self.say.no_serial.replace("{why}", &why)
    }

    fn wrong_photo(&self, wrong: WrongPhoto) -> String {
        let say = self.say;
        let (text, n) = match wrong {
            WrongPhoto::TooMany => (say.photos_too_many, MOST_PHOTOS_AT_ONCE),
            WrongPhoto::One(n, PhotoError::TooLarge) => (say.photo_too_large, n),
            WrongPhoto::One(n, PhotoError::OtherKind) => (say.photo_other, n),
            WrongPhoto::One(n, PhotoError::TooManyPixels) => (say.photo_pixels, n),
            WrongPhoto::One(n, PhotoError::Broken) => (say.photo_broken, n),
        };
        with_numbers(text, n)
    }

    /// A field of the form that need not be filled in.
    fn field(
        &self,
        (name, label): (&'static str, &'static str),
        kind: FieldKind,
        hint: Option<String>,
        value: &str,
        wrong: &[Wrong],
    ) -> Field {
        Field {
            name,
            label,
            hint,
            kind,
            is_required: false,
            value: value.to_owned(),
            error: self.wrong(name, wrong),
        }
    }

    fn told(&self, label: &'static str, hint: &str, value: &str, wrong: &[Wrong]) -> Field {
        let hint = Some(with_numbers(hint, Told::LIMIT));
        let kind = FieldKind::Lines(Told::LIMIT);
        self.field(("told", label), kind, hint, value, wrong)
    }

    fn photos(&self, wrong: &[Wrong]) -> Field {
        let hint = Some(with_numbers(self.say.photos_hint, MOST_PHOTOS_AT_ONCE));
        let label = ("photos", self.say.photos_label);
        self.field(label, FieldKind::Pictures, hint, "", wrong)
    }

    fn kinds(&self) -> FieldKind {
        let all = TipKind::ALL.iter();
        FieldKind::Choice(
            all.map(|kind| (kind.slug(), (self.say.kind)(*kind)))
                .collect(),
        )
    }

    fn places(&self) -> FieldKind {
        let name = |(zh, en)| self.language.choose(zh, en);
        let all = Prefecture::by_province().map(|(province, all)| {
            let all = all.into_iter().map(|(code, names)| (code, name(names)));
            (name(province), all.collect())
        });
        FieldKind::Groups(all.collect())
    }

    fn fields(&self, filled: &Filled, wrong: &[Wrong], today: Date) -> Vec<Field> {
        let say = self.say;
        let line = || FieldKind::Line(OneLine::LIMIT);
        let hint = |text: &str| Some(text.to_owned());
        let required = |field| Field {
            is_required: true,
            ..field
        };
        let contact_hint = with_numbers(say.contact_hint, CONTACT_DAYS.into());
        vec![
            required(self.field(
                ("kind", say.kind_label),
                self.kinds(),
                None,
                &filled.kind,
                wrong,
            )),
            required(self.told(say.told_label, say.told_hint, &filled.told, wrong)),
            self.photos(wrong),
            self.field(
                ("serial", self.text.serial),
                FieldKind::Serial(MOST_OF_A_SERIAL),
                hint(say.serial_hint),
                &filled.serial,
                wrong,
            ),
            self.field(
                ("place", say.place_label),
                self.places(),
                None,
                &filled.place,
                wrong,
            ),
            self.field(
                ("seller", say.seller_label),
                line(),
                hint(say.seller_hint),
                &filled.seller,
                wrong,
            ),
            self.field(
                ("bought", say.bought_label),
                FieldKind::Day(today.to_string()),
                None,
                &filled.bought,
                wrong,
            ),
            self.field(
                ("contact", say.contact_label),
                line(),
                Some(contact_hint),
                &filled.contact,
                wrong,
            ),
        ]
    }

    /// The field into which a ticket is typed.
    fn find(&self) -> Section {
        let say = self.say;
        let hint = Some(say.find_hint.to_owned());
        let field = self.field(
            ("ticket", say.find_label),
            FieldKind::Line(40),
            hint,
            "",
            &[],
        );
        let english = self.language == Language::English;
        Section::Form(Form {
            heading: Some(say.find_heading),
            action: PATH.to_owned(),
            is_question: true,
            is_folded: false,
            hidden: english
                .then(|| ("lang", "en".to_owned()))
                .into_iter()
                .collect(),
            fields: vec![Field {
                is_required: true,
                ..field
            }],
            button: say.find_button,
            note: None,
        })
    }

    fn address(&self, path: &str) -> String {
        with_query(path, &[("lang", self.language.choose("", "en"))])
    }

    #[allow(clippy::unused_self)] // reads as one of the words
    fn fact(&self, name: &'static str, value: Option<Line>) -> Option<Fact> {
        value.map(|value| Fact { name, value })
    }

    fn facts(&self, whole: &Whole) -> Vec<Fact> {
        let (say, tip) = (self.say, &whole.tip);
        let due = tip.deadline().map(|deadline| {
            let text = match tip.state {
                TipState::Received => say.due_accept,
                _ => say.due_decide,
            };
            let day = deadline.due.strftime(self.text.day_format).to_string();
            let date = Piece::Time {
                machine: deadline.due.to_string(),
                text: day,
            };
            let mut line = fill(text, &[("date", date)]);
            line.push(Piece::Small(say.due_note.to_owned()));
            line
        });
        let sent = minute(tip.sent_at, self.text.minute_format);
        let state = Piece::Strong((say.state)(tip.state).to_owned());
        let number = vec![
            Piece::Text(tip.number.to_string()),
            Piece::Small(say.number_note.to_owned()),
        ];
        let all = [
            self.fact(say.state_label, Some(vec![state])),
            self.fact(say.due_label, due),
            self.fact(say.sent_label, Some(vec![sent])),
            self.fact(say.number_label, Some(number)),
        ];
        all.into_iter().flatten().collect()
    }

    /// What the person told at first.
    fn what_was_told(&self, whole: &Whole) -> Vec<Fact> {
        let (say, new) = (self.say, &whole.tip.new);
        let place = new.prefecture.map(|place| {
            let (zh, en) = place.name();
            let (province_zh, province_en) = place.province();
            plain(match self.language {
                Language::Chinese if zh.starts_with(province_zh) => zh.to_owned(),
                Language::Chinese => format!("{province_zh} {zh}"),
                Language::English if en == province_en => en.to_owned(),
                Language::English => format!("{en}, {province_en}"),
            })
        });
        let bought = new.bought.map(|day| {
            vec![Piece::Time {
                machine: day.to_string(),
                text: day.strftime(self.text.day_format).to_string(),
            }]
        });
        let photos = match whole.photos.len() {
            0 => None,
            n => Some(plain(with_numbers(say.photos_value, n))),
        };
        let contact = match whole.tip.has_contact {
            true => say.contact_kept,
            false => say.contact_none,
        };
        let line = |text: &Option<OneLine>| text.as_ref().map(|text| plain(text.as_str()));
        let serial = new
            .serial
            .as_ref()
            .map(|text| vec![Piece::Code(text.to_string())]);
        let mut all = vec![
            self.fact(say.kind_label, Some(plain((say.kind)(new.kind)))),
            self.fact(say.place_label, place),
            self.fact(say.seller_label, line(&new.seller)),
            self.fact(say.bought_label, bought),
            self.fact(self.text.serial, serial),
            self.fact(say.photos_label, photos),
            self.fact(say.contact_label, Some(plain(contact))),
        ];
        all.retain(Option::is_some);
        all.into_iter().flatten().collect()
    }

    fn happened(&self, whole: &Whole) -> Section {
        let one = |step: &Step| {
            let photos = whole.photos.iter().filter(|photo| photo.step == step.place);
            let told = match step.step {
                // What was told at first is told in no step.
                crate::domain::tip::TipStep::Sent => Some(&whole.tip.new.told),
                _ => step.told.as_ref(),
            };
            let line = |line: &str| match step.by {
                Some(_) => official(line, self.language),
                None => Piece::Text(line.to_owned()),
            };
            Happened {
                when: minute(step.at, self.text.minute_format),
                what: (self.say.step)(step.step).to_owned(),
                told: told
                    .map(|told| told.as_str().lines().map(line).collect())
                    .unwrap_or_default(),
                note: match photos.count() {
                    0 => None,
                    n => Some(with_numbers(self.say.photos_came, n)),
                },
            }
        };
        Section::Happened {
            heading: self.say.happened_heading,
            all: whole.steps.iter().map(one).collect(),
        }
    }

    /// The forms to add and to take back, as long as there is something to add to.
    fn forms(&self, whole: &Whole, path: &str, name: &str, wrong: &[Wrong]) -> Vec<Section> {
        if !whole.tip.state.is_open() {
            return Vec::new();
        }
        let say = self.say;
        let typed = wrong.iter().find_map(|one| match one {
            Wrong::Typed(text) => Some(text.as_str()),
            _ => None,
        });
        let typed = typed.unwrap_or_default();
        let form = |heading, action, fields, button, note| Form {
            heading: Some(heading),
            action,
            is_question: false,
            is_folded: false,
            hidden: vec![("form", name.to_owned())],
            fields,
            button,
            note,
        };
        let add = form(
            say.add_heading,
            self.address(path),
            vec![
                self.told(say.add_label, say.add_hint, typed, wrong),
                self.photos(wrong),
            ],
            say.add,
            None,
        );
        let take_back = form(
            say.take_back_heading,
            self.address(&format!("{path}/take-back")),
            Vec::new(),
            say.take_back,
            Some(say.take_back_note),
        );
        vec![
            Section::Form(add),
            Section::Form(Form {
                is_folded: true,
                ..take_back
            }),
        ]
    }

    /// How much is to be mended.
    fn to_mend(&self, wrong: &[Wrong], had_photos: bool) -> Option<Line> {
        let count = wrong
            .iter()
            .filter(|one| !matches!(one, Wrong::Typed(_) | Wrong::Stale))
            .count();
        let is_stale = wrong.iter().any(|one| matches!(one, Wrong::Stale));
        let mut said = Vec::new();
        if count > 0 {
            said.push(with_numbers(self.say.wrong_lead, count));
        }
        if is_stale {
            said.push(self.say.stale.to_owned());
        }
        if said.is_empty() {
            return None;
        }
        if had_photos {
            said.push(self.say.choose_again.to_owned());
        }
        Some(plain(said.join(self.language.choose("", " "))))
    }
}

/// Puts a number, and the most megabytes of a photo, into their places.
fn with_numbers(text: &str, n: usize) -> String {
    text.replace("{n}", &n.to_string())
        .replace("{mb}", &(MOST_BYTES >> 20).to_string())
}

/// The form. `name` is the field that names it.
pub fn to_fill_in(
    (name, filled, wrong): (&str, &Filled, &[Wrong]),
    today: Date,
    language: Language,
    uri: &Uri,
    domain: &str,
) -> Response {
    let words = Words::of(language);
    let say = words.say;
    let lead = words.to_mend(wrong, filled.has_photos);
    let as_it_is = filled.as_it_is.clone().map(|serial| ("as_it_is", serial));
    let name = ("form", name.to_owned());
    let form = Form {
        heading: None,
        action: words.address(PATH),
        is_question: false,
        is_folded: false,
        hidden: std::iter::once(name).chain(as_it_is).collect(),
        fields: words.fields(filled, wrong, today),
        button: say.send,
        note: Some(say.send_note),
    };
    let body = Body {
        tone: Tone::Plain,
        heading: clauses(say.heading, &[]),
        lead: lead.unwrap_or_else(|| plain(say.lead)),
        button: None,
        sections: vec![Section::Form(form), words.find()],
    };
    page(&body, language, uri, domain, None)
}

/// What a ticket opens. `name` is the field that names the form to add to it.
pub fn of_ticket(
    (whole, ticket, name, wrong): (&Whole, Ticket, &str, &[Wrong]),
    language: Language,
    uri: &Uri,
    domain: &str,
) -> Response {
    let words = Words::of(language);
    let say = words.say;
    let query = uri.query().unwrap_or_default();
    let notice = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("notice="));
    let heading = match notice {
        Some("sent") => say.received,
        Some("added") => say.added,
        _ => say.progress,
    };
    let path = format!("{PATH}/{}", encode(&ticket.to_string()));
    let number = Piece::Serial(ticket.to_string());
    let mut lead = fill(say.ticket, &[("ticket", number)]);
    let refused = wrong.iter().any(|one| matches!(one, Wrong::Refused(..)));
    if refused && !whole.tip.state.is_open() {
        let why = words.wrong("told", wrong).unwrap_or_default();
        lead.push(Piece::Small(why));
    } else if let Some(mend) = words.to_mend(wrong, false) {
        lead.push(Piece::Text(language.choose("。", ". ").to_owned()));
        lead.extend(mend);
    }
    let mut sections = vec![
        Section::Facts {
            heading: None,
            before: Line::new(),
            facts: words.facts(whole),
            after: match whole.tip.state.is_open() {
                true => plain(say.keep_ticket),
                false => Line::new(),
            },
        },
        words.happened(whole),
        Section::Facts {
            heading: Some(say.told_heading),
            before: Line::new(),
            facts: words.what_was_told(whole),
            after: Line::new(),
        },
    ];
    sections.extend(words.forms(whole, &path, name, wrong));
    let body = Body {
        tone: Tone::Plain,
        heading: clauses(heading, &[]),
        lead,
        button: None,
        sections,
    };
    page(&body, language, uri, domain, None)
}

/// A ticket that opens nothing; `of_label` is what is to be checked instead, if it is the code or serial of a label.
pub fn no_such_ticket(
    of_label: Option<&str>,
    language: Language,
    uri: &Uri,
    domain: &str,
) -> Response {
    let words = Words::of(language);
    let say = words.say;
    let check = |asked: &str| Piece::Link {
        text: say.is_serial_link.to_owned(),
        address: with_query(
            "/check",
            &[("q", asked), ("lang", language.choose("", "en"))],
        ),
    };
    let (heading, lead) = match of_label {
        Some(asked) => {
            let lead = fill(say.is_serial_lead, &[("link", check(asked))]);
            (say.is_serial, lead)
        }
        None => (say.not_found, plain(say.not_found_lead)),
    };
    let body = Body {
        tone: Tone::Plain,
        heading: clauses(heading, &[]),
        lead,
        button: None,
        sections: vec![words.find()],
    };
    let mut response = page(&body, language, uri, domain, None);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Too many forms or tickets from one network or phone.
pub fn asked_too_often(language: Language, uri: &Uri, domain: &str) -> Response {
    let words = Words::of(language);
    let body = Body {
        tone: Tone::Unknown,
        heading: clauses(words.say.too_many, &[]),
        lead: fill(
            words.say.too_many_lead,
            &[("tel", Piece::Telephone(TELEPHONE.into()))],
        ),
        button: None,
        sections: Vec::new(),
    };
    page(&body, language, uri, domain, None)
}
