//! A world as files: batches of 5,000 marks, most of them honest, with labels.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;

use super::scans::EPOCH_S;
use super::world::{Attack, Life, Maker, Proxies, Spread, Truth, World};
use crate::domain::calendar::BEIJING;
use crate::domain::detection::{GEOGRAPHY, Scan};

const MARKS: u32 = 5_000;
const PROXIES: Proxies = Proxies {
    count: 500,
    days: 30.0,
    classes: Proxies::RENTED,
};

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The world's seed.
    pub seed: u64,
    /// Batches.
    pub batches: u32,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    /// Lines of `scans.csv`.
    pub scans: u64,
    /// Scanned marks.
    pub marks: u64,
    /// Copied ones among them.
    pub copied: u64,
}

/// Writes `scans.csv`, `labels.csv` and `activations.csv` into a folder that is there. Of twenty batches one has many codes with few
/// copies each, and each batch has one code that was copied much, one spoiled through proxies.
///
/// # Errors
/// What the system says.
pub fn simulate(world: &World, wanted: Wanted, folder: &Path) -> io::Result<Made> {
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let (mut scans, mut labels, mut activations) = (
        create("scans.csv")?,
        create("labels.csv")?,
        create("activations.csv")?,
    );
    scans.write_all(b"time,mark,phone,place,class,network,channel,hidden\n")?;
    labels.write_all(b"mark,truth,copies,spread\n")?;
    activations.write_all(b"mark_from,mark_to,time\n")?;
    let mut maker = Maker::new(world, wanted.seed, 20);
    let (mut made, mut all) = (Made::default(), Vec::new());
    for batch in 1..=wanted.batches {
        let begins = world_begins();
        let factor = maker.batch_factor();
        writeln!(activations, "{batch}-0,{batch}-{},{}", MARKS - 1, begins)?;
        let mut lives: Vec<(Life, String)> = vec![(maker.poisoned(PROXIES), ",".into())];
        let spreads = [Spread::Local, Spread::Regional, Spread::National];
        let much = maker.some_attack([1.0; 3], spreads);
        lives.push((maker.copied(much), described(much)));
        if batch % 20 == 0 {
            let few = Attack {
                copies: 5,
                spread: Spread::National,
            };
            lives.extend((0..200).map(|_| (maker.copied(few), described(few))));
        }
        lives.extend((0..maker.scanned_of(MARKS, factor)).map(|_| (maker.honest(), ",".into())));
        for (index, (life, attack)) in lives
            .iter()
            .take(MARKS as usize)
            .enumerate()
            .filter(|(_, (life, _))| !life.scans.is_empty())
        {
            made.marks += 1;
            made.copied += u64::from(life.truth == Truth::Copied);
            writeln!(labels, "{batch}-{index},{},{attack}", life.truth.slug())?;
            all.extend(life.scans.iter().map(|(scan, _)| (*scan, batch, index)));
        }
    }
    all.sort_by_key(|(scan, ..)| scan.at_s);
    for (scan, batch, index) in &all {
        line(&mut scans, scan, *batch, *index)?;
    }
    made.scans = all.len() as u64;
    scans.flush()?;
    labels.flush()?;
    activations.flush()?;
    Ok(made)
}

fn described(attack: Attack) -> String {
    let spread = match attack.spread {
        Spread::Local => "local",
        Spread::Regional => "regional",
        Spread::National => "national",
    };
    format!("{},{spread}", attack.copies)
}

/// All is activated half a year before the season, when dealers have nothing yet.
fn world_begins() -> Timestamp {
    Timestamp::from_second(EPOCH_S + i64::from(super::world::SEASON_BEGINS_S) - 180 * 86_400)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

fn line(out: &mut impl Write, scan: &Scan, batch: u32, index: usize) -> io::Result<()> {
    let at = Timestamp::from_second(EPOCH_S + i64::from(scan.at_s)).map_err(io::Error::other)?;
    let at = at.display_with_offset(BEIJING);
    let named = |letter: char, number: Option<u64>| {
        number.map_or_else(String::new, |number| format!("{letter}{number:x}"))
    };
    let (place, class) = match scan.sighting {
        Some(sighting) => (
            GEOGRAPHY.code(sighting.spot).to_string(),
            sighting.class.slug(),
        ),
        None => (String::new(), "unknown"),
    };
    let (phone, network) = (named('p', scan.phone), named('n', scan.network));
    writeln!(
        out,
        "{at},{batch}-{index},{phone},{place},{class},{network},{},{}",
        scan.channel.slug(),
        scan.hidden.slug()
    )
}
