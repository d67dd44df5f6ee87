//! What a database's error means for whoever runs it: in one sentence, and what to do.

use std::borrow::Cow;
use std::io::ErrorKind;

use sqlx::Error;
use sqlx::error::DatabaseError;

/// Why a database did not do what it was asked, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    NothingListens,
    NoSuchHost,
    Silent,
    WrongPassword,
    NotLetIn,
    TlsWanted,
    NoSuchDatabase,
    NoRight,
    NoConnectionLeft,
    StartingOrStopping,
    OnlyReads,
    DiskFull,
    NoSqliteFile,
    Damaged,
    CannotOpen,
    Other,
}

impl Trouble {
    /// By what the driver, the system or the database says; by its codes, not its words, which may be in any language.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Tls(_) => Self::TlsWanted,
            Error::PoolTimedOut => Self::Silent,
            Error::Io(error) => match error.kind() {
                // Of a socket in a folder: there is none.
                ErrorKind::ConnectionRefused | ErrorKind::NotFound => Self::NothingListens,
                ErrorKind::TimedOut
                | ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable => Self::Silent,
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
                // What the system's resolver did not find has no kind of its own.
                _ if error.to_string().contains("lookup address") => Self::NoSuchHost,
                _ => Self::Other,
            },
            Error::Database(error) => Self::of_code(error.code()),
            _ => Self::Other,
        }
    }

    /// Of PostgreSQL (Appendix A of its manual, five characters) or SQLite (a number, whose low byte is the kind).
    fn of_code(code: Option<Cow<'_, str>>) -> Self {
        let code = code.unwrap_or_default();
        match &*code {
            "28P01" => Self::WrongPassword,
            "28000" => Self::NotLetIn,
            "3D000" => Self::NoSuchDatabase,
            // Nor a schema to make tables in.
            "42501" | "3F000" => Self::NoRight,
            "53300" => Self::NoConnectionLeft,
            "57P01" | "57P02" | "57P03" => Self::StartingOrStopping,
            "25006" => Self::OnlyReads,
            "53100" => Self::DiskFull,
            "XX001" | "XX002" => Self::Damaged,
            code if code.len() < 5 => match code.parse::<u32>().map(|code| code & 0xff) {
                Ok(8) => Self::OnlyReads,
                Ok(11) => Self::Damaged,
                Ok(13) => Self::DiskFull,
                Ok(14) => Self::CannotOpen,
                Ok(26) => Self::NoSqliteFile,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NothingListens => "no database server listens at this address",
            Self::NoSuchHost => "the host of the database is not known",
            Self::Silent => "the database did not answer in time",
            Self::WrongPassword => "the database refused the password",
            Self::NotLetIn => "the database does not let this user in from here",
            Self::TlsWanted => {
                "an encrypted connection was asked for, which this program cannot make"
            }
            Self::NoSuchDatabase => "the server has no such database",
            Self::NoRight => "the database's user has no right to do that",
            Self::NoConnectionLeft => "the database has no connection left",
            Self::StartingOrStopping => "the database is starting or being stopped",
            Self::OnlyReads => "the database takes no changes",
            Self::DiskFull => "the database's disk is full",
            Self::NoSqliteFile => "the file is no SQLite database",
            Self::Damaged => "the database is damaged",
            Self::CannotOpen => "the database file cannot be opened",
            Self::Other => "the database did not answer",
        }
    }

    /// What to do, in one line.
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::NothingListens => "start PostgreSQL, or mend host and port in --database",
            Self::NoSuchHost => "mend the host in --database",
            Self::Silent => {
                "see that the server runs and that network and firewall let this machine reach it"
            }
            Self::WrongPassword => {
                "mend user and password: in --database, in PGPASSWORD or in the file that PGPASSFILE names"
            }
            Self::NotLetIn => {
                "see that the user exists, and give it a line `host` in pg_hba.conf for this machine; if the line says `hostssl`, \
                 lead the connection through a tunnel: this program does not encrypt it"
            }
            Self::TlsWanted => {
                "leave sslmode out, and keep the connection in a private network or lead it through a tunnel"
            }
            Self::NoSuchDatabase => "make it with createdb, or mend its name in --database",
            Self::NoRight => {
                "make the user its owner: ALTER DATABASE … OWNER TO …, as an administrator of PostgreSQL"
            }
            Self::NoConnectionLeft => {
                "raise max_connections, or the user's CONNECTION LIMIT: each instance takes up to 18, each command a few"
            }
            Self::StartingOrStopping => {
                "wait a moment and try again; if it lasts, read PostgreSQL's own log"
            }
            Self::OnlyReads => {
                "name the primary server and no standby; of a file see that this user may write it and its folder"
            }
            Self::DiskFull => "make room on the database's disk; what was written before is there",
            Self::NoSqliteFile => "name the right file with --database",
            Self::Damaged => {
                "stop the server, keep a copy as it is, and restore the last backup beside it"
            }
            Self::CannotOpen => "see that this user may read and write the file and its folder",
            Self::Other => {
                "see that the database runs and its disk has room; `yuanmark doctor` examines it"
            }
        }
    }

    /// Whether the caller named what is no database of ours, or in a way in which it cannot be reached.
    pub(super) const fn is_the_address_s(self) -> bool {
        matches!(
            self,
            Self::NoSuchHost | Self::TlsWanted | Self::NoSuchDatabase | Self::NoSqliteFile
        )
    }
}

/// In one sentence, with what the database or the system itself said.
pub(super) fn told(error: &Error) -> String {
    let trouble = Trouble::of(error);
    let sentence = trouble.sentence();
    match (trouble, error) {
        (Trouble::Silent | Trouble::TlsWanted, _) => sentence.to_owned(),
        (Trouble::Other, error) => format!("{sentence}: {error}"),
        (_, Error::Database(error)) => format!("{sentence}: {}", one_line(error.as_ref())),
        (_, Error::Io(error)) => format!("{sentence}: {error}"),
        (_, _) => sentence.to_owned(),
    }
}

fn one_line(error: &dyn DatabaseError) -> String {
    error.message().lines().collect::<Vec<_>>().join(" ")
}

/// PostgreSQL's version as it numbers them: 150004 is 15.4.
pub(super) const OLDEST_POSTGRES: u32 = 15_00_00;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn codes_are_told_apart_and_sqlite_s_low_byte_is_its_kind() {
        let of = |code: &'static str| Trouble::of_code(Some(code.into()));
        for (code, trouble) in [
            ("28P01", Trouble::WrongPassword),
            ("28000", Trouble::NotLetIn),
            ("3D000", Trouble::NoSuchDatabase),
            ("42501", Trouble::NoRight),
            ("53300", Trouble::NoConnectionLeft),
            ("57P03", Trouble::StartingOrStopping),
            ("25006", Trouble::OnlyReads),
            ("53100", Trouble::DiskFull),
            ("42P01", Trouble::Other),
            ("13", Trouble::DiskFull),
            ("26", Trouble::NoSqliteFile),
            ("1032", Trouble::OnlyReads), // SQLITE_READONLY_DBMOVED
            ("267", Trouble::Damaged),    // SQLITE_CORRUPT_VTAB
            ("778", Trouble::Other),      // SQLITE_IOERR_WRITE
            ("", Trouble::Other),
        ] {
            assert_eq!(of(code), trouble, "{code}");
        }
        assert_eq!(Trouble::of_code(None), Trouble::Other);
    }

    #[test]
    fn what_the_system_says_is_told_apart() {
        let of = |kind: ErrorKind| Trouble::of(&Error::Io(io::Error::from(kind)));
        assert_eq!(of(ErrorKind::ConnectionRefused), Trouble::NothingListens);
        assert_eq!(of(ErrorKind::StorageFull), Trouble::DiskFull);
        assert_eq!(of(ErrorKind::BrokenPipe), Trouble::Other);
        let words = "failed to lookup address information: Name or service not known";
        assert_eq!(
            Trouble::of(&Error::Io(io::Error::other(words))),
            Trouble::NoSuchHost
        );
        assert_eq!(Trouble::of(&Error::PoolTimedOut), Trouble::Silent);
        assert_eq!(
            told(&Error::PoolTimedOut),
            "the database did not answer in time"
        );
    }
}
