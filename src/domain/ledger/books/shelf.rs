//! Things by their keys, with a note of which were touched: these are written back.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Things of one kind.
#[derive(Clone, Debug)]
pub struct Shelf<K, V> {
    things: HashMap<K, Kept<V>, BuildHasherDefault<NumberHasher>>,
}

/// Mixes a few small numbers (the multiplication of Knuth's TAOCP 6.4, with the bits turned between). Keys are numbers
/// that we gave out ourselves: nobody can choose them to collide, and looking things up is most of summing a ledger up.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2⁶⁴ divided by the golden ratio
        self.0 = (self.0.rotate_left(26) ^ number).wrapping_mul(ODD);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.cast_unsigned() as u64);
    }
}

#[derive(Clone, Debug)]
struct Kept<V> {
    thing: V,
    is_touched: bool,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        let things = HashMap::default();
        Self { things }
    }
}

impl<K: Copy + Ord + Hash, V> Shelf<K, V> {
    /// Puts a thing on the shelf as it was found.
    pub fn shelve(&mut self, key: K, thing: V) {
        let is_touched = false;
        self.things.insert(key, Kept { thing, is_touched });
    }

    /// Puts a new thing on the shelf, or a changed one in the place of its former self.
    pub fn add(&mut self, key: K, thing: V) {
        let is_touched = true;
        self.things.insert(key, Kept { thing, is_touched });
    }

    /// The thing of this key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.things.get(&key).map(|kept| &kept.thing)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let kept = self.things.get_mut(&key)?;
        kept.is_touched = true;
        Some(&mut kept.thing)
    }

    /// Whether it is on the shelf.
    pub fn has(&self, key: K) -> bool {
        self.things.contains_key(&key)
    }

    /// All things, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.things.iter().map(|(key, kept)| (key, &kept.thing))
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
    pub fn touched(&self) -> Vec<(K, &V)> {
        let touched = self.things.iter().filter(|(_, kept)| kept.is_touched);
        let mut touched: Vec<(K, &V)> = touched.map(|(key, kept)| (*key, &kept.thing)).collect();
        touched.sort_unstable_by_key(|(key, _)| *key);
        touched
    }
}
