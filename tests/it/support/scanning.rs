//! Many phones that ask at once over connections they keep, and write down every answer they got.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use yuanmark::domain::code::Code;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::Batch;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::service::keys::LiveKeys;
use yuanmark::store::Store;

use super::databases::TestDatabase;
use super::installation::{Installation, index, morning};
use super::server::{BROWSER, IDLE, PATIENCE};

/// A mark: its batch and its place in it.
pub type Mark = (u32, u32);

/// A client that waits longer than this for an answer has met a fault.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);
/// The name of the phones' cookie under a public address with https.
const COOKIE: &str = "__Host-phone=";

/// A verdict that a phone was given.
#[derive(Clone, Debug)]
pub struct Told {
    pub mark: Mark,
    pub verdict: String,
    /// The number of the query, and whose it was told to be; nothing of what is not ours.
    pub query: Option<(u64, PhoneHash)>,
    /// When the question was sent.
    pub sent: Instant,
    /// Which of the addresses answered.
    pub by: usize,
}

impl Told {
    /// The query: its mark and number.
    pub fn key(&self) -> Option<(Mark, u64)> {
        self.query.map(|(number, _)| (self.mark, number))
    }
}

/// What became of a question.
#[derive(Debug)]
pub enum Outcome {
    Told(Told),
    /// Could not check: 503, or from a proxy 502 or 504; never a verdict.
    Unavailable(u16),
    /// The connection was refused or broke off; whether the question was counted is not known.
    Broken,
}

/// Someone who asks over a connection that is kept, under a name that is kept.
pub struct Client {
    agent: ureq::Agent,
    keys: Arc<LiveKeys>,
}

impl Client {
    pub fn new(keys: Arc<LiveKeys>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(BROWSER)
            .timeout_global(Some(LONGEST_ANSWER))
            .max_idle_age(IDLE)
            .build();
        Self {
            agent: agent.into(),
            keys,
        }
    }

    /// Asks about a mark; as a phone of this name, else as a new one, which is named by the answer.
    pub fn ask(
        &self,
        (address, by): (SocketAddr, usize),
        (mark, code): (Mark, &str),
        cookie: &mut Option<String>,
    ) -> Outcome {
        let sent = Instant::now();
        let mut request = self
            .agent
            .post(format!("http://{address}/api/v1/verify"))
            .content_type("application/json");
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("{COOKIE}{cookie}"));
        }
        let answer = request.send(json!({ "code": code }).to_string());
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(ureq::Error::Timeout(_)) => panic!("no answer to {mark:?} in {LONGEST_ANSWER:?}"),
            Err(_) => return Outcome::Broken,
        };
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string();
        let Ok(text) = text else {
            return Outcome::Broken;
        };
        match status {
            200 => {}
            502..=504 => {
                assert!(!text.contains("first_check"), "{text}");
                return Outcome::Unavailable(status);
            }
            _ => panic!("{status}: {text}"),
        }
        if let Some(named) = answer.headers().get("set-cookie") {
            let named = named.to_str().unwrap().strip_prefix(COOKIE).unwrap();
            *cookie = named.split(';').next().map(str::to_owned);
        }
        let text: Value = serde_json::from_str(&text).unwrap();
        let number = text["query"]["number"].as_u64();
        let phone = &self.keys.secrets.phone;
        let query = number.map(|number| {
            let name = phone.name_in(cookie.as_ref().unwrap()).unwrap();
            (number, phone.hash(name))
        });
        Outcome::Told(Told {
            mark,
            verdict: text["verdict"].as_str().unwrap().to_owned(),
            query,
            sent,
            by,
        })
    }
}

/// The marks of a batch, and who has not been asked about.
pub struct Marks {
    keys: Arc<LiveKeys>,
    batch: Batch,
    next: AtomicU32,
}

/// Marks about which everybody asks.
const HOT: u32 = 5;
/// Marks of which only forged codes go round.
pub const FORGED: std::ops::Range<u32> = HOT..HOT + 20;

/// An installation and its marks, which are in use; nobody has its database open. While somebody has, a SQLite file is not
/// recovered after a crash: what a killed server left is still in memory.
pub async fn in_market(database: TestDatabase, count: u32) -> (Installation, Arc<Marks>) {
    let place = Installation::new(database).await;
    let batch = place.batch(count).await;
    let activated = place.change(&batch, EventKind::Activated, "", morning());
    activated.await.unwrap();
    place.store.close().await;
    let marks = Marks::new(&place, &batch);
    (place, marks)
}

/// A connection to the database of an installation.
pub async fn open(place: &Installation) -> Store {
    Store::connect(&place.database.url).await.unwrap()
}

impl Marks {
    pub fn new(place: &Installation, batch: &Batch) -> Arc<Self> {
        Arc::new(Self {
            keys: place.keys.clone(),
            batch: batch.clone(),
            next: FORGED.end.into(),
        })
    }

    pub fn code(&self, place: u32) -> (Mark, String) {
        let (mark, code) = self.signed(place);
        (mark, code.to_base64url())
    }

    /// Those of another batch.
    pub fn of_another(&self, batch: &Batch) -> Arc<Self> {
        Arc::new(Self {
            keys: self.keys.clone(),
            batch: batch.clone(),
            next: FORGED.end.into(),
        })
    }

    /// One about which nobody has asked.
    pub fn fresh(&self) -> (Mark, String) {
        self.code(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Someone who asks about them.
    pub fn client(&self) -> Client {
        Client::new(self.keys.clone())
    }

    fn signed(&self, place: u32) -> (Mark, Code) {
        let mark = MarkId {
            batch: self.batch.number,
            index: index(place),
        };
        let key = self.keys.signing_key(self.batch.key).unwrap();
        let code = self.batch.payload(mark).unwrap().sign(&key);
        ((self.batch.number.get(), place), code)
    }

    /// One with one bit of its signature turned.
    fn forged(&self, place: u32) -> (Mark, String) {
        let (mark, code) = self.signed(place);
        let mut bytes = *code.bytes();
        bytes[50] ^= 1;
        (mark, URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A mark about which nobody has asked, one about which all ask, or a forged code.
    fn draw(&self, random: &mut StdRng) -> (Mark, String) {
        match random.random_range(0..100) {
            0..55 => self.fresh(),
            55..90 => self.code(random.random_range(0..HOT)),
            _ => self.forged(random.random_range(FORGED)),
        }
    }
}

/// Phones that ask until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    told: Arc<Mutex<Vec<Told>>>,
    threads: Vec<JoinHandle<Outcomes>>,
}

/// How many questions had no verdict.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes {
    pub unavailable: usize,
    pub broken: usize,
}

impl Load {
    /// Starts so many; each asks one after the other at one of these addresses, drawn anew for each question. What they
    /// ask follows from the seed, how they take turns does not.
    pub fn start(
        marks: &Arc<Marks>,
        addresses: &Arc<RwLock<Vec<SocketAddr>>>,
        (threads, seed): (u64, u64),
    ) -> Self {
        let mut load = Self {
            stop: Arc::default(),
            answers: Arc::default(),
            told: Arc::default(),
            threads: Vec::new(),
        };
        for thread in 0..threads {
            let (marks, addresses) = (marks.clone(), addresses.clone());
            let (stop, answers, told) =
                (load.stop.clone(), load.answers.clone(), load.told.clone());
            let mut random = StdRng::seed_from_u64(seed ^ thread << 32);
            load.threads.push(thread::spawn(move || {
                let client = marks.client();
                let mut outcomes = Outcomes::default();
                let mut named = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let (mark, code) = marks.draw(&mut random);
                    let address = {
                        let addresses = addresses.read().unwrap();
                        let by = random.random_range(0..addresses.len());
                        (addresses[by], by)
                    };
                    // One in four is a phone that has asked before, perhaps about this very mark.
                    let known = random.random_range(0..4) == 0 && !named.is_empty();
                    let known = known.then(|| random.random_range(0..named.len()));
                    let mut cookie = known.map(|known: usize| String::clone(&named[known]));
                    match client.ask(address, (mark, &code), &mut cookie) {
                        Outcome::Told(answer) => {
                            told.lock().unwrap().push(answer);
                            answers.fetch_add(1, Ordering::Relaxed);
                            if known.is_none() {
                                named.extend(cookie);
                            }
                        }
                        Outcome::Unavailable(_) => outcomes.unavailable += 1,
                        Outcome::Broken => {
                            outcomes.broken += 1;
                            thread::sleep(Duration::from_millis(5));
                        }
                    }
                }
                outcomes
            }));
        }
        load
    }

    /// Waits until there are so many answers more.
    pub fn more_answers(&self, count: usize) {
        let (start, before) = (Instant::now(), self.answers.load(Ordering::Relaxed));
        while self.answers.load(Ordering::Relaxed) < before + count {
            assert!(
                !self.threads.iter().any(JoinHandle::is_finished),
                "a phone met a fault; see above"
            );
            assert!(start.elapsed() < PATIENCE, "answers stay away");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets each phone have its last answer. What was told, and how many questions had no verdict.
    pub fn stop(self) -> (Vec<Told>, Outcomes) {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Outcomes::default();
        for thread in self.threads {
            let outcomes = thread.join().expect("a phone meets no fault");
            all.unavailable += outcomes.unavailable;
            all.broken += outcomes.broken;
        }
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        (told, all)
    }
}

/// Someone who asks about the same marks all the time, at each address in turn, always as a new phone.
pub struct Watch {
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
    thread: JoinHandle<Vec<Told>>,
}

impl Watch {
    pub fn start(marks: &Marks, addresses: &[SocketAddr], watched: &[(Mark, String)]) -> Self {
        let (stop, rounds) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (client, addresses, watched) = (marks.client(), addresses.to_vec(), watched.to_vec());
        let (over, done) = (stop.clone(), rounds.clone());
        let thread = thread::spawn(move || {
            let mut all = Vec::new();
            while !over.load(Ordering::Relaxed) {
                for (by, address) in addresses.iter().enumerate() {
                    for (mark, code) in &watched {
                        match client.ask((*address, by), (*mark, code), &mut None) {
                            Outcome::Told(told) => all.push(told),
                            outcome => panic!("{mark:?}: {outcome:?}"),
                        }
                    }
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            all
        });
        Self {
            stop,
            rounds,
            thread,
        }
    }

    /// Waits until each mark was asked about so many times more at each address.
    pub fn rounds(&self, count: usize) {
        let (start, before) = (Instant::now(), self.rounds.load(Ordering::Relaxed));
        // The one that is going on now began before.
        while self.rounds.load(Ordering::Relaxed) <= before + count {
            assert!(!self.thread.is_finished(), "it met a fault; see above");
            assert!(start.elapsed() < PATIENCE, "answers stay away");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was told.
    pub fn stop(self) -> Vec<Told> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it meets no fault")
    }
}
