//! The network between a server and its database, which may die.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// How often it is looked whether a connection has died.
const LOOK: Duration = Duration::from_millis(50);

/// Passes on what connections bring, until they die.
pub struct Wire {
    /// The database's address by way of this.
    pub address: String,
    /// How often all connections have died.
    deaths: Arc<AtomicU32>,
}

impl Wire {
    /// One to the database at this address.
    pub fn to(server: &str) -> Self {
        let (before, after) = server.split_once('@').unwrap();
        let (place, database) = after.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("{before}@{}/{database}", listener.local_addr().unwrap());
        let deaths = Arc::<AtomicU32>::default();
        let (place, died) = (place.to_owned(), deaths.clone());
        // It waits for connections as long as the tests run.
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                let far = TcpStream::connect(&place).unwrap();
                let born = died.load(Ordering::SeqCst);
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let died = died.clone();
                    thread::spawn(move || pass_on(from, to, || died.load(Ordering::SeqCst) > born));
                }
            }
        });
        Self { address, deaths }
    }

    /// From now on nothing comes over any connection that there is, and none is closed; new ones are good.
    pub fn die(&self) {
        self.deaths.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, is_dead: impl Fn() -> bool) {
    from.set_read_timeout(Some(LOOK)).unwrap();
    let mut bytes = [0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes);
        if is_dead() {
            // The other side hears of nothing, not even of an end, as long as the tests run.
            loop {
                thread::park();
            }
        }
        match read {
            Ok(0) => break,
            Ok(count) => {
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    _ = to.shutdown(Shutdown::Write);
}
