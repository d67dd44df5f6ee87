//! `cargo bench --bench pack`: a million labels as CSV against bare Ed25519 signing on all cores, and the memory it
//! takes; a million labels on PDF sheets; symbols, read back, and against crate `qrcode`; then single labels of every kind. With `-- symbols` only the symbols. Ratios are taken within one run; the machine's speed drifts.

#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a bench prints, and asks the clock

use std::hint::black_box;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use qrcode::bits::Bits;
use qrcode::{EcLevel, QrCode, Version};
use yuanmark::domain::access::Scope;
use yuanmark::domain::area::Area;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::code::{Code, Payload, signed_message};
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::form::Form;
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::licensee::{
    LegalBasis, LicenseeNumber, LicenseeState, NewLicensee, Particulars,
};
use yuanmark::domain::mark::{BatchNumber, MarkCount, MarkId, MarkIndex};
use yuanmark::domain::order::{Batch, NewOrder};
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::domain::season::Season;
use yuanmark::domain::serial::SerialKey;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::keystore::KeyFolder;
use yuanmark::render::design::Design;
use yuanmark::render::dpi::Dpi;
use yuanmark::render::imposition::{Imposition, Order, Size};
use yuanmark::render::label::Label;
use yuanmark::render::pdf::PdfPages;
use yuanmark::render::symbol::Symbol;
use yuanmark::render::{png, readback, svg, zpl};
use yuanmark::service::desk::Call;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::pack::{self, Pack, There};
use yuanmark::service::trail::Origin;
use yuanmark::service::{entitlements, licensees, orders};
use yuanmark::store::licensee::Filter;
use yuanmark::store::{DatabaseUrl, Store, migrate};

const MARKS: u32 = 1_000_000;
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let [_, child, folder, count] = arguments.as_slice()
        && child == "--child"
    {
        runtime.block_on(pack_once(
            Path::new(folder),
            count.parse().expect("a count"),
        ));
        println!("{}", peak_memory_mb());
        return;
    }
    if arguments.iter().any(|argument| argument == "symbols") {
        symbols();
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    runtime.block_on(compare(folder.path()));
    memory(folder.path());
    runtime.block_on(sheets(folder.path()));
    symbols();
    single_labels();
}

async fn compare(folder: &Path) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{MARKS} labels as CSV against {MARKS} bare Ed25519 signatures, {cores} cores, {ROUNDS} rounds in turn"
    );
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let signing = sign_all(cores);
        let packing = pack_once(folder, MARKS).await;
        println!(
            "  signing {signing:.2} s, packing {packing:.2} s, rate {:.0} %",
            signing / packing * 100.0
        );
        ratios.push(signing / packing * 100.0);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "  median: the rate of packing is {:.0} % of the rate of bare signing\n",
        ratios[ROUNDS / 2]
    );
}

/// Seconds for signing on all cores, nothing else.
fn sign_all(cores: usize) -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let start = Instant::now();
    thread::scope(|scope| {
        for core in 0..cores {
            let key = &key;
            scope.spawn(move || {
                for number in (0..MARKS).skip(core).step_by(cores) {
                    let mut payload = [0; 16];
                    payload[..4].copy_from_slice(&number.to_be_bytes());
                    black_box(key.sign(&signed_message(&payload)));
                }
            });
        }
    });
    start.elapsed().as_secs_f64()
}

fn line(text: &str) -> Line {
    Line::new("text", text).expect("a line")
}

/// Makes an installation in the folder if there is none, and issues a batch of `count`.
async fn installation(folder: &Path, count: u32) -> (Store, LiveKeys, Batch) {
    let now = Timestamp::now();
    let key_folder = KeyFolder::new(folder.join("keys"));
    if !key_folder.has_keyring() {
        keys::make(&key_folder, None, None, now).expect("keys");
    }
    let keys = LiveKeys::open(key_folder, None).expect("keys");
    let url = DatabaseUrl::Sqlite(folder.join("bench.db"));
    let store = Store::connect_or_create(&url).await.expect("a database");
    migrate::run(&store).await.expect("a schema");
    let batch = new_batch(&store, &keys, count, now).await;
    (store, keys, batch)
}

/// Packs, and gives the seconds it took and the bytes it made.
async fn packed(store: &Store, keys: &LiveKeys, request: &Pack) -> (f64, u64) {
    let address = PublicUrl::new("https://v.example.cn").expect("an address");
    let origin = Origin::shell(&line("bench"));
    // Every batch has a folder of its own.
    _ = std::fs::remove_dir_all(&request.out);
    let start = Instant::now();
    let made = pack::pack(store, keys, &address, request, &origin, &|_, _| {}).await;
    let seconds = start.elapsed().as_secs_f64();
    let files = made.expect("a pack").files;
    let bytes = files
        .iter()
        .map(|path| path.metadata().expect("a file").len());
    (seconds, bytes.sum())
}

/// Issues a batch of `count`, and packs its table. Returns the seconds of packing alone.
async fn pack_once(folder: &Path, count: u32) -> f64 {
    let (store, keys, batch) = installation(folder, count).await;
    let request = Pack {
        there: There::Replaced,
        ..Pack::new(batch.number, folder.join("pack"))
    };
    let (seconds, _) = packed(&store, &keys, &request).await;
    store.close().await;
    seconds
}

async fn new_batch(store: &Store, keys: &LiveKeys, count: u32, now: Timestamp) -> Batch {
    let by = Call::new(line("bench"), now);
    let known = licensees::list(store, Scope::All, &Filter::default(), LicenseeNumber(0), 1)
        .await
        .expect("licensees")
        .into_iter()
        .next();
    let licensee = match known {
        Some(licensee) => licensee.number,
        None => new_licensee(store, &by).await,
    };
    let new = NewOrder {
        licensee,
        season: Season::new(2026).expect("a season"),
        form: Form::Canned,
        product: line("罐头"),
        quantity: MarkCount::new(count).expect("a count"),
        market: None,
    };
    let order = orders::place(store, &by, new).await.expect("an order");
    orders::approve(store, &by, order.number, None)
        .await
        .expect("an approval");
    let issue = Issue {
        order: order.number,
        has_hidden_codes: false,
        idempotency_key: line(&format!("bench {}", order.number)),
        actor: line("bench"),
    };
    issue::issue(store, keys, &issue, now)
        .await
        .expect("a batch")
        .batch
}

/// One that may order some ten million marks.
async fn new_licensee(store: &Store, by: &Call) -> LicenseeNumber {
    let mut particulars = Particulars::new(line("虚构企业"), LegalBasis::Both);
    particulars.forms = [Form::Canned].into();
    let township = Township::from_text("006").expect("a township");
    let area = Area::from_text("100000").expect("an area");
    particulars.areas = [(township, area)].into();
    let new = NewLicensee {
        uscc: Uscc::new("91430981MA4TEXT1XY").expect("a code"),
        particulars,
        state: LicenseeState::Active,
        date: day_of(by.at),
        document: Some(line("公告")),
    };
    let licensee = licensees::enter(store, by, new).await.expect("a licensee");
    let account = Account {
        licensee: licensee.number,
        season: Season::new(2026).expect("a season"),
        form: Form::Canned,
    };
    entitlements::grant(store, by, account, area, 425, line("测产"))
        .await
        .expect("an entitlement");
    licensee.number
}

/// The most memory this process ever had, in MB, from `/proc/self/status`.
fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}

fn memory(folder: &Path) {
    println!("peak memory of a process that packs CSV");
    for count in [10_000, MARKS] {
        let program = std::env::current_exe().expect("this program");
        let child = Command::new(program)
            .args(["--child".as_ref(), folder.as_os_str()])
            .arg(count.to_string())
            .output();
        let output = child.expect("a child").stdout;
        println!(
            "  {count:>9} labels: {} MB",
            String::from_utf8_lossy(&output).trim()
        );
    }
    println!();
}

/// Labels of a fixed key, one after the other.
struct Labels {
    key: SigningKey,
    serial: SerialKey,
    prefix: String,
}

impl Labels {
    fn new() -> Self {
        let address = PublicUrl::new("https://v.example.cn").expect("an address");
        Self {
            key: SigningKey::from_bytes(&[7; 32]),
            serial: SerialKey::new(&[9; 32]),
            prefix: address.qr_prefix(),
        }
    }

    fn code(&self, number: u32) -> (Code, MarkId) {
        let mark = MarkId {
            batch: BatchNumber::new(1).expect("a batch"),
            index: MarkIndex::new(number).expect("an index"),
        };
        let payload = Payload {
            key: KeyId(1),
            mark,
            season: Season::new(2026).expect("a season"),
            form: Form::Canned.code(),
            licensee: LicenseeNumber(1),
            has_hidden_code: false,
        };
        (payload.sign(&self.key), mark)
    }

    /// The digits of a code.
    fn digits(&self, number: u32) -> String {
        let (code, _) = self.code(number);
        code.to_digits().map(char::from).iter().collect()
    }

    fn get(&self, number: u32) -> Label {
        let (code, mark) = self.code(number);
        pack::label_of(&self.prefix, &code, self.serial.serial(mark)).expect("a label")
    }
}

/// What a symbol takes, what reading it back adds, and what crate `qrcode` takes for the same modules.
fn symbols() {
    const SYMBOLS: u32 = 5_000;
    let labels = Labels::new();
    let texts: Vec<String> = (0..SYMBOLS).map(|number| labels.digits(number)).collect();
    let start = Instant::now();
    let encode = |digits: &String| Symbol::encode(&labels.prefix, digits).expect("a symbol");
    let symbols: Vec<Symbol> = texts.iter().map(encode).collect();
    let ours = start.elapsed().as_secs_f64();
    let start = Instant::now();
    for (symbol, digits) in symbols.iter().zip(&texts) {
        readback::check(symbol, &labels.prefix, digits).expect("a symbol that reads");
    }
    let reading = start.elapsed().as_secs_f64();
    let start = Instant::now();
    for (symbol, digits) in symbols.iter().zip(&texts) {
        let version = Version::Normal(symbol.version().into());
        let mut bits = Bits::new(version);
        bits.push_alphanumeric_data(labels.prefix.as_bytes())
            .and_then(|()| bits.push_numeric_data(digits.as_bytes()))
            .and_then(|()| bits.push_terminator(EcLevel::M))
            .expect("the text fits");
        black_box(QrCode::with_bits(bits, EcLevel::M).expect("a symbol"));
    }
    let theirs = start.elapsed().as_secs_f64();
    let each = |seconds: f64| seconds * 1e6 / f64::from(SYMBOLS);
    println!(
        "a symbol of version 6: {:.1} µs, reading it back {:.1} µs, crate qrcode {:.0} µs ({:.0} times as long)\n",
        each(ours),
        each(reading),
        each(theirs),
        theirs / (ours + reading)
    );
}

fn single_labels() {
    const LABELS: u32 = 22_000;
    let labels = Labels::new();
    let design = Design::plain(Dpi::D300, labels.get(0).symbol().size()).expect("a design");
    let renderer = png::PngRenderer::new(&design);
    let size = (design.size(), 0.0);
    let sheet = Imposition::filling(Size::A4, size, 2.0, 8.0, Order::Rows).expect("a sheet");
    let pages = PdfPages::new(design.clone(), sheet);
    let a_page = pages.imposition().cells();
    println!("single labels on one core, signing and symbol included");
    let measure = |name: &str, draw: &dyn Fn(u32) -> usize, step: u32| {
        let start = Instant::now();
        let bytes: usize = (0..LABELS).step_by(step as usize).map(draw).sum();
        let rate = f64::from(LABELS) / start.elapsed().as_secs_f64();
        let each = bytes / LABELS as usize;
        println!("  {name:<22} {rate:>7.0} labels/s, {each} bytes each");
    };
    let each = |draw: &dyn Fn(&Label) -> usize, number| draw(&labels.get(number));
    measure(
        "symbol alone",
        &|number| each(&|label| black_box(label).serial().len(), number),
        1,
    );
    measure(
        "png, 300 dpi",
        &|number| {
            each(
                &|label| renderer.render(label).expect("a picture").len(),
                number,
            )
        },
        1,
    );
    measure(
        "svg",
        &|number| each(&|label| svg::render(&design, label).len(), number),
        1,
    );
    measure(
        "zpl, 300 dpi",
        &|number| {
            let mut out = Vec::new();
            zpl::append(&mut out, &renderer, &labels.get(number)).expect("a picture");
            out.len()
        },
        1,
    );
    measure(
        "pdf, sheets of A4",
        &|first| {
            let cells = (0..a_page).zip(first..LABELS);
            let on_page: Vec<_> = cells
                .map(|(cell, number)| (cell, labels.get(number)))
                .collect();
            pages.page(&on_page).len()
        },
        a_page,
    );
}

/// A million labels on PDF sheets, in parts.
async fn sheets(folder: &Path) {
    const PART: u32 = 100_000;
    let (store, keys, batch) = installation(folder, MARKS).await;
    let request = Pack {
        formats: vec![pack::Format::Pdf],
        part_size: NonZero::new(PART),
        there: There::Replaced,
        ..Pack::new(batch.number, folder.join("sheets"))
    };
    let (seconds, bytes) = packed(&store, &keys, &request).await;
    store.close().await;
    println!(
        "{MARKS} labels as PDF sheets in parts of {PART}: {seconds:.1} s, {} bytes a label\n",
        bytes / u64::from(MARKS)
    );
}
