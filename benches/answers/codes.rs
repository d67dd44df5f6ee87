//! Codes to ask about.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::thread;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Args;
use yuanmark::domain::mark::{MarkId, MarkIndex};
use yuanmark::domain::order::Batch;
use yuanmark::keystore::KeyFolder;
use yuanmark::service::keys::LiveKeys;
use yuanmark::store::{DatabaseUrl, Store, batch};

use super::layout::{Layout, Mark, Question};

#[derive(Args)]
pub struct Codes {
    #[command(flatten)]
    layout: Layout,
    #[arg(long)]
    database: DatabaseUrl,
    #[arg(long)]
    keys: PathBuf,
    /// The number of the first question
    #[arg(long)]
    from: u64,
    #[arg(long)]
    count: u64,
    #[arg(long)]
    out: PathBuf,
}

/// A byte of the signature's second half. With one bit of it turned the signature is no longer good, which only the whole
/// verification tells.
const IN_SIGNATURE: usize = 16 + 32;

impl Codes {
    pub async fn run(self) {
        let store = Store::connect(&self.database).await.unwrap();
        let batches = batch::all(&mut store.read().await.unwrap()).await.unwrap();
        store.close().await;
        let keys = LiveKeys::open(KeyFolder::new(self.keys.clone()), None).unwrap();
        let threads = thread::available_parallelism().unwrap().get() as u64;
        let share = self.count.div_ceil(threads);
        let (this, batches, keys) = (&self, &batches, &keys);
        let parts: Vec<Vec<String>> = thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|thread| {
                    let first = this.from + thread * share;
                    let end = (first + share).min(this.from + this.count);
                    scope.spawn(move || {
                        let questions = first..end;
                        questions
                            .map(|number| this.code(number, batches, keys))
                            .collect()
                    })
                })
                .collect();
            parts.into_iter().map(|part| part.join().unwrap()).collect()
        });
        let mut out = BufWriter::new(File::create(&self.out).unwrap());
        for code in parts.iter().flatten() {
            writeln!(out, "{code}").unwrap();
        }
        out.flush().unwrap();
        println!("{{\"fresh\":{}}}", self.layout.fresh());
    }

    fn code(&self, number: u64, batches: &[Batch], keys: &LiveKeys) -> String {
        let signed = |(batch, index): Mark| {
            let batch = &batches[usize::try_from(batch).unwrap()];
            let mark = MarkId {
                batch: batch.number,
                index: MarkIndex::new(index).unwrap(),
            };
            let key = keys.signing_key(batch.key).unwrap();
            batch.payload(mark).unwrap().sign(&key)
        };
        match self.layout.question(number) {
            Question::First(mark) | Question::Again(mark) | Question::Withdrawn(mark) => {
                signed(mark).to_base64url()
            }
            Question::Forged(mark) => {
                let mut bytes = *signed(mark).bytes();
                bytes[IN_SIGNATURE] ^= 1;
                URL_SAFE_NO_PAD.encode(bytes)
            }
        }
    }
}
