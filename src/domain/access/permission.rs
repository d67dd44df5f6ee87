//! What there is to be allowed. A token may be narrowed to some of them by their words.

use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::licensee::Step;
use crate::domain::words::words;

words! {
    /// A thing that a role may or may not do.
    pub enum Permission {
        /// See licensees and their files.
        LicenseeRead = "licensee.read" "查看合法使用人" "see licensees",
        /// See documents and take their content.
        DocumentRead = "document.read" "查看档案文件" "see documents",
        /// See entitlements and coefficients.
        EntitlementRead = "entitlement.read" "查看额度" "see entitlements",
        /// See transfers.
        TransferRead = "transfer.read" "查看额度划转" "see transfers",
        /// See printers.
        PrinterRead = "printer.read" "查看承印方" "see printers",
        /// See orders.
        OrderRead = "order.read" "查看印制订单" "see orders",
        /// See batches.
        BatchRead = "batch.read" "查看批" "see batches",
        /// See marks and what became of them.
        MarkRead = "mark.read" "查看标志" "see marks",
        /// Check packs on the spot.
        MarkCheck = "mark.check" "现场查验" "check packs on the spot",
        /// See rolls and boxes.
        ContainerRead = "container.read" "查看卷和箱" "see rolls and boxes",
        /// See lots and their reports.
        LotRead = "lot.read" "查看生产批次" "see lots",
        /// See the ledger's entries.
        LedgerRead = "ledger.read" "查看台账" "see the ledger",
        /// Have the whole ledger proved.
        LedgerProve = "ledger.prove" "校验台账" "prove the ledger",
        /// See figures over all licensees.
        ReportRead = "report.read" "查看统计" "see reports",
        /// Take lists away as tables.
        Export = "export" "导出" "take tables away",
        /// Search for anything.
        Search = "search" "查找",
        /// See who did what from where.
        TrailRead = "trail.read" "查看操作日志" "see the audit trail",
        /// See what people told of suspect packs, with photos, without contacts.
        TipRead = "tip.read" "查看举报线索" "see tips",
        /// See alerts of the office.
        AlertRead = "alert.read" "查看预警" "see alerts",
        /// See cases.
        CaseRead = "case.read" "查看案件" "see cases",
        /// See alerts on one's own marks.
        ExposureRead = "exposure.read" "查看本单位预警" "see alerts on own marks",
        /// Answer what the office told.
        NoticeAnswer = "notice.answer" "答复监管告知" "answer the office's notices",
        /// Keep the accounts of people.
        UserManage = "user.manage" "管理用户" "keep accounts",

        /// Enter an application.
        LicenseeEnter = "licensee.enter" "登记申请" "enter applications",
        /// Change the particulars of a file.
        LicenseeFile = "licensee.file" "变更档案" "change files",
        /// Take a whole register in.
        LicenseeImport = "licensee.import" "导入名册" "take a register in",
        /// Pass or fail the first review, take in an application anew.
        LicenseeReview = "licensee.review" "初审" "first reviews",
        /// Approve, reject, admit, order corrections, suspend, cancel.
        LicenseeDecide = "licensee.decide" "审批合法使用人" "decide on licensees",
        /// Propose a step that needs two people.
        LicenseePropose = "licensee.propose" "提出退出或黑名单" "propose exits and blacklisting",
        /// Confirm such a step.
        LicenseeConfirm = "licensee.confirm" "复核退出或黑名单" "confirm exits and blacklisting",
        /// Withdraw a proposed step, or send it back as the second person.
        LicenseeDrop = "licensee.drop" "撤回或退回提请" "withdraw proposed steps or send them back",
        /// Add a document to a file.
        DocumentAdd = "document.add" "上传文件" "add documents",
        /// Set the coefficients of entitlements.
        CoefficientsSet = "coefficients.set" "设定核算系数" "set coefficients",
        /// Enter the figures that the plan's targets are measured against.
        PlanSet = "plan.set" "填报规划数据" "enter figures of the plan",
        /// Grant an entitlement from a survey.
        EntitlementGrant = "entitlement.grant" "核定额度" "grant entitlements",
        /// Adjust one.
        EntitlementAdjust = "entitlement.adjust" "调整额度" "adjust entitlements",
        /// Close a season's books.
        EntitlementClose = "entitlement.close" "年度结转" "close seasons",
        /// Propose a transfer, or withdraw it.
        TransferPropose = "transfer.propose" "提出划转" "propose transfers",
        /// Confirm a transfer as its receiver.
        TransferConfirm = "transfer.confirm" "确认划转" "confirm transfers",
        /// Enter printers and end their work.
        PrinterKeep = "printer.keep" "管理承印方" "keep printers",
        /// Place an order.
        OrderPlace = "order.place" "提交订单" "place orders",
        /// Cancel one before its marks are issued.
        OrderCancel = "order.cancel" "取消订单" "cancel orders",
        /// Approve or reject one.
        OrderApprove = "order.approve" "审批订单" "decide on orders",
        /// Assign a printer.
        OrderAssign = "order.assign" "指定承印方" "assign printers",
        /// Issue the marks and release the pack.
        OrderRelease = "order.release" "签发并放行" "issue codes and release packs",
        /// Close one.
        OrderClose = "order.close" "核销订单" "close orders",
        /// Take the pack.
        PackTake = "pack.take" "下载印制包" "take packs",
        /// Approve a second download of a pack, or refuse it.
        PackAgain = "pack.again" "批准再次下载印制包" "approve second downloads of packs",
        /// Report what was printed, good and spoiled.
        MarkPrint = "mark.print" "登记印制" "report printing",
        /// Report what was delivered.
        MarkDeliver = "mark.deliver" "登记发放" "report deliveries",
        /// Confirm what was received.
        MarkReceive = "mark.receive" "确认签收" "confirm receipt",
        /// Activate marks for a lot.
        MarkActivate = "mark.activate" "激活标志" "activate marks",
        /// Report what was used, returned or lost.
        MarkUse = "mark.use" "登记使用、退回、遗失" "report use, returns and losses",
        /// Report what was destroyed before witnesses.
        MarkDestroy = "mark.destroy" "登记销毁" "report destruction",
        /// Freeze marks, and let them go again.
        MarkFreeze = "mark.freeze" "冻结标志" "freeze marks",
        /// Revoke marks for good.
        MarkRevoke = "mark.revoke" "撤销标志" "revoke marks",
        /// Fill a roll or box.
        ContainerFill = "container.fill" "装卷装箱" "fill rolls and boxes",
        /// Hold one against what is in it.
        ContainerCheck = "container.check" "核对箱物" "check rolls and boxes",
        /// Enter a lot.
        LotEnter = "lot.enter" "登记生产批次" "enter lots",
        /// Enter an inspection report.
        LotReport = "lot.report" "登记检验报告" "enter test reports",
        /// Recall a lot, or restore it.
        LotRecall = "lot.recall" "召回批次" "recall lots",
        /// Handle what people told, and see how they are reached.
        TipHandle = "tip.handle" "办理举报线索" "handle tips",
        /// Take, merge and decide alerts.
        AlertHandle = "alert.handle" "办理预警" "handle alerts",
        /// Open cases, and do what is to be done in them.
        CaseHandle = "case.handle" "办理案件" "handle cases",
        /// Correct an entry by another.
        LedgerCorrect = "ledger.correct" "更正台账" "correct the ledger",
        /// Add a note.
        LedgerNote = "ledger.note" "台账备注" "add notes to the ledger",
    }
}

impl Permission {
    /// What an event on marks needs: any one of these.
    pub const fn for_event(event: EventKind) -> &'static [Self] {
        match event {
            EventKind::Printed => &[Self::MarkPrint],
            EventKind::Delivered => &[Self::MarkDeliver],
            EventKind::Received => &[Self::MarkReceive],
            EventKind::Activated => &[Self::MarkActivate],
            EventKind::Used | EventKind::Withdrawn(Withdrawal::Returned) => &[Self::MarkUse],
            EventKind::Withdrawn(Withdrawal::Spoiled | Withdrawal::Lost) => {
                &[Self::MarkPrint, Self::MarkUse]
            }
            EventKind::Withdrawn(Withdrawal::Destroyed) => &[Self::MarkDestroy],
            EventKind::Withdrawn(Withdrawal::Recalled)
            | EventKind::Restored(Withdrawal::Recalled) => &[Self::LotRecall],
            EventKind::Withdrawn(Withdrawal::Frozen) | EventKind::Restored(Withdrawal::Frozen) => {
                &[Self::MarkFreeze]
            }
            // The rules restore nothing else.
            EventKind::Withdrawn(Withdrawal::Revoked) | EventKind::Restored(_) => {
                &[Self::MarkRevoke]
            }
            EventKind::Undone(_) => &[Self::LedgerCorrect],
        }
    }

    /// What a step on a licensee's path needs: those of two people are proposed, and confirmed by another role.
    pub const fn for_step(step: Step) -> Self {
        match step {
            Step::Review | Step::Reapply => Self::LicenseeReview,
            step if step.needs_two() => Self::LicenseePropose,
            _ => Self::LicenseeDecide,
        }
    }
}
