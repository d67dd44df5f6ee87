//! What the tests share: a fresh database of each kind, a whole installation, and the program itself.

pub mod age;
pub mod alerts;
pub mod databases;
pub mod holders;
pub mod html;
pub mod installation;
pub mod killed;
pub mod office;
pub mod openssl;
pub mod outage;
pub mod own_clock;
pub mod photos;
pub mod postgres_server;
pub mod program;
pub mod reader;
pub mod said;
pub mod scanning;
pub mod scans;
pub mod server;
pub mod serving;
pub mod signed_in;
pub mod tips;
pub mod wire;
pub mod written;
pub mod xdb;
