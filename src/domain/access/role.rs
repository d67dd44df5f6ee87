//! The roles, and the table of what each may do.

use super::permission::Permission;
use super::scope::Scope;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::words::words;

words! {
    /// What a person is there for. Everybody has one; who does two things has two sign-ins, so that a theft of one
    /// opens little.
    pub enum Role {
        /// Of the authority: decides, and proposes what needs two.
        Approver = "approver" "审批人",
        /// Of the authority: confirms what an approver proposed.
        SecondApprover = "second_approver" "复核人" "second approver",
        /// Of the association: keeps files, entitlements, orders and lots.
        Registrar = "registrar" "登记员",
        /// Of a printing house: its own orders.
        Printer = "printer" "承印方",
        /// Of a lawful user: its own file, orders and marks.
        Licensee = "licensee" "合法使用人",
        /// Checks packs in markets and stocks in warehouses.
        Inspector = "inspector" "检查员",
        /// Reads everything, changes nothing.
        Auditor = "auditor" "审计员",
        /// Keeps accounts of people, and nothing else.
        Administrator = "administrator" "系统管理员",
    }
}

impl Role {
    /// The scope that this role has with these parties; `None` if they do not belong together.
    pub const fn scope(
        self,
        licensee: Option<LicenseeNumber>,
        printer: Option<PrinterNumber>,
    ) -> Option<Scope> {
        match (self, licensee, printer) {
            (Self::Licensee, Some(licensee), None) => Some(Scope::Licensee(licensee)),
            (Self::Printer, None, Some(printer)) => Some(Scope::Printer(printer)),
            (Self::Licensee | Self::Printer, ..) => None,
            (_, None, None) => Some(Scope::All),
            _ => None,
        }
    }

    /// Whether this role signs in with a second factor or not at all.
    pub const fn needs_second_factor(self) -> bool {
        matches!(
            self,
            Self::Approver | Self::SecondApprover | Self::Auditor | Self::Administrator
        )
    }

    /// Whether the role may do this, within its scope.
    #[allow(clippy::match_same_arms)] // a table to look things up in, by subject
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        use Role::SecondApprover;
        use Role::{Administrator, Approver, Auditor, Inspector, Licensee, Printer, Registrar};
        match permission {
            P::LicenseeRead | P::DocumentRead | P::EntitlementRead => {
                !matches!(self, Printer | Administrator)
            }
            P::OrderRead | P::BatchRead | P::MarkRead | P::ContainerRead | P::Search => {
                !matches!(self, Administrator)
            }
            P::LotRead => !matches!(self, Printer | Administrator),
            P::TransferRead => matches!(
                self,
                Approver | SecondApprover | Registrar | Licensee | Auditor
            ),
            P::PrinterRead => matches!(
                self,
                Approver | SecondApprover | Registrar | Printer | Inspector | Auditor
            ),
            P::LedgerRead => matches!(
                self,
                Approver | SecondApprover | Registrar | Licensee | Printer | Inspector | Auditor
            ),
            P::ReportRead => matches!(
                self,
                Approver | SecondApprover | Registrar | Inspector | Auditor
            ),
            P::Export => matches!(
                self,
                Approver | SecondApprover | Registrar | Licensee | Printer | Auditor
            ),
            P::LedgerProve => matches!(self, Approver | Registrar | Auditor),
            P::MarkCheck => matches!(self, Inspector | Approver),
            P::ExposureRead | P::NoticeAnswer => matches!(self, Licensee),
            P::TipRead | P::AlertRead | P::CaseRead => matches!(
                self,
                Approver | SecondApprover | Registrar | Inspector | Auditor
            ),
            P::TrailRead => matches!(self, Auditor | Administrator),
            P::UserManage => matches!(self, Administrator),

            P::LicenseeEnter | P::LicenseeFile | P::LicenseeImport => matches!(self, Registrar),
            P::LicenseeReview => matches!(self, Registrar),
            P::LicenseeDecide | P::LicenseePropose => matches!(self, Approver),
            P::LicenseeConfirm => matches!(self, SecondApprover),
            P::LicenseeDrop => matches!(self, Approver | SecondApprover),
            P::DocumentAdd => matches!(self, Registrar | Licensee),
            P::CoefficientsSet | P::PlanSet | P::EntitlementAdjust => matches!(self, Approver),
            P::EntitlementGrant | P::EntitlementClose => matches!(self, Registrar),
            P::TransferPropose | P::TransferConfirm => matches!(self, Registrar | Licensee),
            P::PrinterKeep => matches!(self, Registrar),

            P::OrderPlace | P::OrderCancel => matches!(self, Registrar | Licensee),
            P::OrderApprove => matches!(self, Approver),
            P::OrderAssign | P::OrderRelease | P::OrderClose => matches!(self, Registrar),
            P::PackTake => matches!(self, Registrar | Printer),
            P::PackAgain => matches!(self, Approver | SecondApprover),
            P::MarkPrint => matches!(self, Registrar | Printer),
            P::MarkDeliver => matches!(self, Registrar | Printer),
            P::MarkReceive | P::MarkActivate | P::MarkUse => matches!(self, Registrar | Licensee),
            P::MarkDestroy => matches!(self, Registrar | Printer | Licensee),
            P::MarkFreeze => matches!(self, Approver | Inspector),
            P::MarkRevoke => matches!(self, Approver),
            P::ContainerFill | P::ContainerCheck => {
                matches!(self, Registrar | Printer | Licensee)
                    || matches!((self, permission), (Inspector, P::ContainerCheck))
            }
            P::LotEnter => matches!(self, Registrar | Licensee),
            P::LotReport => matches!(self, Registrar),
            P::LotRecall => matches!(self, Approver),
            P::TipHandle | P::AlertHandle | P::CaseHandle => matches!(self, Approver | Inspector),
            P::LedgerCorrect => matches!(self, Registrar),
            P::LedgerNote => matches!(self, Approver | Registrar | Inspector),
        }
    }
}
