//! Things by their keys, with a note of which were touched: these are written back.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// Things of one kind.
#[derive(Clone, Debug)]
pub struct Shelf<K, V> {
    things: HashMap<K, V>,
    touched: BTreeSet<K>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self {
            things: HashMap::new(),
            touched: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Ord + Hash, V> Shelf<K, V> {
    /// Puts a thing on the shelf as it was found.
    pub fn shelve(&mut self, key: K, thing: V) {
        self.things.insert(key, thing);
    }

    /// Puts a new thing on the shelf.
    pub fn add(&mut self, key: K, thing: V) {
        self.things.insert(key, thing);
        self.touched.insert(key);
    }

    /// The thing of this key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.things.get(&key)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let thing = self.things.get_mut(&key)?;
        self.touched.insert(key);
        Some(thing)
    }

    /// Whether it is on the shelf.
    pub fn has(&self, key: K) -> bool {
        self.things.contains_key(&key)
    }

    /// All things, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.things.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The new and changed things, by key.
    pub fn touched(&self) -> impl Iterator<Item = (&K, &V)> {
        self.touched
            .iter()
            .filter_map(|key| Some((key, self.things.get(key)?)))
    }
}
