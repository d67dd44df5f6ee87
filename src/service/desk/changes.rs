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

    /// The steps of the trail that tell of it: one for each entry that was written, the first with what was changed; of
    /// more entries than are told one by one, a step for each kind with how many there are.
    pub(super) fn notes(self, entries: &[&StoredEntry]) -> Vec<Note> {
        let mut notes: Vec<Note> = if entries.len() <= MOST_THINGS {
            entries.iter().map(|entry| about(entry)).collect()
        } else {
            let mut kinds: Vec<(&StoredEntry, usize)> = Vec::new();
            for entry in entries {
                match kinds.iter_mut().find(|(first, _)| first.kind == entry.kind) {
                    Some((_, entries)) => *entries += 1,
                    None => kinds.push((entry, 1)),
                }
            }
            let counted = |(first, entries): (&StoredEntry, usize)| {
                about(first).changed(None, Some(json!({"entries": entries}).to_string()))
            };
            kinds.into_iter().map(counted).collect()
        };
        if self.things <= MOST_THINGS
            && let Some(first) = notes.first_mut()
        {
            *first = self.into(std::mem::take(first));
        }
        notes
    }

    /// Puts what was changed into a step.
    fn into(self, note: Note) -> Note {
        let text = |things: Map<String, Value>| {
            let things = (!things.is_empty()).then_some(things);
            things.map(|things| Value::Object(things).to_string())
        };
        note.changed(text(self.old), text(self.new))
    }
}

/// The step that tells of an entry.
fn about(entry: &StoredEntry) -> Note {
    Note {
        entry: Some(entry.number),
        subject: subject(&entry.subjects),
        ..Note::new(&entry.kind)
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
