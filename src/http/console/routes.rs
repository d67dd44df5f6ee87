//! All pages of the console, each beside what it needs of who asks. A page that is not here does not exist.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodFilter, on};

use super::guard::Needs::{self, AnyOf, May, Nobody, Person, Session, Take};
use super::guard::{Visit, guard};
use super::typed::Typed;
use super::{
    alerts, batches, cases, check, containers, documents, entitlements, exposure, labels, ledger,
    licensees, lots, marks, notices, orders, own, packs, people, printers, reports, search,
    sign_in, start, templates, tips, trail, transfers,
};
use crate::domain::access::Permission as P;
use crate::domain::case::CaseStep;
use crate::http::App;

/// Bytes of a form with a file that are read, most of which are not kept: a film that was chosen by mistake.
const MOST_READ: usize = 256 << 20;

/// Pages, and what each needs.
pub struct Pages {
    app: App,
    router: Router<App>,
    /// Method, address and need of each.
    pub listed: Vec<(Method, &'static str, Needs)>,
}

impl Pages {
    fn add<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        needs: Needs,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let app = self.app.clone();
        let guarded = on(filter, handler).layer(from_fn(move |request: Request, next: Next| {
            guard(app.clone(), needs, request, next)
        }));
        self.router = self.router.route(path, guarded);
        self.listed.push((method, path, needs));
        self
    }

    fn get<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, MethodFilter::GET, path, needs, handler)
    }

    fn post<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, MethodFilter::POST, path, needs, handler)
    }

    /// A form with a file. More of a body is read than of any file that is taken, so that whoever sends too large a one
    /// is told so in the form.
    fn send<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let handler = handler.layer(DefaultBodyLimit::max(MOST_READ));
        self.add(Method::POST, MethodFilter::POST, path, needs, handler)
    }

    /// The routes.
    pub fn router(self) -> Router<App> {
        self.router
    }
}

/// The table of all pages.
#[allow(clippy::too_many_lines)] // a table
pub fn pages(app: App) -> Pages {
    let pages = Pages {
        app,
        router: Router::new(),
        listed: Vec::new(),
    };
    let pages = files(pages);
    let pages = quantities(pages);
    let pages = transfers_and_printers(pages);
    let pages = goods(pages);
    let pages = label_templates(pages);
    let pages = of_labels(pages);
    let pages = of_packs(pages);
    let pages = of_tips(pages);
    let pages = of_alerts(pages);
    let pages = of_cases(pages);
    own_account(pages)
        // What waits, and where anything is.
        .get("/console", Person, start::page)
        .get("/console/", Person, start::from_below)
        .get(search::PATH, May(P::Search), search::page)
        // Orders.
        .get("/console/orders", May(P::OrderRead), orders::list)
        .get("/console/orders/table", May(P::Export), orders::table)
        .get(
            "/console/orders/new",
            May(P::OrderPlace),
            orders::place_page,
        )
        .post("/console/orders/new", May(P::OrderPlace), orders::place)
        .get("/console/orders/{order}", May(P::OrderRead), orders::file)
        .get(
            "/console/orders/{order}/approve",
            May(P::OrderApprove),
            orders::approve_page,
        )
        .post(
            "/console/orders/{order}/approve",
            May(P::OrderApprove),
            orders::approve,
        )
        .get(
            "/console/orders/{order}/reject",
            May(P::OrderApprove),
            orders::reject_page,
        )
        .post(
            "/console/orders/{order}/reject",
            May(P::OrderApprove),
            orders::reject,
        )
        .get(
            "/console/orders/{order}/assign",
            May(P::OrderAssign),
            orders::assign_page,
        )
        .post(
            "/console/orders/{order}/assign",
            May(P::OrderAssign),
            orders::assign,
        )
        .get(
            "/console/orders/{order}/cancel",
            May(P::OrderCancel),
            orders::cancel_page,
        )
        .post(
            "/console/orders/{order}/cancel",
            May(P::OrderCancel),
            orders::cancel,
        )
        .get(
            "/console/orders/{order}/issue",
            May(P::OrderRelease),
            orders::issue_page,
        )
        .post(
            "/console/orders/{order}/issue",
            May(P::OrderRelease),
            orders::issue,
        )
        .get(
            "/console/orders/{order}/release",
            May(P::OrderRelease),
            orders::release_page,
        )
        .post(
            "/console/orders/{order}/release",
            May(P::OrderRelease),
            orders::release,
        )
        .get(
            "/console/orders/{order}/close",
            May(P::OrderClose),
            orders::close_page,
        )
        .post(
            "/console/orders/{order}/close",
            May(P::OrderClose),
            orders::close,
        )
        // Marks, and what became of them.
        .get("/console/batches", May(P::BatchRead), batches::list)
        .get("/console/batches/{batch}", May(P::BatchRead), batches::file)
        .get("/console/marks/{serial}", May(P::MarkRead), marks::file)
        // Figures.
        .get("/console/reports", May(P::ReportRead), reports::season)
        .get(
            "/console/reports/licensees",
            May(P::ReportRead),
            reports::licensees,
        )
        .get(
            "/console/reports/licensees/table",
            Take(P::ReportRead),
            reports::licensees_table,
        )
        .get(
            "/console/reports/figures",
            May(P::PlanSet),
            reports::figures_page,
        )
        .post(
            "/console/reports/figures",
            May(P::PlanSet),
            reports::figures,
        )
        .get(
            "/console/reports/figures/all",
            May(P::ReportRead),
            reports::versions,
        )
        .get("/console/reports/stock", May(P::ReportRead), reports::stock)
        .get(
            "/console/reports/stock/all",
            May(P::ReportRead),
            reports::stock_all,
        )
        .get(
            "/console/reports/stock/table",
            Take(P::ReportRead),
            reports::stock_table,
        )
        .get("/console/reports/scans", May(P::ReportRead), reports::scans)
        .get(
            "/console/reports/scans/table",
            Take(P::ReportRead),
            reports::scans_table,
        )
        // All that was ever written down.
        .get("/console/ledger", May(P::LedgerRead), ledger::list)
        .get("/console/ledger/table", May(P::Export), ledger::table)
        .get(
            "/console/ledger/prove",
            May(P::LedgerProve),
            ledger::prove_page,
        )
        .post("/console/ledger/prove", May(P::LedgerProve), ledger::prove)
        .get("/console/ledger/{entry}", May(P::LedgerRead), ledger::file)
        .get(
            "/console/ledger/{entry}/correct",
            May(P::LedgerCorrect),
            ledger::correct_page,
        )
        .post(
            "/console/ledger/{entry}/correct",
            May(P::LedgerCorrect),
            ledger::correct,
        )
        .get(
            "/console/ledger/{entry}/note",
            May(P::LedgerNote),
            ledger::note_page,
        )
        .post(
            "/console/ledger/{entry}/note",
            May(P::LedgerNote),
            ledger::note,
        )
        .get("/console/trail", May(P::TrailRead), trail::list)
        .get("/console/trail/table", May(P::TrailRead), trail::table)
        .get("/console/trail/{step}", May(P::TrailRead), trail::file)
        // People.
        .get("/console/people", May(P::UserManage), people::list)
        .get("/console/people/new", May(P::UserManage), people::add_page)
        .post("/console/people/new", May(P::UserManage), people::add)
        .get("/console/people/{user}", May(P::UserManage), people::file)
        .get(
            "/console/people/{user}/change",
            May(P::UserManage),
            people::change_page,
        )
        .post(
            "/console/people/{user}/change",
            May(P::UserManage),
            people::change,
        )
        .get(
            "/console/people/{user}/password",
            May(P::UserManage),
            people::password_page,
        )
        .post(
            "/console/people/{user}/password",
            May(P::UserManage),
            people::password,
        )
        .get(
            "/console/people/{user}/second-factor",
            May(P::UserManage),
            people::second_factor_page,
        )
        .post(
            "/console/people/{user}/second-factor",
            May(P::UserManage),
            people::second_factor,
        )
        .get(
            "/console/people/{user}/sessions",
            May(P::UserManage),
            people::sessions_page,
        )
        .post(
            "/console/people/{user}/sessions",
            May(P::UserManage),
            people::sessions,
        )
}

/// Who may use the mark, with documents.
fn files(pages: Pages) -> Pages {
    pages
        .get("/console/licensees", May(P::LicenseeRead), licensees::list)
        .get(
            "/console/licensees/table",
            Take(P::LicenseeRead),
            licensees::table,
        )
        .get(
            "/console/licensees/new",
            May(P::LicenseeEnter),
            licensees::enter_page,
        )
        .post(
            "/console/licensees/new",
            May(P::LicenseeEnter),
            licensees::enter,
        )
        .get(
            "/console/licensees/import",
            May(P::LicenseeImport),
            licensees::import_page,
        )
        .send(
            "/console/licensees/import",
            May(P::LicenseeImport),
            licensees::import,
        )
        .get(
            "/console/licensees/{licensee}",
            May(P::LicenseeRead),
            licensees::file,
        )
        .get(
            "/console/licensees/{licensee}/change",
            May(P::LicenseeFile),
            licensees::change_page,
        )
        .post(
            "/console/licensees/{licensee}/change",
            May(P::LicenseeFile),
            licensees::change,
        )
        .get(
            "/console/licensees/{licensee}/steps/{step}",
            May(P::LicenseeRead),
            licensees::step_page,
        )
        .post(
            "/console/licensees/{licensee}/steps/{step}",
            May(P::LicenseeRead),
            licensees::step,
        )
        .get(
            "/console/licensees/{licensee}/confirm",
            May(P::LicenseeConfirm),
            licensees::confirm_page,
        )
        .post(
            "/console/licensees/{licensee}/confirm",
            May(P::LicenseeConfirm),
            licensees::confirm,
        )
        .get(
            "/console/licensees/{licensee}/drop",
            May(P::LicenseeDrop),
            licensees::drop_page,
        )
        .post(
            "/console/licensees/{licensee}/drop",
            May(P::LicenseeDrop),
            licensees::drop,
        )
        .get(
            "/console/licensees/{licensee}/documents",
            May(P::DocumentRead),
            documents::list,
        )
        .get(
            "/console/licensees/{licensee}/documents/table",
            Take(P::DocumentRead),
            documents::list_table,
        )
        .get(
            "/console/licensees/{licensee}/documents/new",
            May(P::DocumentAdd),
            documents::add_page,
        )
        .send(
            "/console/licensees/{licensee}/documents/new",
            May(P::DocumentAdd),
            documents::add,
        )
        .get(
            "/console/documents/{document}",
            May(P::DocumentRead),
            documents::take,
        )
}

/// How many marks.
fn quantities(pages: Pages) -> Pages {
    pages
        .get(
            "/console/entitlements",
            May(P::EntitlementRead),
            entitlements::list,
        )
        .get(
            "/console/entitlements/table",
            Take(P::EntitlementRead),
            entitlements::table,
        )
        .get(
            "/console/entitlements/grant",
            May(P::EntitlementGrant),
            entitlements::grant_page,
        )
        .post(
            "/console/entitlements/grant",
            May(P::EntitlementGrant),
            entitlements::grant,
        )
        .get(
            "/console/entitlements/close",
            May(P::EntitlementClose),
            entitlements::close_all_page,
        )
        .post(
            "/console/entitlements/close",
            May(P::EntitlementClose),
            entitlements::close_all,
        )
        .get(
            "/console/entitlements/{season}/{licensee}/{form}",
            May(P::EntitlementRead),
            entitlements::file,
        )
        .get(
            "/console/entitlements/{season}/{licensee}/{form}/adjust",
            May(P::EntitlementAdjust),
            entitlements::adjust_page,
        )
        .post(
            "/console/entitlements/{season}/{licensee}/{form}/adjust",
            May(P::EntitlementAdjust),
            entitlements::adjust,
        )
        .get(
            "/console/entitlements/{season}/{licensee}/{form}/close",
            May(P::EntitlementClose),
            entitlements::close_one_page,
        )
        .post(
            "/console/entitlements/{season}/{licensee}/{form}/close",
            May(P::EntitlementClose),
            entitlements::close_one,
        )
        .get(
            "/console/coefficients",
            May(P::EntitlementRead),
            entitlements::coefficients,
        )
        .get(
            "/console/coefficients/set",
            May(P::CoefficientsSet),
            entitlements::set_page,
        )
        .post(
            "/console/coefficients/set",
            May(P::CoefficientsSet),
            entitlements::set,
        )
}

/// Packs that are handed over once.
fn of_packs(pages: Pages) -> Pages {
    pages
        .get("/console/packs", May(P::OrderRead), packs::list)
        .get(
            "/console/orders/{order}/pack/offer",
            May(P::OrderRelease),
            packs::offer_page,
        )
        .post(
            "/console/orders/{order}/pack/offer",
            May(P::OrderRelease),
            packs::offer,
        )
        .get(
            "/console/orders/{order}/pack/withdraw",
            May(P::OrderRelease),
            packs::withdraw_page,
        )
        .post(
            "/console/orders/{order}/pack/withdraw",
            May(P::OrderRelease),
            packs::withdraw,
        )
        .get(
            "/console/orders/{order}/pack/take",
            May(P::PackTake),
            packs::take_page,
        )
        .post(
            "/console/orders/{order}/pack/take",
            May(P::PackTake),
            packs::take,
        )
        .get(
            "/console/orders/{order}/pack/again",
            May(P::PackTake),
            packs::again_page,
        )
        .post(
            "/console/orders/{order}/pack/again",
            May(P::PackTake),
            packs::again,
        )
        .get(
            "/console/orders/{order}/pack/approve",
            May(P::PackAgain),
            packs::approve_page,
        )
        .post(
            "/console/orders/{order}/pack/approve",
            May(P::PackAgain),
            packs::approve,
        )
        .get(
            "/console/orders/{order}/pack/refuse",
            May(P::PackAgain),
            packs::refuse_page,
        )
        .post(
            "/console/orders/{order}/pack/refuse",
            May(P::PackAgain),
            packs::refuse,
        )
        .get(
            "/console/printers/{printer}/key",
            May(P::PrinterKeep),
            printers::key_page,
        )
        .post(
            "/console/printers/{printer}/key",
            May(P::PrinterKeep),
            printers::key,
        )
}

/// Quantity that moves between licensees, and who prints marks.
fn transfers_and_printers(pages: Pages) -> Pages {
    pages
        .get("/console/transfers", May(P::TransferRead), transfers::list)
        .get(
            "/console/transfers/table",
            Take(P::TransferRead),
            transfers::list_table,
        )
        .get(
            "/console/transfers/new",
            May(P::TransferPropose),
            transfers::propose_page,
        )
        .post(
            "/console/transfers/new",
            May(P::TransferPropose),
            transfers::propose,
        )
        .get(
            "/console/transfers/{transfer}",
            May(P::TransferRead),
            transfers::file,
        )
        .get(
            "/console/transfers/{transfer}/confirm",
            May(P::TransferConfirm),
            transfers::confirm_page,
        )
        .post(
            "/console/transfers/{transfer}/confirm",
            May(P::TransferConfirm),
            transfers::confirm,
        )
        .get(
            "/console/transfers/{transfer}/withdraw",
            May(P::TransferPropose),
            transfers::withdraw_page,
        )
        .post(
            "/console/transfers/{transfer}/withdraw",
            May(P::TransferPropose),
            transfers::withdraw,
        )
        .get("/console/printers", May(P::PrinterRead), printers::list)
        .get(
            "/console/printers/table",
            Take(P::PrinterRead),
            printers::list_table,
        )
        .get(
            "/console/printers/new",
            May(P::PrinterKeep),
            printers::enter_page,
        )
        .post(
            "/console/printers/new",
            May(P::PrinterKeep),
            printers::enter,
        )
        .get(
            "/console/printers/{printer}",
            May(P::PrinterRead),
            printers::file,
        )
        .get(
            "/console/printers/{printer}/end",
            May(P::PrinterKeep),
            printers::end_page,
        )
        .post(
            "/console/printers/{printer}/end",
            May(P::PrinterKeep),
            printers::end,
        )
}

/// Label templates.
fn label_templates(pages: Pages) -> Pages {
    pages
        .get("/console/templates", May(P::OrderRelease), templates::list)
        .get(
            "/console/templates/new",
            May(P::OrderRelease),
            templates::add_page,
        )
        .post(
            "/console/templates/new",
            May(P::OrderRelease),
            templates::add,
        )
        .get(
            "/console/templates/{template}",
            May(P::OrderRelease),
            templates::file,
        )
        .get(
            "/console/templates/{template}/label.svg",
            May(P::OrderRelease),
            templates::label,
        )
        .get(
            "/console/templates/{template}/source.svg",
            May(P::OrderRelease),
            templates::source,
        )
        .get(
            "/console/templates/{template}/remove",
            May(P::OrderRelease),
            templates::remove_page,
        )
        .post(
            "/console/templates/{template}/remove",
            May(P::OrderRelease),
            templates::remove,
        )
        .get(
            "/console/orders/{order}/label.svg",
            May(P::OrderRelease),
            templates::label_of_order,
        )
}

/// What people tell of suspect packs.
fn of_tips(mut pages: Pages) -> Pages {
    for (path, step) in tips::STEPS {
        let show = move |visit: Visit, number: Path<u32>| tips::step_page(visit, number, step);
        let take = move |visit: Visit, number: Path<u32>, typed: Typed| {
            tips::step(visit, number, typed, step)
        };
        let needs = May(P::TipHandle);
        pages = pages.get(path, needs, show).post(path, needs, take);
    }
    pages
        .get("/console/tips", May(P::TipRead), tips::list)
        .get("/console/tips/table", Take(P::TipRead), tips::table)
        .get("/console/tips/{tip}", May(P::TipRead), tips::file)
        .get(
            "/console/tips/{tip}/photos/{photo}",
            May(P::TipRead),
            tips::photo,
        )
        .get(
            "/console/tips/{tip}/contact",
            May(P::TipHandle),
            tips::contact_page,
        )
        .post(
            "/console/tips/{tip}/contact",
            May(P::TipHandle),
            tips::contact,
        )
}

/// What the scans say that somebody should look at.
fn of_alerts(mut pages: Pages) -> Pages {
    for (path, step) in alerts::STEPS {
        let show = move |visit: Visit, number: Path<u32>| alerts::step_page(visit, number, step);
        let take = move |visit: Visit, number: Path<u32>, typed: Typed| {
            alerts::step(visit, number, typed, step)
        };
        let needs = May(P::AlertHandle);
        pages = pages.get(path, needs, show).post(path, needs, take);
    }
    pages
        .get("/console/check", May(P::MarkCheck), check::page)
        .post("/console/check", May(P::MarkCheck), check::check)
        .get("/console/alerts", May(P::AlertRead), alerts::list)
        .get("/console/alerts/table", Take(P::AlertRead), alerts::table)
        .get("/console/alerts/{alert}", May(P::AlertRead), alerts::file)
        .get("/console/exposure", May(P::ExposureRead), exposure::page)
        .get("/console/notices", May(P::ExposureRead), notices::list)
        .get(
            "/console/notices/{case}",
            May(P::ExposureRead),
            notices::file,
        )
        .get(
            "/console/notices/{case}/answer",
            May(P::NoticeAnswer),
            notices::answer_page,
        )
        .post(
            "/console/notices/{case}/answer",
            May(P::NoticeAnswer),
            notices::answer,
        )
}

/// What belongs together of them.
fn of_cases(mut pages: Pages) -> Pages {
    for (path, step) in cases::STEPS {
        let show = move |visit: Visit, number: Path<u32>| cases::step_page(visit, number, step);
        let take = move |visit: Visit, number: Path<u32>, typed: Typed| {
            cases::step(visit, number, typed, step)
        };
        let needs = May(P::CaseHandle);
        pages = pages.get(path, needs, show);
        pages = match step {
            CaseStep::Inspected | CaseStep::ExhibitsAdded => pages.send(path, needs, take),
            _ => pages.post(path, needs, take),
        };
    }
    pages
        .get("/console/cases", May(P::CaseRead), cases::list)
        .get("/console/cases/table", Take(P::CaseRead), cases::table)
        .get("/console/cases/new", May(P::CaseHandle), cases::open_page)
        .post("/console/cases/new", May(P::CaseHandle), cases::open)
        .get("/console/cases/{case}", May(P::CaseRead), cases::file)
        .get(
            "/console/cases/{case}/freeze",
            May(P::MarkFreeze),
            cases::freeze_page,
        )
        .post(
            "/console/cases/{case}/freeze",
            May(P::MarkFreeze),
            cases::freeze,
        )
        .get(
            "/console/cases/{case}/revoke",
            May(P::MarkRevoke),
            cases::revoke_page,
        )
        .post(
            "/console/cases/{case}/revoke",
            May(P::MarkRevoke),
            cases::revoke,
        )
        .get(
            "/console/cases/{case}/exhibits/{exhibit}",
            May(P::CaseRead),
            cases::take,
        )
        .get(
            "/console/cases/{case}/export",
            Take(P::CaseRead),
            cases::export,
        )
}

/// Goods and their tests.
fn goods(pages: Pages) -> Pages {
    pages
        .get("/console/lots", May(P::LotRead), lots::list)
        .get("/console/lots/table", Take(P::LotRead), lots::table)
        .get("/console/lots/new", May(P::LotEnter), lots::enter_page)
        .post("/console/lots/new", May(P::LotEnter), lots::enter)
        .get("/console/lots/{lot}", May(P::LotRead), lots::file)
        .get(
            "/console/lots/{lot}/report",
            May(P::LotReport),
            lots::report_page,
        )
        .post(
            "/console/lots/{lot}/report",
            May(P::LotReport),
            lots::report,
        )
        .get(
            "/console/lots/{lot}/recall",
            May(P::LotRecall),
            lots::recall_page,
        )
        .post(
            "/console/lots/{lot}/recall",
            May(P::LotRecall),
            lots::recall,
        )
        .get(
            "/console/lots/{lot}/restore",
            May(P::LotRecall),
            lots::restore_page,
        )
        .post(
            "/console/lots/{lot}/restore",
            May(P::LotRecall),
            lots::restore,
        )
}

/// What happens to labels, and rolls and boxes of them.
fn of_labels(mut pages: Pages) -> Pages {
    for (path, event) in labels::PAGES {
        let needs = AnyOf(P::for_event(event));
        let show = move |visit: Visit, State(app): State<App>| labels::page(visit, app, event);
        let enter = move |visit: Visit, State(app): State<App>, typed: Typed| {
            labels::enter(visit, app, typed, event)
        };
        pages = pages.get(path, needs, show).send(path, needs, enter);
    }
    pages
        .get(
            "/console/orders/{order}/pack",
            May(P::PackTake),
            labels::of_order::pack,
        )
        .get(
            "/console/containers",
            May(P::ContainerRead),
            containers::list,
        )
        .get(
            "/console/containers/new",
            May(P::ContainerFill),
            containers::fill_page,
        )
        .send(
            "/console/containers/new",
            May(P::ContainerFill),
            containers::fill,
        )
        .get(
            "/console/containers/{container}",
            May(P::ContainerRead),
            containers::file,
        )
        .get(
            "/console/containers/{container}/check",
            May(P::ContainerCheck),
            containers::check_page,
        )
        .send(
            "/console/containers/{container}/check",
            May(P::ContainerCheck),
            containers::check,
        )
}

/// Signing in and out, and a person's own account.
fn own_account(pages: Pages) -> Pages {
    pages
        .get("/console/sign-in", Nobody, sign_in::page)
        .post("/console/sign-in", Nobody, sign_in::sign_in)
        .get("/console/code", Session, sign_in::code_page)
        .post("/console/code", Session, sign_in::code)
        .post("/console/sign-out", Session, sign_in::sign_out)
        .get("/console/own", Person, own::page)
        .get("/console/own/password", Needs::Open, own::password_page)
        .post("/console/own/password", Needs::Open, own::password)
        .get(
            "/console/own/second-factor",
            Needs::Open,
            own::second_factor_page,
        )
        .post(
            "/console/own/second-factor",
            Needs::Open,
            own::second_factor,
        )
        .get("/console/own/recovery-codes", Person, own::codes_page)
        .post("/console/own/recovery-codes", Person, own::codes)
        .get(
            "/console/own/sessions/{session}/end",
            Person,
            own::end_session_page,
        )
        .post(
            "/console/own/sessions/{session}/end",
            Person,
            own::end_session,
        )
        .get("/console/own/tokens/new", Person, own::token_page)
        .post("/console/own/tokens/new", Person, own::token)
        .get(
            "/console/own/tokens/{token}/revoke",
            Person,
            own::revoke_page,
        )
        .post("/console/own/tokens/{token}/revoke", Person, own::revoke)
}
