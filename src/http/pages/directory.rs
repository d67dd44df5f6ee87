//! `GET /directory`: who may use the mark and whose right has ended, for people who look somebody up. What it tells is
//! what `/directory.json` tells, from the same cache; the database is asked for one number.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::document::{
    self, Firm as Shown, Line, Piece, Section, Tone, fill, minute, official, text,
};
use super::frame::{Body, page};
use super::text::{DirectoryTexts, Texts};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeState;
use crate::domain::season::Season;
use crate::domain::text::Line as Word;
use crate::http::address::with_query;
use crate::http::directory::Cache;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::http::{App, etag};
use crate::service::directory::{Catalogue, Ended, Firm, Holder, Part};
use crate::service::system;

const PATH: &str = "/directory";
/// Firms of each part on the first page, where all parts stand.
const ROWS_OF_EACH: usize = 10;
/// Firms of one part on a page of its own.
const ROWS: usize = 50;
/// Seasons that are listed.
const SEASONS: usize = 5;
/// Characters of what is looked for; no firm's name is longer.
const LONGEST_ASKED: usize = Word::LIMIT;

/// What an address asks for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    part: String,
    /// The number of the firm after which the page begins.
    #[serde(default)]
    after: String,
}

/// A way to the directory, or to a firm in it by its code.
pub fn link(language: Language, label: &str, uscc: Option<&str>) -> Piece {
    let lang = language.choose("", "en");
    Piece::Link {
        text: label.to_owned(),
        address: with_query(PATH, &[("q", uscc.unwrap_or_default()), ("lang", lang)]),
    }
}

/// `GET /directory?q=…&part=…&after=…`
pub async fn directory(
    State(app): State<App>,
    Extension(cache): Extension<Arc<Cache>>,
    OriginalUri(uri): OriginalUri,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let asked = match asked {
        Ok(Query(asked)) => asked,
        Err(rejection) => {
            let detail = rejection.body_text();
            return Problem::BAD_REQUEST.because(detail).response();
        }
    };
    let Ok(answer) = cache.answer(&app.store).await else {
        return Problem::NO_DATABASE.response();
    };
    let language = Language::of(&uri, &headers);
    let words = Words {
        text: language.texts(),
        say: &language.texts().directory,
        language,
        asked: asked.q.trim().chars().take(LONGEST_ASKED).collect(),
        part: Part::from_slug(&asked.part),
        after: asked.after.parse().ok(),
        now: system::now(),
    };
    let domain = app.public_url.domain();
    let body = words.body(&answer.catalogue, domain);
    kept(page(&body, language, &uri, domain, None), &uri, &headers).await
}

/// The page with a tag that stands for all its bytes, and not sent again to who has it.
async fn kept(page: Response, uri: &Uri, asked: &HeaderMap) -> Response {
    let (mut parts, body) = page.into_parts();
    // A page of ours lies in memory: reading it cannot fail, nor is it long.
    let Ok(html) = axum::body::to_bytes(body, usize::MAX).await else {
        tracing::error!(%uri, "a page could not be read back");
        return Problem::INTERNAL.response();
    };
    let hash: String = Sha256::digest(&html)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = etag::weak(&hash);
    let kept = HeaderValue::from_static("public, max-age=300");
    parts.headers.insert(header::CACHE_CONTROL, kept);
    let vary = HeaderValue::from_static("Accept-Language, Cookie");
    parts.headers.insert(header::VARY, vary);
    parts.headers.insert(header::ETAG, tag.clone());
    if etag::is_known(asked, &tag) {
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.status = StatusCode::NOT_MODIFIED;
        return (parts, ()).into_response();
    }
    Response::from_parts(parts, html.into())
}

struct Words {
    text: &'static Texts,
    say: &'static DirectoryTexts,
    language: Language,
    asked: String,
    part: Option<Part>,
    after: Option<u16>,
    now: Timestamp,
}

impl Words {
    fn body(&self, catalogue: &Catalogue, domain: &str) -> Body {
        let found = Part::ALL.map(|part| (part, catalogue.find(part, &self.asked)));
        let count: usize = found.iter().map(|(_, firms)| firms.len()).sum();
        let mut sections = vec![Section::Find {
            asked: self.asked.clone(),
            part: self.part.map(Part::slug),
        }];
        for (part, firms) in &found {
            if self.part.is_none_or(|only| only == *part) {
                sections.push(self.section(*part, firms));
            }
        }
        if self.part.is_none() && self.asked.is_empty() {
            sections.extend(self.seasons(catalogue));
            sections.push(Section::Text {
                heading: self.say.domain_heading,
                paragraphs: vec![
                    vec![Piece::BigDomain(domain.to_owned())],
                    text(self.say.domain),
                ],
            });
        }
        Body {
            tone: Tone::Plain,
            heading: vec![self.say.link.to_owned()],
            lead: self.lead(catalogue, count),
            button: None,
            sections,
        }
    }

    /// What was found, or what the page tells and how new it is.
    fn lead(&self, catalogue: &Catalogue, count: usize) -> Line {
        let asked = ("asked", Piece::Text(self.asked.clone()));
        if !self.asked.is_empty() {
            let n = ("n", Piece::Text(count.to_string()));
            return match count {
                0 => fill(self.say.not_listed, &[asked]),
                _ => fill(self.say.found, &[asked, n]),
            };
        }
        let mut lead = text(self.say.lead);
        if let Some(as_of) = catalogue.as_of {
            let date = minute(as_of, self.text.minute_format);
            lead.push(Piece::Text(self.text.between_clauses.to_owned()));
            lead.extend(fill(self.say.as_of, &[("date", date)]));
        }
        lead
    }

    /// The seasons for which marks were granted, the newest first, with how many firms have an entitlement; and how long
    /// marks of a season are in force.
    fn seasons(&self, catalogue: &Catalogue) -> Option<Section> {
        let mut counts: BTreeMap<Season, usize> = BTreeMap::new();
        for firm in catalogue.find(Part::Holders, "") {
            if let Firm::Holder(holder) = firm {
                for season in &holder.seasons {
                    *counts.entry(*season).or_default() += 1;
                }
            }
        }
        let newest = *counts.keys().next_back()?;
        let line = |(season, n): (&Season, &usize)| {
            let values = [
                ("season", Piece::Text(season.to_string())),
                ("n", Piece::Text(n.to_string())),
            ];
            fill(self.say.season, &values)
        };
        let mut items: Vec<Line> = counts.iter().rev().take(SEASONS).map(line).collect();
        items.push(text(self.say.seasons_note));
        items.extend(self.past(newest));
        Some(Section::Todo {
            heading: self.say.seasons_heading,
            items,
        })
    }

    /// From when on marks of a season are past it: a line for each day, with the forms it is of.
    fn past(&self, season: Season) -> impl Iterator<Item = Line> {
        let mut days: BTreeMap<Timestamp, Vec<&str>> = BTreeMap::new();
        for form in Form::ALL {
            let names = days.entry(form.past_since(season)).or_default();
            names.push((self.text.form_name)(form));
        }
        days.into_iter().map(move |(since, forms)| {
            let values = [
                ("season", Piece::Text(season.to_string())),
                ("forms", Piece::Text(forms.join(self.say.between))),
                ("date", document::day(since, self.text.day_format)),
            ];
            fill(self.say.past, &values)
        })
    }

    fn section(&self, part: Part, firms: &[&Firm]) -> Section {
        let say = self.say;
        let (heading, note) = match part {
            Part::Holders => (say.holders, say.holders_note),
            Part::Ended => (say.ended, say.ended_note),
            Part::Blacklisted => (say.blacklisted, say.blacklisted_note),
        };
        let rows = match self.part {
            Some(_) => ROWS,
            None => ROWS_OF_EACH,
        };
        let begin = match (self.part, self.after) {
            (Some(_), Some(after)) => firms
                .iter()
                .position(|firm| firm.number().0 == after)
                .map_or(0, |place| place + 1),
            _ => 0,
        };
        let end = firms.len().min(begin + rows);
        Section::Firms {
            heading,
            count: say.count.replace("{n}", &firms.len().to_string()),
            note,
            firms: firms[begin..end]
                .iter()
                .map(|firm| self.firm(firm))
                .collect(),
            nothing: if self.asked.is_empty() {
                say.nothing
            } else {
                say.nothing_found
            },
            ways: self.ways(part, firms, begin, end),
        }
    }

    /// Ways to the firms that are not shown.
    fn ways(&self, part: Part, firms: &[&Firm], begin: usize, end: usize) -> Vec<(String, String)> {
        let say = self.say;
        let mut ways = Vec::new();
        if self.part.is_none() {
            if end < firms.len() {
                let label = say.all_of_part.replace("{n}", &firms.len().to_string());
                ways.push((label, self.address(Some(part), "")));
            }
            return ways;
        }
        let after = |place: usize| firms[place - 1].number().to_string();
        if begin > 0 {
            ways.push((say.first.to_owned(), self.address(Some(part), "")));
        }
        if begin > ROWS {
            let after = after(begin - ROWS);
            ways.push((say.previous.to_owned(), self.address(Some(part), &after)));
        }
        if end < firms.len() {
            let after = after(end);
            ways.push((say.next.to_owned(), self.address(Some(part), &after)));
        }
        ways.push((say.all_parts.to_owned(), self.address(None, "")));
        ways
    }

    fn address(&self, part: Option<Part>, after: &str) -> String {
        let pairs = [
            ("q", self.asked.as_str()),
            ("part", part.map_or("", Part::slug)),
            ("after", after),
            ("lang", self.language.choose("", "en")),
        ];
        with_query(PATH, &pairs)
    }

    fn firm(&self, firm: &Firm) -> Shown {
        let name = firm.name().map(|name| self.chinese(name.as_str()));
        Shown {
            name: name.unwrap_or_else(|| Piece::Text(self.say.household.to_owned())),
            mark: match firm {
                Firm::Holder(holder) if holder.is_suspended => Some(self.say.suspended),
                _ => None,
            },
            code: firm.uscc().to_string(),
            lines: match firm {
                Firm::Holder(holder) => self.holder(holder),
                Firm::Ended(ended) => self.ended(ended),
            },
        }
    }

    fn holder(&self, holder: &Holder) -> Vec<Line> {
        let say = self.say;
        let products = holder
            .products
            .iter()
            .map(|product| self.chinese(product.as_str()));
        let forms = holder
            .forms
            .iter()
            .map(|form| (self.text.form_name)(*form).to_owned());
        let seasons = holder.seasons.iter().map(ToString::to_string);
        let text = |text: String| Piece::Text(text);
        let products = self.listed(say.products, "products", products.collect());
        let since = self.day(holder.in_force_since);
        let short = [
            self.listed(say.forms, "forms", forms.map(text).collect()),
            self.listed(say.seasons, "seasons", seasons.map(text).collect()),
            fill(say.in_force_since, &[("date", since)]),
        ];
        let mut lines = vec![products, self.joined(short)];
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// Short sentences on one line.
    fn joined(&self, sentences: impl IntoIterator<Item = Line>) -> Line {
        let mut line = Line::new();
        for sentence in sentences.into_iter().filter(|one| !one.is_empty()) {
            if !line.is_empty() {
                line.push(Piece::Text(self.say.then.to_owned()));
            }
            line.extend(sentence);
        }
        line
    }

    fn ended(&self, ended: &Ended) -> Vec<Line> {
        let say = self.say;
        let kind = match ended.state {
            LicenseeState::Blacklisted => say.listed,
            LicenseeState::Exited => say.exited,
            _ => say.cancelled,
        };
        let kind = ("kind", Piece::Text(kind.to_owned()));
        let until = document::day(ended.marks_good_until, self.text.day_format);
        let mut lines = vec![
            fill(say.ended_on, &[kind, ("date", self.day(ended.date))]),
            fill(
                say.ground,
                &[("ground", self.chinese(ended.ground.as_str()))],
            ),
        ];
        if let Some(document) = &ended.document {
            let document = self.chinese(document.as_str());
            lines.push(fill(say.document, &[("document", document)]));
        }
        let good = match ended.marks_good_until <= self.now {
            true => say.good_no_more,
            false => say.good_until,
        };
        lines.push(fill(good, &[("date", until)]));
        lines
    }

    /// A sentence with several things in one place; nothing without any.
    fn listed(&self, sentence: &str, name: &str, things: Vec<Piece>) -> Line {
        let Some((before, after)) = sentence.split_once(&format!("{{{name}}}")) else {
            return Line::new();
        };
        if things.is_empty() {
            return Line::new();
        }
        let mut line = text(before);
        for (place, thing) in things.into_iter().enumerate() {
            if place > 0 {
                line.push(Piece::Text(self.say.between.to_owned()));
            }
            line.push(thing);
        }
        line.push(Piece::Text(after.to_owned()));
        line
    }

    fn day(&self, day: Date) -> Piece {
        Piece::Time {
            machine: day.to_string(),
            text: day.strftime(self.text.day_format).to_string(),
        }
    }

    fn chinese(&self, name: &str) -> Piece {
        official(name, self.language)
    }
}
