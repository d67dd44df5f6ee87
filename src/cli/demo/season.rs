//! A whole season around the demonstration's one batch: 16 producers, of whom 13 are licensees, two printers, orders in
//! every state. All names are invented.
//!
//! Each step has a name for its request, so that a second run, or one after an interruption, does what is missing.

use jiff::{Timestamp, ToSpan, civil};

use super::steps::{say, words};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::area::Area;
use crate::domain::calendar::day_of;
use crate::domain::container::ContainerKind;
use crate::domain::entitlement::Account;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::form::Form;
use crate::domain::ledger::entry::Destruction;
use crate::domain::licensee::particulars::Standard;
use crate::domain::licensee::{
    LegalBasis, LicenseeNumber, LicenseeState, NewLicensee, Particulars, Step, StepTaken,
};
use crate::domain::lot::{LotLabel, LotNumber, NewLot, TestReport, TestResult};
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::market::Market;
use crate::domain::order::{NewOrder, OrderNumber};
use crate::domain::plan::PlanFigures;
use crate::domain::printer::{NewPrinter, PrinterNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;
use crate::service::containers::{self, Fill};
use crate::service::desk::Call;
use crate::service::issue::{self, Issue};
use crate::service::keys::LiveKeys;
use crate::service::marks::{self, Change, Which};
use crate::service::{entitlements, ledger, licensees, lots, orders, plan, printers, transfers};
use crate::store::Store;

/// Producers besides the first one, whom the demonstration's batch belongs to.
const OTHERS: [&str; 15] = [
    "沅江虚构甲洲芦笋有限公司",
    "沅江虚构乙洲食品有限公司",
    "沅江虚构丙湖农业有限公司",
    "沅江虚构丁港芦笋厂",
    "沅江虚构戊洲芦笋专业合作社",
    "沅江虚构己湖水产芦笋合作社",
    "沅江虚构庚垸食品厂",
    "沅江虚构辛洲生态农业有限公司",
    "沅江虚构壬湖芦笋有限公司",
    "沅江虚构癸洲罐头有限公司",
    "沅江虚构子湖芦笋有限公司",
    "沅江虚构丑洲食品有限公司",
    "沅江虚构寅湖芦笋合作社",
    "沅江虚构卯洲家庭农场",
    "沅江虚构辰湖芦笋有限公司",
];
/// How many of them are licensees; the others have applied, or were not approved.
const LICENSEES: usize = 12;
const PRODUCT: &str = "清水芦笋罐头 425 g";

struct Story<'a> {
    store: &'a Store,
    keys: &'a LiveKeys,
    now: Timestamp,
    year: i16,
    season: Season,
    told: u32,
}

/// Makes the season, or finds it. Returns the printer of its orders.
pub(super) async fn fill(
    store: &Store,
    keys: &LiveKeys,
    now: Timestamp,
    output: &mut Output,
) -> Result<PrinterNumber, Failure> {
    let before = ledger::head(store).await?.number;
    let year = day_of(now).year();
    let season = u16::try_from(year).ok().and_then(Season::new);
    let season = season.ok_or_else(|| Failure::new("the clock is wrong", "set the clock"))?;
    let mut story = Story {
        store,
        keys,
        now,
        year,
        season,
        told: 0,
    };
    let printer = story.tell().await?;
    let entries = ledger::head(store).await?.number;
    let what = format!(
        "a season: 16 producers, 13 licensees, 11 orders in every state; {entries} entries in the ledger"
    );
    say(output, entries > before, &what)?;
    Ok(printer)
}

fn broken<T>(value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::new("the story is wrong", "report this fault"))
}

fn line(text: &str) -> Result<Line, Failure> {
    Line::new("text", text).map_err(|error| Failure::new(error.to_string(), "report this fault"))
}

/// A sample code that passes the check and belongs to nobody.
fn uscc(number: usize) -> Result<Uscc, Failure> {
    let body = format!("91430981MA4TEXT{:02}", number + 50);
    let code = |check| Uscc::new(&format!("{body}{check}")).ok();
    broken("0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(code))
}

impl Story<'_> {
    /// The next step, by this person.
    fn by(&mut self, person: &str) -> Result<Call, Failure> {
        self.told += 1;
        Ok(Call {
            request: Some(line(&format!("demo-season-{}", self.told))?),
            ..Call::new(line(person)?, self.now)
        })
    }

    /// A day of this year, or today if it is still to come.
    fn day(&self, month: i8, day: i8) -> civil::Date {
        civil::date(self.year, month, day).min(day_of(self.now))
    }

    async fn tell(&mut self) -> Result<PrinterNumber, Failure> {
        let numbers = self.enter_producers().await?;
        self.take_steps(&numbers).await?;
        let printer = self.enter_printer().await?;
        self.grant(&numbers).await?;
        self.transfer(&numbers).await?;
        self.waiting_orders(&numbers, printer).await?;
        self.orders_at_work(&numbers, printer).await?;
        self.closed_order(numbers[0], printer).await?;
        self.recalled_lot(numbers[1], printer).await?;
        self.proposed_exit(numbers[9]).await?;
        self.plan().await?;
        Ok(printer)
    }

    /// What the plan's targets are measured against: the producers of this story, and a trade as small as it.
    async fn plan(&mut self) -> Result<(), Failure> {
        let call = self.by("科长乙")?;
        let figures = PlanFigures {
            version: 1,
            season: self.season,
            producers: 16,
            output_tonnes: 5,
            document: words("演示行业统计")?,
        };
        plan::set(self.store, &call, figures).await?;
        Ok(())
    }

    /// All producers apply; licensees are reviewed, approved and admitted.
    async fn enter_producers(&mut self) -> Result<Vec<LicenseeNumber>, Failure> {
        let mut numbers = Vec::new();
        for (place, name) in OTHERS.into_iter().enumerate() {
            let basis = LegalBasis::ALL[place % LegalBasis::ALL.len()];
            let township = Township::all().nth(place % 14);
            let area = Area::from_text(&format!("{}", 1200 + 150 * place));
            let particulars = Particulars {
                forms: [Form::Canned, Form::Fresh].into(),
                products: vec![words(PRODUCT)?, words("鲜芦笋 500 g")?],
                standards: vec![Standard {
                    number: words("演示标准")?,
                    version: words("2026")?,
                }],
                areas: [(broken(township)?, broken(area)?)].into(),
                ..Particulars::new(words(name)?, basis)
            };
            let new = NewLicensee {
                uscc: uscc(place)?,
                particulars,
                state: LicenseeState::Applied,
                date: self.day(1, 6),
                document: None,
            };
            let call = self.by("登记员甲")?;
            let number = licensees::enter(self.store, &call, new).await?.number;
            numbers.push(number);
            if place < LICENSEES {
                for step in [Step::Review, Step::Approve, Step::Admit] {
                    self.step(number, step, "符合使用条件").await?;
                }
            } else if place > LICENSEES {
                self.step(number, Step::Reject, "产地不在保护范围").await?;
            }
        }
        Ok(numbers)
    }

    fn taken(&self, step: Step, ground: &str) -> Result<StepTaken, Failure> {
        let date = self.day(1, 20);
        let document = format!("演示〔{}〕{}号", self.year, step as u8 + 1);
        let due = date.checked_add(30.days()).ok();
        Ok(StepTaken {
            step,
            date,
            ground: line(ground)?,
            document: Some(line(&document)?),
            due: due.filter(|_| step == Step::OrderCorrection),
            marks_good_until: None,
        })
    }

    async fn step(
        &mut self,
        number: LicenseeNumber,
        step: Step,
        ground: &str,
    ) -> Result<(), Failure> {
        let taken = self.taken(step, ground)?;
        if step.needs_two() {
            let call = self.by("科长乙")?;
            licensees::propose_step(self.store, &call, number, taken).await?;
            let call = self.by("局长丙")?;
            licensees::confirm_step(self.store, &call, number).await?;
        } else {
            let call = self.by("科长乙")?;
            licensees::take_step(self.store, &call, number, taken).await?;
        }
        Ok(())
    }

    /// One is suspended, one has given its right up, one is vetoed and blacklisted, one must correct something.
    async fn take_steps(&mut self, numbers: &[LicenseeNumber]) -> Result<(), Failure> {
        self.step(numbers[8], Step::OrderCorrection, "台账登记不全")
            .await?;
        self.step(numbers[9], Step::Suspend, "停产").await?;
        self.step(numbers[10], Step::Cancel, "停止经营，申请注销（演示）")
            .await?;
        self.step(numbers[11], Step::Exit, "转让专用标志（演示）")
            .await?;
        self.step(numbers[11], Step::Blacklist, "转让专用标志（演示）")
            .await
    }

    async fn enter_printer(&mut self) -> Result<PrinterNumber, Failure> {
        let new = NewPrinter {
            name: words("虚构标签印务有限公司")?,
            uscc: uscc(30)?,
            licence: words("演示印证字002号")?,
        };
        let call = self.by("登记员甲")?;
        Ok(printers::enter(self.store, &call, new).await?.number)
    }

    const fn account(&self, licensee: LicenseeNumber) -> Account {
        Account {
            licensee,
            season: self.season,
            form: Form::Canned,
        }
    }

    /// Surveys of this season; one licensee's last season is closed and a part of it goes over.
    async fn grant(&mut self, numbers: &[LicenseeNumber]) -> Result<(), Failure> {
        let area = broken(Area::from_text("1000"))?;
        let document = words("演示测产报告")?;
        let last = broken(Season::new(self.season.year() - 1))?;
        let of_last = Account {
            season: last,
            ..self.account(numbers[0])
        };
        let call = self.by("测产员丁")?;
        entitlements::grant(self.store, &call, of_last, area, 425, document.clone()).await?;
        let call = self.by("科长乙")?;
        entitlements::carry_over(self.store, &call, of_last).await?;
        for number in &numbers[..9] {
            if *number == numbers[8] {
                continue; // what must be corrected comes first
            }
            let account = self.account(*number);
            let call = self.by("测产员丁")?;
            entitlements::grant(self.store, &call, account, area, 425, document.clone()).await?;
        }
        let call = self.by("科长乙")?;
        let (account, reason) = (self.account(numbers[2]), words("水淹减产")?);
        entitlements::adjust(
            self.store,
            &call,
            account,
            -20_000,
            reason,
            words("演示核减1号")?,
        )
        .await?;
        Ok(())
    }

    /// One transfer is done, another waits for its receiver.
    async fn transfer(&mut self, numbers: &[LicenseeNumber]) -> Result<(), Failure> {
        let from = self.account(numbers[3]);
        for (to, confirmed) in [(numbers[4], true), (numbers[5], false)] {
            let call = self.by("企业员工戊")?;
            let document = Some(words("演示购销合同")?);
            let transfer =
                transfers::propose(self.store, &call, from, to, 10_000, document).await?;
            let call = self.by("企业员工戊")?;
            transfers::confirm(self.store, &call, transfer.number, from.licensee).await?;
            if confirmed {
                let call = self.by("企业员工己")?;
                transfers::confirm(self.store, &call, transfer.number, to).await?;
            }
        }
        Ok(())
    }

    async fn place(
        &mut self,
        licensee: LicenseeNumber,
        quantity: u32,
    ) -> Result<OrderNumber, Failure> {
        let new = NewOrder {
            licensee,
            season: self.season,
            form: Form::Canned,
            product: words(PRODUCT)?,
            quantity: broken(MarkCount::new(quantity))?,
            market: Some(broken(Market::new("湖南、广东").ok())?),
        };
        let call = self.by("企业员工戊")?;
        Ok(orders::place(self.store, &call, new).await?.number)
    }

    async fn approve(&mut self, order: OrderNumber) -> Result<(), Failure> {
        let call = self.by("科长乙")?;
        orders::approve(self.store, &call, order, None).await?;
        Ok(())
    }

    async fn issue(
        &mut self,
        order: OrderNumber,
        printer: PrinterNumber,
    ) -> Result<BatchNumber, Failure> {
        let call = self.by("科长乙")?;
        orders::assign(self.store, &call, order, printer).await?;
        let new = Issue {
            order,
            has_hidden_codes: false,
            idempotency_key: line(&format!("demo-season-order-{order}"))?,
            actor: words("制码员庚")?,
        };
        Ok(issue::issue(self.store, self.keys, &new, self.now)
            .await?
            .batch
            .number)
    }

    /// An order whose printer has the data pack.
    async fn released(
        &mut self,
        licensee: LicenseeNumber,
        printer: PrinterNumber,
        quantity: u32,
    ) -> Result<(OrderNumber, BatchNumber), Failure> {
        let order = self.place(licensee, quantity).await?;
        self.approve(order).await?;
        let batch = self.issue(order, printer).await?;
        let call = self.by("制码员庚")?;
        let receiver = words("虚构标签印务有限公司收件")?;
        orders::release(self.store, &call, order, receiver, None).await?;
        Ok((order, batch))
    }

    /// Placed, rejected, cancelled, approved, issued.
    async fn waiting_orders(
        &mut self,
        numbers: &[LicenseeNumber],
        printer: PrinterNumber,
    ) -> Result<(), Failure> {
        self.place(numbers[2], 8_000).await?;
        let order = self.place(numbers[3], 900_000).await?;
        let call = self.by("科长乙")?;
        orders::reject(self.store, &call, order, words("超出额度")?).await?;
        let order = self.place(numbers[4], 5_000).await?;
        self.approve(order).await?;
        let call = self.by("科长乙")?;
        orders::cancel(self.store, &call, order, words("数量填写有误")?).await?;
        let order = self.place(numbers[5], 6_000).await?;
        self.approve(order).await?;
        let order = self.place(numbers[6], 6_000).await?;
        self.approve(order).await?;
        self.issue(order, printer).await?;
        Ok(())
    }

    async fn report(
        &mut self,
        person: &str,
        batch: BatchNumber,
        event: EventKind,
        lines: &str,
        lot: Option<LotNumber>,
    ) -> Result<(), Failure> {
        let mut change = Change::new(event, Which::Lines(lines), Some(batch));
        change.lot = lot;
        if let EventKind::Withdrawn(kind) = event {
            change.reason = Some(words(kind.chinese())?);
            if kind == Withdrawal::Destroyed {
                let witnesses = (words("见证人辛")?, words("见证人壬")?);
                let date = day_of(self.now);
                change.destruction = Some(Destruction { date, witnesses });
            }
        }
        let call = self.by(person)?;
        marks::change(self.store, self.keys, &call, &change).await?;
        Ok(())
    }

    /// One is being printed, too much of it spoiled; one is on its way in rolls; one is packed and sold.
    async fn orders_at_work(
        &mut self,
        numbers: &[LicenseeNumber],
        printer: PrinterNumber,
    ) -> Result<(), Failure> {
        let spoiled = EventKind::Withdrawn(Withdrawal::Spoiled);
        let (_, batch) = self.released(numbers[6], printer, 5_000).await?;
        self.report("印刷工癸", batch, spoiled, "100-219", None)
            .await?;
        self.report(
            "印刷工癸",
            batch,
            EventKind::Printed,
            "0-99\n220-2999",
            None,
        )
        .await?;

        let (_, batch) = self.released(numbers[7], printer, 3_000).await?;
        self.report("印刷工癸", batch, EventKind::Printed, "0-2999", None)
            .await?;
        let mut rolls = Vec::new();
        for roll in 0..3 {
            let lines = format!("{}-{}", roll * 1000, roll * 1000 + 999);
            let fill = Fill {
                kind: ContainerKind::Roll,
                batch: Some(batch),
                lines: &lines,
                label: Some(line(&format!("卷 {}", roll + 1))?),
            };
            let call = self.by("印刷工癸")?;
            rolls.push(
                containers::fill(self.store, self.keys, &call, &fill)
                    .await?
                    .number,
            );
        }
        let call = self.by("印刷工癸")?;
        let sent = Change::new(EventKind::Delivered, Which::Containers(&rolls[..2]), None);
        marks::change(self.store, self.keys, &call, &sent).await?;

        let (_, batch) = self.released(numbers[2], printer, 4_000).await?;
        self.deliver(batch, "0-3999").await?;
        let lot = self.tested_lot(numbers[2], "A-01", 4_000).await?;
        self.report("检验员子", batch, EventKind::Activated, "0-3499", Some(lot))
            .await?;
        self.report("仓管员丑", batch, EventKind::Used, "0-2999", None)
            .await
    }

    async fn deliver(&mut self, batch: BatchNumber, lines: &str) -> Result<(), Failure> {
        self.report("印刷工癸", batch, EventKind::Printed, lines, None)
            .await?;
        self.report("印刷工癸", batch, EventKind::Delivered, lines, None)
            .await?;
        self.report("仓管员丑", batch, EventKind::Received, lines, None)
            .await
    }

    async fn lot(
        &mut self,
        licensee: LicenseeNumber,
        code: &str,
        packs: u32,
    ) -> Result<LotNumber, Failure> {
        let new = NewLot {
            licensee,
            public: LotLabel {
                code: line(code)?,
                product: words(PRODUCT)?,
                form: Form::Canned,
                season: self.season,
                harvested: self.day(3, 20),
                township: broken(Township::from_text("胭脂湖街道"))?,
                standard: words("演示标准 2026")?,
                certificate: Some(words("演示合格证")?),
            },
            packs,
            steps: vec![
                words("剥壳")?,
                words("预煮")?,
                words("装罐")?,
                words("杀菌")?,
            ],
        };
        let call = self.by("仓管员丑")?;
        Ok(lots::enter(self.store, &call, new).await?.number)
    }

    async fn test(
        &mut self,
        lot: LotNumber,
        number: &str,
        result: TestResult,
    ) -> Result<(), Failure> {
        let report = TestReport {
            laboratory: words("虚构检验所")?,
            number: line(number)?,
            date: self.day(4, 10),
            result,
            file: None,
        };
        let call = self.by("检验员子")?;
        lots::report(self.store, &call, lot, report).await?;
        Ok(())
    }

    async fn tested_lot(
        &mut self,
        licensee: LicenseeNumber,
        code: &str,
        packs: u32,
    ) -> Result<LotNumber, Failure> {
        let lot = self.lot(licensee, code, packs).await?;
        self.test(lot, &format!("演示检验{code}"), TestResult::Passed)
            .await?;
        Ok(lot)
    }

    /// Every label accounted for: used, spoiled, lost, returned, destroyed, on hand.
    async fn closed_order(
        &mut self,
        licensee: LicenseeNumber,
        printer: PrinterNumber,
    ) -> Result<(), Failure> {
        let withdrawn = EventKind::Withdrawn;
        let (order, batch) = self.released(licensee, printer, 2_000).await?;
        self.report(
            "印刷工癸",
            batch,
            withdrawn(Withdrawal::Spoiled),
            "1980-1999",
            None,
        )
        .await?;
        self.deliver(batch, "0-1979").await?;
        let lot = self.tested_lot(licensee, "B-07", 2_000).await?;
        self.report("检验员子", batch, EventKind::Activated, "0-1899", Some(lot))
            .await?;
        self.report("仓管员丑", batch, EventKind::Used, "0-1889", None)
            .await?;
        self.report(
            "仓管员丑",
            batch,
            withdrawn(Withdrawal::Lost),
            "1890-1899",
            None,
        )
        .await?;
        self.report(
            "仓管员丑",
            batch,
            withdrawn(Withdrawal::Returned),
            "1900-1949",
            None,
        )
        .await?;
        self.report(
            "科长乙",
            batch,
            withdrawn(Withdrawal::Destroyed),
            "1900-1949\n1980-1999",
            None,
        )
        .await?;
        let call = self.by("科长乙")?;
        orders::close(self.store, &call, order, 30).await?;
        Ok(())
    }

    /// A lot that failed a later test: its marks are recalled at once.
    async fn recalled_lot(
        &mut self,
        licensee: LicenseeNumber,
        printer: PrinterNumber,
    ) -> Result<(), Failure> {
        let (_, batch) = self.released(licensee, printer, 1_000).await?;
        self.deliver(batch, "0-999").await?;
        let lot = self.tested_lot(licensee, "C-03", 1_000).await?;
        self.report("检验员子", batch, EventKind::Activated, "0-999", Some(lot))
            .await?;
        self.report("仓管员丑", batch, EventKind::Used, "0-799", None)
            .await?;
        self.test(lot, "演示抽检C-03", TestResult::Failed).await
    }

    /// An exit that waits for its second person.
    async fn proposed_exit(&mut self, licensee: LicenseeNumber) -> Result<(), Failure> {
        let taken = self.taken(Step::Exit, "停产后申请退出（演示）")?;
        let call = self.by("approver")?;
        licensees::propose_step(self.store, &call, licensee, taken).await?;
        Ok(())
    }
}
