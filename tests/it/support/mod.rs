//! What the tests share: a fresh database of each kind, a whole installation, and the program itself.

pub mod databases;
pub mod installation;
pub mod openssl;
pub mod outage;
pub mod process;
pub mod processes;
pub mod program;
pub mod reader;
pub mod server;
