//! Every limit, and its number.

/// A limit on what can be guessed or flooded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Serials that are not ours, of a network. A person mistypes a few; behind one address of a mobile network are
    /// thousands of people, most of whom scan. A guesser has 2,400 tries a day, of which one in 2²⁸ would get past the tag.
    Guesses,
    /// Questions by the same serial, whoever asks. A person asks once or twice, a shop some times; a serial that is shown
    /// in a film is asked by thousands, who are told to scan their own.
    Asks,
    /// Wrong hidden codes of one phone with one mark: a person mistypes once or twice.
    TriesOfAPhone,
    /// Wrong hidden codes of one network with one mark. Cookies can be thrown away, addresses less easily; behind one are
    /// several people at most who hold the same pack.
    TriesOfANetwork,
    /// Wrong hidden codes of one network with what is no mark of ours, or with marks with which it has failed lately: as many
    /// as serials may be guessed.
    TriesOfANetworkInAll,
    /// Wrong hidden codes of one network with marks with which it has not failed lately. Behind one address of a mobile network are
    /// thousands of people: one of them who guesses cannot use up what the others have, but with as many marks.
    FirstTriesOfANetwork,
    /// Wrong hidden codes of one mark, from networks that have failed with it within about the hour.
    TriesAgain,
    /// Wrong hidden codes of one mark, by whomever: one comes back every six seconds.
    TriesWithAMark,
    /// Histories that are deleted from one network. Each is a row until it is worked off, and names of phones cost nothing.
    /// A person does it once; behind one address are many people, few of whom do.
    Forgetting,
    /// Photos that a network has read. Most browsers read theirs themselves.
    Photos,
    /// Reports of suspect packs, and additions, of a network. Behind one address of a mobile network are thousands of
    /// people, of whom few report.
    TipsOfANetwork,
    /// The same of a phone: one report, its mistakes, and some additions.
    TipsOfAPhone,
    /// Tickets that open nothing, of a network. A ticket has 80 bits and cannot be found by trying; the limit keeps trying
    /// from costing us anything.
    Tickets,
    /// Requests with checks that were made without a network. Behind one address of a mobile network are thousands of
    /// phones, few of which were without a network just before; what is refused waits on the phone.
    OfflineChecks,
}

impl Limit {
    /// All of them, in the order in which they stand above.
    pub const ALL: [Self; 14] = [
        Self::Guesses,
        Self::Asks,
        Self::TriesOfAPhone,
        Self::TriesOfANetwork,
        Self::TriesOfANetworkInAll,
        Self::FirstTriesOfANetwork,
        Self::TriesAgain,
        Self::TriesWithAMark,
        Self::Forgetting,
        Self::Photos,
        Self::TipsOfANetwork,
        Self::TipsOfAPhone,
        Self::Tickets,
        Self::OfflineChecks,
    ];

    /// How many an hour, if nothing else is said.
    pub const fn per_hour(self) -> u32 {
        match self {
            Self::Guesses | Self::TriesOfANetworkInAll => 100,
            Self::TriesOfAPhone => 5,
            Self::TriesOfANetwork | Self::TipsOfAPhone => 20,
            Self::FirstTriesOfANetwork | Self::TriesWithAMark => 600,
            Self::Asks
            | Self::TriesAgain
            | Self::Forgetting
            | Self::Photos
            | Self::TipsOfANetwork
            | Self::Tickets
            | Self::OfflineChecks => 60,
        }
    }

    /// The word that refusals are counted under: limits that serve one purpose have one.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Guesses => "guesses",
            Self::Asks => "asks",
            Self::TriesOfAPhone
            | Self::TriesOfANetwork
            | Self::TriesOfANetworkInAll
            | Self::FirstTriesOfANetwork
            | Self::TriesAgain
            | Self::TriesWithAMark => "tries",
            Self::Forgetting => "forgetting",
            Self::Photos => "photos",
            Self::TipsOfANetwork | Self::TipsOfAPhone => "tips",
            Self::Tickets => "tickets",
            Self::OfflineChecks => "offline_checks",
        }
    }
}
