//! All pages of the console, each beside what it needs of who asks. A page that is not here does not exist.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodFilter, on};

use super::guard::Needs::{self, May, Nobody, Person, Session, Take};
use super::guard::guard;
use super::{ledger, licensees, orders, own, people, reports, sign_in, start, trail};
use crate::domain::access::Permission as P;
use crate::http::App;

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

    /// The routes.
    pub fn router(self) -> Router<App> {
        self.router
    }
}

/// The table of all pages.
pub fn pages(app: App) -> Pages {
    let pages = Pages {
        app,
        router: Router::new(),
        listed: Vec::new(),
    };
    own_account(pages)
        // What waits, and where anything is.
        .get("/console", Person, start::page)
        // Who may use the mark.
        .get("/console/licensees", May(P::LicenseeRead), licensees::list)
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
            "/console/licensees/{licensee}",
            May(P::LicenseeRead),
            licensees::file,
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
        .get("/console/ledger/{entry}", May(P::LedgerRead), ledger::file)
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
