//! The words around checking on the page: typing, camera, photo, and what was found in a picture.

use crate::domain::typed::Flaw;

/// The words of one language. `{shown}` is what was typed or read, `{n}` a number, `{domain}` the true domain.
#[derive(Debug)]
pub struct CheckTexts {
    /// Typed: characters no serial has.
    pub impossible: &'static str,
    /// Typed: more are needed.
    pub short: &'static str,
    /// Typed: as many as a hidden code has.
    pub hidden: &'static str,
    /// Typed: all there.
    pub whole: &'static str,
    /// Typed: too many.
    pub long: &'static str,
    /// Heads the page of what cannot be a serial: nothing was checked.
    pub unfinished: &'static [&'static str],
    /// That this is no answer, after what is wrong with it.
    pub unfinished_lead: &'static str,
    /// If the label really says so.
    pub printed_so: &'static str,
    /// If it cannot be read.
    pub unfinished_todo: &'static str,
    /// Heads the page of a picture with several symbols of ours.
    pub several: &'static [&'static str],
    /// What to do then; `{n}` of them were seen.
    pub several_lead: &'static str,
    /// Heads them.
    pub several_heading: &'static str,
    /// One of them whose serial is not told; `{n}` says which.
    pub several_one: &'static str,
    /// Heads what the browser saw in a picture: several symbols of ours.
    pub several_seen: &'static str,
    /// Beside the picture of each: checks it.
    pub several_this: &'static str,
    /// Heads the camera and the photo.
    pub heading: &'static str,
    /// Opens the camera.
    pub camera: &'static str,
    /// Closes it.
    pub stop: &'static str,
    /// Its light.
    pub torch: &'static str,
    /// Asks to hold the label before it.
    pub aim: &'static str,
    /// Names the picture of the camera.
    pub video: &'static str,
    /// The camera is being opened.
    pub opening: &'static str,
    /// It was not allowed.
    pub refused: &'static str,
    /// There is none.
    pub missing: &'static str,
    /// Another program has it, or it failed.
    pub busy: &'static str,
    /// The page did not come over TLS.
    pub insecure: &'static str,
    /// A mark was read: its page is being opened.
    pub found: &'static str,
    /// Names the field of the photo.
    pub photo: &'static str,
    /// Reads it.
    pub read: &'static str,
    /// What becomes of it.
    pub photo_hint: &'static str,
    /// The photo is being read.
    pub reading: &'static str,
    /// The browser found none, the server is asked.
    pub sending: &'static str,
    /// No file was chosen.
    pub no_file: &'static str,
    /// Heads the page of a picture without a symbol.
    pub nothing: &'static [&'static str],
    /// What to do then.
    pub nothing_todo: &'static [&'static str],
    /// Heads the page of a symbol that leads elsewhere.
    pub elsewhere: &'static [&'static str],
    /// Heads what it says.
    pub says_heading: &'static str,
    /// What to make of it.
    pub elsewhere_lead: &'static str,
    /// Its address looks like ours.
    pub lookalike: &'static str,
    /// It is an address of ours, of something else.
    pub other_page: &'static str,
    /// What to do with a symbol that leads elsewhere.
    pub elsewhere_todo: &'static [&'static str],
    /// Heads the page of a file that is no picture we read.
    pub unreadable: &'static [&'static str],
    /// Which pictures we read.
    pub unreadable_lead: &'static str,
    /// Heads the page of a picture beyond a limit.
    pub too_big: &'static [&'static str],
    /// Which limit.
    pub too_big_lead: &'static str,
    /// Heads the page when too many pictures came.
    pub too_many: &'static [&'static str],
    /// What to do then.
    pub too_many_lead: &'static str,
}

impl CheckTexts {
    /// What keeps a text from being a serial.
    pub fn flaw(&self, flaw: &Flaw) -> String {
        let (words, shown, number) = match flaw {
            Flaw::Impossible(shown) => (self.impossible, shown, 0),
            Flaw::Short(shown, missing) => (self.short, shown, *missing),
            Flaw::Hidden(shown) => (self.hidden, shown, 0),
            Flaw::Long(shown, over) => (self.long, shown, *over),
        };
        let words = words.replace("{n}", &number.to_string());
        words.replace("{shown}", shown)
    }

    /// What is said while a serial is typed, by its name in `web-verify/check/typing.js`.
    pub const fn typing(&self) -> [(&'static str, &'static str); 5] {
        [
            ("impossible", self.impossible),
            ("short", self.short),
            ("hidden", self.hidden),
            ("whole", self.whole),
            ("long", self.long),
        ]
    }

    /// What is said around camera and photo, by its name in `web-verify/check/`.
    pub fn looking(&self, domain: &str) -> [(&'static str, String); 22] {
        let words = [
            ("several", self.several_seen),
            ("several-lead", self.several_lead),
            ("several-this", self.several_this),
            ("camera", self.camera),
            ("stop", self.stop),
            ("torch", self.torch),
            ("aim", self.aim),
            ("video", self.video),
            ("opening", self.opening),
            ("refused", self.refused),
            ("missing", self.missing),
            ("busy", self.busy),
            ("insecure", self.insecure),
            ("found", self.found),
            ("reading", self.reading),
            ("sending", self.sending),
            ("no-file", self.no_file),
            ("too-big", self.too_big_lead),
            ("says", self.says_heading),
            ("elsewhere", self.elsewhere_lead),
            ("lookalike", self.lookalike),
            ("other-page", self.other_page),
        ];
        words.map(|(name, words)| (name, words.replace("{domain}", domain)))
    }
}
