//! All pages of the console, each beside what it needs of who asks. A page that is not here does not exist.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodFilter, on};

use super::guard::Needs::{self, AnyOf, May, Nobody, Person, Session};
use super::guard::Visit;
use super::guard::guard;
use super::typed::Typed;
use super::{containers, labels, ledger, licensees, orders, own, people, sign_in, start, trail};
use crate::domain::access::Permission as P;
use crate::http::App;

/// Bytes of a form with a list of marks or a file of one: 200,000 serials, the largest order there is.
const LARGEST_LIST: usize = 5 << 20;

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

    /// A form that may bring a long list of marks.
    fn post_list<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let handler = handler.layer(DefaultBodyLimit::max(LARGEST_LIST));
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
    let pages = of_labels(pages);
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

/// What happens to labels, and the rolls and boxes they are in.
fn of_labels(mut pages: Pages) -> Pages {
    for (path, event) in labels::PAGES {
        let needs = AnyOf(P::for_event(event));
        let show = move |visit: Visit, State(app): State<App>| labels::page(visit, app, event);
        let enter = move |visit: Visit, State(app): State<App>, typed: Typed| {
            labels::enter(visit, app, typed, event)
        };
        pages = pages.get(path, needs, show).post_list(path, needs, enter);
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
        .post_list(
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
        .post_list(
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
