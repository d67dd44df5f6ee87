//! What may be a password: NIST SP 800-63B-4 (2025), 3.1.1.2: long enough, not known to attackers, and no rules of
//! composition, which only make people write `Passw0rd!`.

use zeroize::Zeroizing;

use super::login::Login;

/// Passwords, and parts of them, that every list of leaked passwords begins with, here or abroad, and our own names.
const KNOWN: [&str; 22] = [
    "password",
    "passwort",
    "mima",
    "qwertyuiop",
    "asdfghjkl",
    "1qaz2wsx",
    "1q2w3e4r",
    "abcdefgh",
    "12345678",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "iloveyou",
    "woaini",
    "administrator",
    "letmein",
    "welcome",
    "yuanmark",
    "yuanjiang",
    "lusun",
];

/// A password that may be used. Wiped when dropped, and never shown.
pub struct Password(Zeroizing<String>);

/// Why a text may not be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error(
        "a password has {} to {} characters; a sentence is a good one",
        Password::SHORTEST,
        Password::LONGEST
    )]
    Length,
    /// Too near to what attackers try first.
    #[error(
        "this password is among the first that attackers try: take several words that have nothing to do with each other"
    )]
    Known,
    /// It holds the name to sign in with.
    #[error("a password must not hold the name to sign in with")]
    Login,
}

impl PasswordError {
    /// The same for a page.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Length => "密码为 12 至 128 个字符，可以用一句话",
            Self::Known => "该密码过于常见，请换用几个互不相关的词",
            Self::Login => "密码不得包含登录名",
        }
    }
}

impl Password {
    /// The fewest characters.
    pub const SHORTEST: usize = 12;
    /// The most characters: more would only cost time.
    pub const LONGEST: usize = 128;

    /// Takes a new password.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn new(text: &str, login: &Login) -> Result<Self, PasswordError> {
        if !(Self::SHORTEST..=Self::LONGEST).contains(&text.chars().count()) {
            return Err(PasswordError::Length);
        }
        let lower = text.to_lowercase();
        if lower.contains(login.as_str()) {
            return Err(PasswordError::Login);
        }
        // What is left of it without the known parts must still be something to guess.
        let mut rest = lower;
        for known in KNOWN {
            rest = rest.replace(known, "");
        }
        let mut different: Vec<char> = rest.chars().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < 5 {
            return Err(PasswordError::Known);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, to be hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unknown_passwords_are_taken() {
        let login = Login::new("wang.min").unwrap();
        let read = |text: &str| Password::new(text, &login).map(|_| ());
        for good in [
            "correct horse battery",
            "春风又绿江南岸，明月何时照我还",
            "x7!kQ2pL9#vB",
            "芦笋熟了三月里去江边看看",
        ] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", PasswordError::Length),
            ("11 letters.", PasswordError::Length),
            (&"ab c".repeat(33), PasswordError::Length),
            ("my wang.min password", PasswordError::Login),
            ("WANG.MIN 2026 spring", PasswordError::Login),
            ("password1234", PasswordError::Known),
            ("123456781234", PasswordError::Known),
            ("aaaaaaaaaaaaaaaa", PasswordError::Known),
            ("Yuanmark2026", PasswordError::Known),
            ("qwertyuiop12", PasswordError::Known),
        ] {
            assert_eq!(read(bad), Err(why), "{bad}");
        }
    }
}
