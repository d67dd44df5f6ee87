//! All operations that take a token, each beside what it needs of who asks. An operation that is not here does not exist.

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::guard::Needs::{self, Event, May, Step, Table, Token};
use super::guard::guard;
use super::{
    alerts, batches, cases, containers, documents, entitlements, exhibits, instance, ledger,
    licensees, lots, marks, notices, orders, own, packs, printers, proof, tables, templates,
    transfers,
};
use crate::domain::access::Permission as P;
use crate::domain::document::Document;
use crate::http::{App, openapi};

struct Operations {
    app: App,
    routes: OpenApiRouter<App>,
}

impl Operations {
    /// Adds an operation with what it needs, to the document too.
    fn add(self, needs: Needs, operation: UtoipaMethodRouter<App>) -> Self {
        let (schemas, mut paths, router) = operation;
        for described in paths.paths.values_mut().flat_map(openapi::operations) {
            described.security = Some(needs.security());
        }
        let app = self.app.clone();
        let router = router.route_layer(from_fn(move |request: Request, next: Next| {
            guard(app.clone(), needs, request, next)
        }));
        Self {
            routes: self.routes.routes((schemas, paths, router)),
            ..self
        }
    }
}

/// An operation that takes a whole file.
fn with_file(operation: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    operation.layer(DefaultBodyLimit::max(Document::MOST_BYTES))
}

/// The table of all operations.
pub fn operations(app: App) -> OpenApiRouter<App> {
    let all = Operations {
        app,
        routes: OpenApiRouter::new(),
    };
    let all = all
        // What runs here, and who asks.
        .add(Token, routes!(instance::instance))
        .add(Token, routes!(own::own));
    let all = parties(all);
    let all = quantities(all);
    let all = printing(all);
    let all = labels(all);
    let all = suspicions(all);
    written_down(all).routes
}

/// Who may use the mark, and who prints it.
fn parties(all: Operations) -> Operations {
    all.add(May(P::LicenseeRead), routes!(licensees::list))
        .add(May(P::LicenseeEnter), routes!(licensees::enter))
        .add(May(P::LicenseeRead), routes!(licensees::get))
        .add(May(P::LicenseeFile), routes!(licensees::file))
        .add(Step, routes!(licensees::step))
        .add(May(P::LicenseePropose), routes!(licensees::propose))
        .add(May(P::LicenseeConfirm), routes!(licensees::confirm))
        .add(May(P::LicenseeDrop), routes!(licensees::withdraw))
        .add(Table(P::LicenseeRead), routes!(tables::licensees))
        .add(May(P::LicenseeImport), with_file(routes!(tables::import)))
        .add(May(P::DocumentRead), routes!(documents::list))
        .add(May(P::DocumentAdd), with_file(routes!(documents::add)))
        .add(May(P::DocumentRead), routes!(documents::get))
        .add(May(P::DocumentRead), routes!(documents::content))
        .add(May(P::OrderRelease), routes!(templates::list))
        .add(May(P::OrderRelease), with_file(routes!(templates::put)))
        .add(May(P::OrderRelease), routes!(templates::get))
        .add(May(P::OrderRelease), routes!(templates::remove))
        .add(May(P::OrderRelease), routes!(templates::preview))
        .add(May(P::PrinterRead), routes!(printers::list))
        .add(May(P::PrinterKeep), routes!(printers::enter))
        .add(May(P::PrinterRead), routes!(printers::get))
        .add(May(P::PrinterKeep), routes!(printers::end))
        .add(May(P::PrinterKeep), routes!(printers::set_key))
}

/// How much.
fn quantities(all: Operations) -> Operations {
    all.add(May(P::EntitlementRead), routes!(entitlements::coefficients))
        .add(
            May(P::CoefficientsSet),
            routes!(entitlements::set_coefficients),
        )
        .add(May(P::EntitlementRead), routes!(entitlements::history))
        .add(May(P::EntitlementRead), routes!(entitlements::list))
        .add(May(P::EntitlementGrant), routes!(entitlements::grant))
        .add(May(P::EntitlementAdjust), routes!(entitlements::adjust))
        .add(May(P::EntitlementClose), routes!(entitlements::close))
        .add(May(P::TransferRead), routes!(transfers::list))
        .add(May(P::TransferPropose), routes!(transfers::propose))
        .add(May(P::TransferRead), routes!(transfers::get))
        .add(May(P::TransferConfirm), routes!(transfers::confirm))
        .add(May(P::TransferPropose), routes!(transfers::withdraw))
}

/// What is printed.
fn printing(all: Operations) -> Operations {
    all.add(May(P::OrderRead), routes!(orders::list))
        .add(May(P::OrderPlace), routes!(orders::place))
        .add(May(P::OrderRead), routes!(orders::get))
        .add(May(P::OrderApprove), routes!(orders::approve))
        .add(May(P::OrderApprove), routes!(orders::reject))
        .add(May(P::OrderCancel), routes!(orders::cancel))
        .add(May(P::OrderAssign), routes!(orders::assign))
        .add(May(P::OrderRelease), routes!(orders::release))
        .add(May(P::OrderClose), routes!(orders::close))
        .add(May(P::OrderRead), routes!(packs::list))
        .add(May(P::OrderRead), routes!(packs::get))
        .add(May(P::OrderRelease), routes!(packs::offer))
        .add(May(P::OrderRelease), routes!(packs::withdraw))
        .add(May(P::PackTake), routes!(packs::take))
        .add(May(P::PackTake), routes!(packs::again))
        .add(May(P::PackAgain), routes!(packs::approve))
        .add(May(P::PackAgain), routes!(packs::refuse))
        .add(Table(P::OrderRead), routes!(tables::orders))
        .add(May(P::BatchRead), routes!(batches::list))
        .add(May(P::OrderRelease), routes!(batches::issue))
        .add(May(P::BatchRead), routes!(batches::get))
}

/// What becomes of the labels, and on which goods they are.
fn labels(all: Operations) -> Operations {
    all.add(Event, routes!(marks::change))
        .add(May(P::MarkRead), routes!(marks::get))
        .add(May(P::ContainerRead), routes!(containers::list))
        .add(May(P::ContainerFill), routes!(containers::fill))
        .add(May(P::ContainerRead), routes!(containers::get))
        .add(May(P::ContainerCheck), routes!(containers::compare))
        .add(May(P::LotRead), routes!(lots::list))
        .add(May(P::LotEnter), routes!(lots::enter))
        .add(May(P::LotRead), routes!(lots::get))
        .add(May(P::LotReport), routes!(lots::report))
        .add(May(P::LotRecall), routes!(lots::recall))
        .add(May(P::LotRecall), routes!(lots::restore))
}

/// What the scans say that somebody should look at, and what comes of it.
fn suspicions(all: Operations) -> Operations {
    all.add(May(P::AlertRead), routes!(alerts::list))
        .add(May(P::AlertRead), routes!(alerts::get))
        .add(May(P::AlertHandle), routes!(alerts::assign))
        .add(May(P::AlertHandle), routes!(alerts::note))
        .add(May(P::AlertHandle), routes!(alerts::merge))
        .add(May(P::AlertHandle), routes!(alerts::decide))
        .add(May(P::AlertHandle), routes!(alerts::reopen))
        .add(May(P::MarkCheck), routes!(marks::check))
        .add(May(P::ExposureRead), routes!(alerts::exposure))
        .add(May(P::ExposureRead), routes!(notices::list))
        .add(May(P::NoticeAnswer), routes!(notices::answer))
        .add(May(P::CaseRead), routes!(cases::list))
        .add(May(P::CaseHandle), routes!(cases::open))
        .add(May(P::CaseRead), routes!(cases::get))
        .add(May(P::CaseHandle), routes!(cases::add_alert))
        .add(May(P::CaseHandle), routes!(cases::add_tip))
        .add(May(P::CaseHandle), routes!(cases::inspect))
        .add(May(P::CaseHandle), with_file(routes!(exhibits::add)))
        .add(May(P::CaseRead), routes!(exhibits::content))
        .add(May(P::CaseHandle), routes!(cases::inform))
        .add(May(P::CaseHandle), routes!(cases::note))
        .add(May(P::CaseHandle), routes!(cases::close))
        .add(May(P::CaseHandle), routes!(cases::reopen))
        .add(May(P::MarkFreeze), routes!(cases::freeze))
        .add(May(P::MarkRevoke), routes!(cases::revoke))
        .add(Table(P::CaseRead), routes!(cases::export))
}

/// All that was ever written down.
fn written_down(all: Operations) -> Operations {
    all.add(May(P::LedgerRead), routes!(ledger::list))
        .add(May(P::LedgerRead), routes!(ledger::get))
        .add(May(P::LedgerProve), routes!(ledger::head))
        .add(May(P::LedgerCorrect), routes!(ledger::correct))
        .add(May(P::LedgerNote), routes!(ledger::note))
        .add(May(P::LedgerProve), routes!(proof::prove))
        .add(Table(P::LedgerRead), routes!(tables::entries))
}
