//! The disk alone: what a durable answer to a lone phone cannot be faster than.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::quantile;

#[derive(Args)]
pub struct Sync {
    /// On the disk in question
    #[arg(long)]
    folder: PathBuf,
    #[arg(long, default_value_t = 2000)]
    times: u32,
}

impl Sync {
    pub fn run(self) {
        let path = self.folder.join("sync");
        let mut file = File::create(&path).unwrap();
        let block = [1; 4096];
        let mut times: Vec<u64> = (0..self.times)
            .map(|_| {
                file.rewind().unwrap();
                file.write_all(&block).unwrap();
                let start = Instant::now();
                file.sync_data().unwrap();
                u64::try_from(start.elapsed().as_micros()).unwrap()
            })
            .collect();
        std::fs::remove_file(path).unwrap();
        times.sort_unstable();
        let at = |share| quantile(&times, share);
        println!("{}", json!({ "p50_us": at(0.5), "p99_us": at(0.99) }));
    }
}
