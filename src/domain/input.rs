//! What a person scans, pastes or types into the check field.

use super::code::Code;
use super::serial::Serial;

/// A check's input once it is read. That it can be read does not make it ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A whole signed code.
    Code(Code),
    /// The serial printed under the symbol.
    Serial(Serial),
}

impl Input {
    /// Bytes; far beyond the longest code with its address, so that nothing honest is cut off.
    pub const LONGEST: usize = 512;

    /// Reads a code or serial, or an address that ends in `/t/` and a code. `None` for everything else.
    ///
    /// The address's host is not looked at: the code proves itself, and where it was found the reader says.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > Self::LONGEST {
            return None;
        }
        let code = path_of_address(text).unwrap_or(text);
        Code::from_text(code)
            .map(Self::Code)
            .or_else(|| Serial::from_typed(text).map(Self::Serial))
    }
}

fn path_of_address(text: &str) -> Option<&str> {
    let place = text.find("/t/").or_else(|| text.find("/T/"))?;
    let path = &text[place + 3..];
    Some(path.split(['?', '#']).next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::crockford;

    #[test]
    fn addresses_codes_and_serials_are_told_apart() {
        let digits = format!("{:0>193}", "1");
        assert_eq!(Input::read(&digits), None, "version 0");
        let serial = Serial::from_typed("4BD9-QV4N-Q0NZ-57DB").map(Input::Serial);
        assert!(serial.is_some());
        assert_eq!(Input::read(" 4bd9 qv4n qonz 57db "), serial);
        assert_eq!(Input::read(&"4".repeat(600)), None);
        assert_eq!(
            crockford::decode::<16>("４ＢＤ９－ＱＶ４Ｎ－Ｑ０ＮＺ－５７ＤＢ"),
            crockford::decode::<16>("4BD9QV4NQ0NZ57DB")
        );
    }
}
