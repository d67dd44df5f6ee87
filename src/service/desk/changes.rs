//! What a desk changes of the books, before and after, for the audit trail.

use std::hash::Hash;

use serde_json::{Map, Value, json};

use crate::domain::ledger::books::Shelf;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::subjects::Subjects;
use crate::service::ServiceError;
use crate::service::trail::Note;
use crate::store::Tx;
use crate::store::kept::{self, Kept};

/// Things that are told one by one; of more only how many, for an import changes thousands and the ledger has them all.
const MOST_THINGS: usize = 20;

/// Things that were changed, with what they were.
#[derive(Default)]
pub(super) struct Changes {
    old: Map<String, Value>,
    new: Map<String, Value>,
    things: usize,
}

impl Changes {
    /// Writes down what was touched of one kind.
    pub(super) async fn save<T: Kept>(
        &mut self,
        tx: &mut Tx,
        shelf: &Shelf<T::Key, T>,
    ) -> Result<(), ServiceError>
    where
        T::Key: Ord + Hash,
    {
        for (key, thing) in shelf.touched() {
            self.things += 1;
            if self.things <= MOST_THINGS {
                let name = kept::name_of::<T>(key);
                let old: Option<T> = kept::get(tx, key).await?;
                if let Some(old) = old {
                    self.old.insert(name.clone(), json!(old));
                }
                self.new.insert(name, json!(thing));
            }
            kept::save(tx, thing).await?;
        }
        Ok(())
    }

    /// The step of the trail that tells of it. `first` is the first entry that was written.
    pub(super) fn note(self, first: &StoredEntry) -> Note {
        let mut note = Note {
            entry: Some(first.number),
            subject: subject(&first.subjects),
            ..Note::new(&first.kind)
        };
        let text = |things: Map<String, Value>| {
            let things = (!things.is_empty()).then_some(things);
            things.map(|things| Value::Object(things).to_string())
        };
        if self.things <= MOST_THINGS {
            note = note.changed(text(self.old), text(self.new));
        } else {
            note = note.changed(None, Some(json!({"things": self.things}).to_string()));
        }
        note
    }
}

/// The nearest of what an entry is about, as in `order 12`.
fn subject(subjects: &Subjects) -> Option<String> {
    let named = |what: &str, number: Option<u32>| number.map(|number| format!("{what} {number}"));
    named("lot", subjects.lot.map(|lot| lot.0))
        .or_else(|| named("order", subjects.order.map(|order| order.0)))
        .or_else(|| named("licensee", subjects.licensee.map(|one| one.0.into())))
        .or_else(|| named("printer", subjects.printer.map(|printer| printer.0)))
        .or_else(|| named("season", subjects.season.map(|season| season.year().into())))
}
