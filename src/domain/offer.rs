//! The offer of an order's pack to its printer (领取数据包): encrypted to the printer's key, for one download until a
//! time. Whoever takes it has it; a second download needs another person's approval.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::calendar::BEIJING;
use super::licensee::is_same_person;
use super::recipient::Recipient;
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::words::words;

words! {
    /// How an offer stands. Whether its time is over, the clock says besides.
    pub enum OfferState {
        /// It may be downloaded once.
        Open = "open" "可领取",
        /// A download has begun: bytes have left the house, be they all or not.
        Taken = "taken" "已领取",
        /// A second download was asked for.
        Asked = "asked" "申请再次领取" "second download asked for",
        /// It was taken back.
        Withdrawn = "withdrawn" "已收回",
    }
}

/// The offer of an order's pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// How it stands.
    pub state: OfferState,
    /// Which opening this is, from 1: each has a link of its own.
    pub opening: u32,
    /// To which key it is encrypted.
    pub recipient: Recipient,
    /// Until when it may be downloaded.
    pub until: Timestamp,
    /// How many downloads have begun.
    pub taken: u32,
    /// Who asks for a second download.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// The request of a second download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who asks.
    pub by: Line,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Line,
}

/// For how many days an offer is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDays(u8);

impl OpenDays {
    /// The most days: a link that nobody took in a month is forgotten somewhere.
    pub const MOST: u8 = 30;
    /// A working week with a weekend.
    pub const DEFAULT: Self = Self(7);

    /// From 1 to [`OpenDays::MOST`].
    pub fn new(days: u8) -> Option<Self> {
        (1..=Self::MOST).contains(&days).then_some(Self(days))
    }

    /// How many.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Until when, from now on.
    pub fn from(self, now: Timestamp) -> Timestamp {
        now.saturating_add(SignedDuration::from_hours(24 * i64::from(self.0)))
            .expect("a time of hours is always added")
    }
}

impl Offer {
    /// The first offer of an order's pack.
    ///
    /// # Errors
    /// [`Refusal`] if its time is not within the next [`OpenDays::MOST`] days.
    pub fn new(recipient: &Recipient, until: Timestamp, now: Timestamp) -> Result<Self, Refusal> {
        check_time(until, now)?;
        Ok(Self {
            state: OfferState::Open,
            opening: 1,
            recipient: recipient.clone(),
            until,
            taken: 0,
            asked: None,
        })
    }

    /// Whether it may be downloaded at this time.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == OfferState::Open && now < self.until
    }

    /// Offers it anew, perhaps to another key, as long as nobody has taken it.
    ///
    /// # Errors
    /// [`Refusal`] if it is open, or was taken: then a second person must approve.
    pub fn renew(
        &mut self,
        recipient: &Recipient,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.taken > 0 {
            return Err(Refusal::conflict(
                said!(
                    "the pack was downloaded before ({} times)", self.taken;
                    "数据包已经领取过（{} 次）", self.taken
                ),
                said!(
                    "a second download is asked for with `yuanmark pack again`, and approved by another person",
                    "再次领取须提出申请并说明原因，由另一人批准"
                ),
            ));
        }
        if self.is_open(now) {
            return Err(Refusal::conflict(
                said!(
                    "the pack is open for download until {}", minute(self.until);
                    "数据包正在开放领取，截止 {}", minute(self.until)
                ),
                said!(
                    "if its link was lost, stop it first: `yuanmark pack withdraw`",
                    "如链接遗失，请先停止领取，再重新开放"
                ),
            ));
        }
        check_time(until, now)?;
        self.state = OfferState::Open;
        self.opening += 1;
        self.recipient = recipient.clone();
        self.until = until;
        Ok(())
    }

    /// A download begins. It is the only one of this opening.
    ///
    /// # Errors
    /// [`Refusal`] if it is not open, or this is the link of an earlier opening.
    pub fn take(&mut self, opening: u32, now: Timestamp) -> Result<(), Refusal> {
        let refused = |what, advice| Err(Refusal::conflict(what, advice));
        let again = || {
            said!(
                "a second download is asked for, with the reason, and approved by another person",
                "如需再次领取，请提出申请并说明原因，由另一人批准"
            )
        };
        match self.state {
            OfferState::Open if opening != self.opening => refused(
                said!(
                    "this link is not the newest one of its order",
                    "这个链接已经作废，订单另有新的链接"
                ),
                said!(
                    "use the newest link, or ask the office",
                    "请使用最新的链接，或向管理机构询问"
                ),
            ),
            OfferState::Open if now >= self.until => refused(
                said!(
                    "the pack could be downloaded until {}", minute(self.until);
                    "链接已过期：领取截止 {}", minute(self.until)
                ),
                said!("ask the office for a new link", "请向管理机构申请新的链接"),
            ),
            OfferState::Open => {
                self.state = OfferState::Taken;
                self.taken += 1;
                Ok(())
            }
            OfferState::Taken => refused(
                said!(
                    "the pack was downloaded before; each link opens it once",
                    "数据包已经领取过；每个链接只能领取一次"
                ),
                again(),
            ),
            OfferState::Asked => refused(
                said!(
                    "the second download is not approved yet",
                    "再次领取的申请还没有批准"
                ),
                said!("another person must approve it first", "须由另一人先行批准"),
            ),
            OfferState::Withdrawn => refused(
                said!("the pack was taken back", "数据包已停止领取"),
                said!("ask the office for a new link", "请向管理机构申请新的链接"),
            ),
        }
    }

    /// Takes it back before it was downloaded.
    ///
    /// # Errors
    /// [`Refusal`] unless it is offered.
    pub fn withdraw(&mut self) -> Result<(), Refusal> {
        if self.state != OfferState::Open {
            return Err(Refusal::conflict(
                said!(
                    "there is no open download to be stopped ({})", self.state.english();
                    "没有开放的领取可以停止（{}）", self.state.chinese()
                ),
                said!(
                    "what was downloaded cannot be taken back",
                    "已经领取的数据包无法收回"
                ),
            ));
        }
        self.state = OfferState::Withdrawn;
        Ok(())
    }

    /// Asks for a second download.
    ///
    /// # Errors
    /// [`Refusal`] if none has begun yet, or it is open or asked for already.
    pub fn ask(&mut self, by: &Line, reason: &Line, now: Timestamp) -> Result<(), Refusal> {
        if self.taken == 0 || self.is_open(now) {
            return Err(Refusal::conflict(
                said!("the pack was not downloaded yet", "数据包还没有领取过"),
                said!(
                    "the first download needs no approval; if its link is over, the office offers it anew",
                    "首次领取不必申请；链接失效的，请管理机构重新开放领取"
                ),
            ));
        }
        if self.state == OfferState::Asked {
            return Err(Refusal::conflict(
                said!(
                    "a second download was asked for already",
                    "已经提出过再次领取的申请"
                ),
                said!("it waits for approval", "请等待批准"),
            ));
        }
        self.state = OfferState::Asked;
        self.asked = Some(Asked {
            by: by.clone(),
            at: now,
            reason: reason.clone(),
        });
        Ok(())
    }

    /// Approves the second download that was asked for: it is open once more, encrypted to this key, which may be another
    /// than before: the old one may be what was lost.
    ///
    /// # Errors
    /// [`Refusal`] if none was asked for, or the person who asked approves.
    pub fn approve(
        &mut self,
        by: &Line,
        recipient: &Recipient,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let asked = self.waiting()?;
        if is_same_person(&asked.by, by) {
            return Err(Refusal::conflict(
                said!(
                    "{by} asked for this download and cannot approve it too",
                    "再次领取由{by}提出申请，不能由本人批准"
                ),
                said!("a second person must approve it", "请由另一人批准"),
            ));
        }
        check_time(until, now)?;
        self.state = OfferState::Open;
        self.opening += 1;
        self.recipient = recipient.clone();
        self.until = until;
        self.asked = None;
        Ok(())
    }

    /// Refuses the second download that was asked for.
    ///
    /// # Errors
    /// [`Refusal`] if none was asked for.
    pub fn refuse(&mut self) -> Result<(), Refusal> {
        self.waiting()?;
        self.state = OfferState::Taken;
        self.asked = None;
        Ok(())
    }

    fn waiting(&self) -> Result<&Asked, Refusal> {
        let asked = self
            .asked
            .as_ref()
            .filter(|_| self.state == OfferState::Asked);
        asked.ok_or_else(|| {
            Refusal::conflict(
                said!("no second download is asked for", "没有再次领取的申请"),
                said!(
                    "it is asked for with `yuanmark pack again`",
                    "请先提出申请并说明原因"
                ),
            )
        })
    }
}

fn check_time(until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let most = OpenDays(OpenDays::MOST).from(now);
    if until > now && until <= most {
        return Ok(());
    }
    Err(Refusal::invalid(
        said!(
            "a pack is open for download for 1 to {} days", OpenDays::MOST;
            "领取期限为 1 至 {} 天", OpenDays::MOST
        ),
        said!("choose another number of days", "请另选天数"),
    ))
}

fn minute(at: Timestamp) -> String {
    BEIJING
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The refusal of an order whose pack was never offered.
pub fn none_offered(number: super::order::OrderNumber) -> Refusal {
    Refusal::conflict(
        said!(
            "the pack of order {number} was not offered for download",
            "订单 {number} 没有开放领取数据包"
        ),
        said!("`yuanmark pack release` offers it", "请先开放领取"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn line(text: &str) -> Line {
        Line::new("test", text).unwrap()
    }

    fn offer() -> Offer {
        let text = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        Offer::new(&Recipient::new(text).unwrap(), at(24), at(0)).unwrap()
    }

    #[test]
    fn it_is_taken_once() {
        let mut one = offer();
        assert!(one.clone().take(2, at(1)).is_err());
        assert!(one.clone().take(1, at(24)).is_err());
        one.take(1, at(23)).unwrap();
        assert!(one.clone().take(1, at(23)).is_err());
        let same = one.recipient.clone();
        assert!(one.renew(&same, at(48), at(25)).is_err());
        assert!(one.withdraw().is_err());
    }

    #[test]
    fn a_second_download_needs_a_second_person() {
        let mut one = offer();
        let key = one.recipient.clone();
        let (asker, other) = (line("Li Hua"), line("王敏"));
        assert!(one.ask(&asker, &line("lost"), at(1)).is_err());
        one.take(1, at(1)).unwrap();
        assert!(one.approve(&other, &key, at(48), at(2)).is_err());
        one.ask(&asker, &line("lost"), at(2)).unwrap();
        assert!(one.clone().ask(&other, &line("lost"), at(2)).is_err());
        assert!(
            one.clone()
                .approve(&line("li-hua"), &key, at(48), at(3))
                .is_err()
        );
        assert!(one.clone().take(1, at(3)).is_err());
        let mut refused = one.clone();
        refused.refuse().unwrap();
        assert!(refused.take(1, at(3)).is_err());
        one.approve(&other, &key, at(48), at(3)).unwrap();
        assert!(
            one.clone().take(1, at(3)).is_err(),
            "the first link is over"
        );
        one.take(2, at(3)).unwrap();
        assert_eq!((one.taken, one.opening), (2, 2));
    }

    #[test]
    fn what_nobody_took_is_offered_anew() {
        let mut one = offer();
        let key = one.recipient.clone();
        assert!(one.renew(&key, at(48), at(1)).is_err(), "it is open");
        one.clone().renew(&key, at(48), at(24)).unwrap();
        one.withdraw().unwrap();
        assert!(one.clone().take(1, at(1)).is_err());
        one.renew(&key, at(48), at(1)).unwrap();
        assert!(one.clone().take(1, at(1)).is_err());
        one.take(2, at(1)).unwrap();
    }

    #[test]
    fn a_link_does_not_live_for_ever() {
        let one = offer();
        assert!(Offer::new(&one.recipient, at(0), at(0)).is_err());
        assert!(Offer::new(&one.recipient, at(24 * 30), at(0)).is_ok());
        assert!(Offer::new(&one.recipient, at(24 * 30 + 1), at(0)).is_err());
    }
}
