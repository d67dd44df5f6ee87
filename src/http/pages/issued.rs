//! What a mark was issued for: everything that can be held against the pack.

use super::directory::link;
use super::document::{Fact, Line, Piece, date, fill, minute, official};
use super::text::Texts;
use crate::domain::licensee::Act;
use crate::domain::lot::{Lot, TestReport};
use crate::domain::verdict::Verdict;
use crate::http::artwork;
use crate::http::language::Language;
use crate::service::verify::MarkAnswer;

/// The facts of a mark, what meets the eye first.
pub fn facts(mark: &MarkAnswer, language: Language) -> Vec<Fact> {
    let of = Of {
        words: language.texts(),
        language,
    };
    let words = of.words;
    let batch = &mark.facts.batch;
    let season = ("season", Piece::Text(batch.season.to_string()));
    let form = (
        "form",
        Piece::Text((words.form_name)(batch.form).to_owned()),
    );
    let mut facts: Vec<Fact> = of.artwork(mark).into_iter().collect();
    facts.extend([
        fact(
            words.product,
            vec![
                of.chinese(mark.facts.product.as_str()),
                Piece::Small(words.product_note.to_owned()),
            ],
        ),
        fact(
            words.form_and_season,
            fill(words.form_and_season_value, &[form, season]),
        ),
    ]);
    facts.extend(of.producer(mark));
    facts.extend(mark.lot.iter().flat_map(|lot| of.lot(lot)));
    facts.extend([
        fact(words.serial, vec![Piece::Serial(mark.serial.to_string())]),
        fact(
            words.checked_at,
            vec![minute(mark.checked_at, words.minute_format)],
        ),
    ]);
    facts
}

/// A name and a value.
fn fact(name: &'static str, value: Line) -> Fact {
    Fact { name, value }
}

struct Of {
    words: &'static Texts,
    language: Language,
}

impl Of {
    /// The mark as it was issued to this producer. To show it is to use it: only beside marks that are in use, of a licensee
    /// whose right is in force.
    fn artwork(&self, mark: &MarkAnswer) -> Option<Fact> {
        let is_in_use = matches!(
            mark.verdict,
            Verdict::FirstCheck | Verdict::CheckedBefore | Verdict::SuspectedCopy
        );
        let licensee = mark.licensee();
        let hash = mark.holder.artwork.as_ref();
        let hash = hash.filter(|_| is_in_use && licensee.may(Act::Proceed).is_ok())?;
        let picture = Piece::Picture {
            address: artwork::path(licensee.number, hash.as_str()),
            shows: self.words.artwork_shows,
        };
        Some(fact(self.words.artwork, vec![picture]))
    }

    fn producer(&self, mark: &MarkAnswer) -> Vec<Fact> {
        let licensee = mark.licensee();
        let uscc = licensee.uscc.as_str();
        let way = link(self.language, self.words.directory.look_up, Some(uscc));
        let name = vec![
            self.chinese(licensee.name().as_str()),
            Piece::Text(" ".to_owned()),
            way,
        ];
        let mut facts = vec![
            fact(self.words.firm, name),
            fact(self.words.uscc, vec![Piece::Code(uscc.to_owned())]),
        ];
        facts.extend(mark.hotline().map(|hotline| {
            let number = Piece::Telephone(hotline.to_string());
            fact(self.words.hotline, vec![number])
        }));
        facts
    }

    fn lot(&self, lot: &Lot) -> Vec<Fact> {
        let words = self.words;
        let public = &lot.entered.public;
        let harvested = [
            ("date", date(public.harvested, words.day_format)),
            ("township", self.chinese(public.township.name())),
        ];
        let mut facts = vec![
            fact(words.lot, vec![Piece::Code(public.code.to_string())]),
            fact(words.harvested, fill(words.harvested_value, &harvested)),
        ];
        facts.extend(lot.reports.last().map(|report| self.test(report)));
        facts.push(fact(
            words.standard,
            vec![self.chinese(public.standard.as_str())],
        ));
        facts.extend(
            public.certificate.as_ref().map(|certificate| {
                fact(words.certificate, vec![self.chinese(certificate.as_str())])
            }),
        );
        facts
    }

    fn test(&self, report: &TestReport) -> Fact {
        let result = report.result;
        let result = self.language.choose(result.chinese(), result.english());
        let line = fill(
            self.words.test_value,
            &[
                ("result", Piece::Text(result.to_owned())),
                ("date", date(report.date, self.words.day_format)),
                ("laboratory", self.chinese(report.laboratory.as_str())),
                ("number", self.chinese(report.number.as_str())),
            ],
        );
        fact(self.words.test, line)
    }

    fn chinese(&self, name: &str) -> Piece {
        official(name, self.language)
    }
}
