//! Phones that ask on time, whatever becomes of the answers before: each question has a moment at which it is meant to be
//! sent, and its latency counts from that moment, also if no connection was free then. A closed loop would stop asking
//! exactly while the server is slow, and never measure it (coordinated omission).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use tokio::task::{LocalSet, spawn_local};

use super::quantile;

#[derive(Args)]
pub struct Load {
    #[arg(long)]
    address: SocketAddr,
    /// Codes to ask about, one a line
    #[arg(long)]
    codes: PathBuf,
    /// Questions a second, at even distances; 0: each as soon as the one before is answered
    #[arg(long)]
    rate: f64,
    #[arg(long)]
    seconds: f64,
    #[arg(long, default_value_t = 256)]
    connections: usize,
}

/// What is asked, and of whom.
struct Questions {
    head: String,
    codes: Vec<u8>,
    asked: usize,
}

/// A code and the end of its line.
const LINE: usize = 108;

impl Questions {
    fn new(load: &Load) -> Self {
        let body = r#"{"code":""}"#.len() + LINE - 1;
        Self {
            head: format!(
                "POST /api/v1/verify HTTP/1.1\r\nhost: {}\r\nuser-agent: {}\r\ncontent-type: application/json\r\n\
                 content-length: {body}\r\n\r\n{{\"code\":\"",
                load.address,
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile",
            ),
            codes: fs::read(&load.codes).unwrap(),
            asked: 0,
        }
    }

    /// The bytes of the next; from the beginning again after the last.
    fn next(&mut self) -> Vec<u8> {
        let line = self.asked % (self.codes.len() / LINE) * LINE;
        self.asked += 1;
        let code = &self.codes[line..line + LINE - 1];
        [self.head.as_bytes(), code, b"\"}"].concat()
    }
}

/// What scheduler and readers share.
struct Shared {
    questions: Questions,
    /// Connections on which nothing is asked, the one that is quiet for the longest time first: the server ends those that
    /// say nothing for ten seconds.
    free: VecDeque<usize>,
    /// Moments of questions that found none free.
    waiting: VecDeque<Instant>,
    /// The moment at which what is asked on each connection was meant to be sent.
    meant: Vec<Instant>,
    most_waiting: usize,
    is_over: bool,
}

type Line = Arc<Mutex<Shared>>;

/// Sends a question, which a socket with nothing on the way takes at once.
fn send(mut stream: &TcpStream, question: &[u8]) {
    stream.write_all(question).unwrap();
}

impl Load {
    pub async fn run(self) {
        assert_eq!(fs::metadata(&self.codes).unwrap().len() % LINE as u64, 0);
        let streams: Vec<TcpStream> = (0..self.connections)
            .map(|_| {
                let stream = TcpStream::connect(self.address).unwrap();
                stream.set_nodelay(true).unwrap();
                stream.set_nonblocking(true).unwrap();
                stream
            })
            .collect();
        // Reading them takes its time, in which nobody would ask.
        let questions = Questions::new(&self);
        let start = Instant::now();
        let shared = Arc::new(Mutex::new(Shared {
            questions,
            free: (0..self.connections).collect(),
            waiting: VecDeque::new(),
            meant: vec![start; self.connections],
            most_waiting: 0,
            is_over: false,
        }));
        let writers: Arc<Vec<TcpStream>> =
            Arc::new(streams.iter().map(|one| one.try_clone().unwrap()).collect());
        let end = start + Duration::from_secs_f64(self.seconds);
        let results = LocalSet::new()
            .run_until(async {
                let readers: Vec<_> = streams
                    .into_iter()
                    .enumerate()
                    .map(|(place, stream)| {
                        let (shared, writers) = (shared.clone(), writers.clone());
                        let again = (self.rate == 0.0).then_some(end);
                        spawn_local(read(place, stream, shared, writers, again))
                    })
                    .collect();
                let schedule = (self.rate, start, end);
                let (line, streams) = (shared.clone(), writers.clone());
                let scheduler = std::thread::spawn(move || ask(schedule, &line, &streams));
                while !scheduler.is_finished() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                let deadline = Instant::now() + Duration::from_secs(10);
                while Instant::now() < deadline && !all_answered(&shared, self.connections) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                for stream in &*writers {
                    _ = stream.shutdown(std::net::Shutdown::Both);
                }
                let mut results = Results::default();
                for reader in readers {
                    results.add(reader.await.unwrap());
                }
                results
            })
            .await;
        let shared = shared.lock().unwrap();
        results.print(&shared, start.elapsed());
    }
}

fn all_answered(shared: &Line, connections: usize) -> bool {
    let shared = shared.lock().unwrap();
    shared.free.len() == connections && shared.waiting.is_empty()
}

/// Asks at the moments of the schedule; without a rate, begins on each connection.
fn ask((rate, start, end): (f64, Instant, Instant), shared: &Line, streams: &[TcpStream]) {
    let mut number = 0_u32;
    loop {
        let moment = match rate {
            0.0 => Instant::now(),
            rate => start + Duration::from_secs_f64(f64::from(number) / rate),
        };
        if moment >= end || rate == 0.0 && number as usize == streams.len() {
            break;
        }
        number += 1;
        let now = Instant::now();
        if moment > now {
            std::thread::sleep(moment - now);
        }
        let mut shared = shared.lock().unwrap();
        if let Some(place) = shared.free.pop_front() {
            shared.meant[place] = moment;
            let question = shared.questions.next();
            drop(shared);
            send(&streams[place], &question);
        } else {
            shared.waiting.push_back(moment);
            shared.most_waiting = shared.most_waiting.max(shared.waiting.len());
        }
    }
    if rate == 0.0 {
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
    }
    shared.lock().unwrap().is_over = true;
}

/// Reads the answers on one connection, and asks at once what has been waiting for a connection. `again` is until when
/// a question follows each answer.
async fn read(
    place: usize,
    stream: TcpStream,
    shared: Line,
    writers: Arc<Vec<TcpStream>>,
    again: Option<Instant>,
) -> Results {
    let stream = tokio::net::TcpStream::from_std(stream).unwrap();
    let mut results = Results::default();
    let buffer = RefCell::new(Vec::with_capacity(16 * 1024));
    loop {
        if stream.readable().await.is_err() {
            break;
        }
        match stream.try_read_buf(&mut *buffer.borrow_mut()) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(_) => break,
        }
        let mut buffer = buffer.borrow_mut();
        let Some(status) = whole_answer(&buffer) else {
            continue;
        };
        buffer.clear();
        let now = Instant::now();
        let mut shared = shared.lock().unwrap();
        results.add_answer(status, now.saturating_duration_since(shared.meant[place]));
        let next = match again {
            Some(end) => (now < end).then_some(now),
            None => shared.waiting.pop_front(),
        };
        match next {
            Some(moment) => {
                shared.meant[place] = moment;
                let question = shared.questions.next();
                drop(shared);
                send(&writers[place], &question);
            }
            None => shared.free.push_back(place),
        }
    }
    let shared = shared.lock().unwrap();
    results.broken += usize::from(!shared.is_over || !shared.free.contains(&place));
    results
}

/// The status of the answer, once all of it is there.
fn whole_answer(bytes: &[u8]) -> Option<u16> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    let status = head[9..12].parse().unwrap();
    (bytes.len() == end + length.expect("an answer says its length")).then_some(status)
}

#[derive(Default)]
struct Results {
    /// From the moment a question was meant to be sent, microseconds; answers alone.
    times_us: Vec<u64>,
    /// Questions with another status than 200.
    other: usize,
    /// Connections that ended.
    broken: usize,
}

impl Results {
    fn add_answer(&mut self, status: u16, time: Duration) {
        if status == 200 {
            self.times_us.push(u64::try_from(time.as_micros()).unwrap());
        } else {
            self.other += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.times_us.extend(other.times_us);
        self.other += other.other;
        self.broken += other.broken;
    }

    fn print(mut self, shared: &Shared, elapsed: Duration) {
        self.times_us.sort_unstable();
        let at = |share| quantile(&self.times_us, share);
        let result = json!({
            "asked": shared.questions.asked,
            "answers": self.times_us.len(),
            "other": self.other,
            "broken": self.broken,
            "still_waiting": shared.waiting.len(),
            "most_waiting": shared.most_waiting,
            "seconds": elapsed.as_secs_f64(),
            "p50_us": at(0.5),
            "p99_us": at(0.99),
            "p999_us": at(0.999),
            "max_us": at(1.0),
        });
        println!("{result}");
    }
}
