//! The table of all pages with what fills their addresses in.

use axum::http::Method;
use yuanmark::domain::access::{Permission, Role};
use yuanmark::http::console::guard::Needs;
use yuanmark::http::console::routes;
use yuanmark::http::{App, CATALOG_MIB, Traffic};

use crate::support::office::{Office, Thing};

/// A page of the table.
pub struct Route {
    pub method: Method,
    /// The address with its parameters in braces.
    pub path: &'static str,
    pub needs: Needs,
}

impl Route {
    pub fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether the role may come here at all.
    pub fn allows(&self, role: Role) -> bool {
        match self.needs {
            Needs::May(permission) => role.may(permission),
            Needs::Take(permission) => role.may(permission) && role.may(Permission::Export),
            Needs::AnyOf(any) => any.iter().any(|one| role.may(*one)),
            _ => true,
        }
    }

    /// The parameters of the address as [`Office::things`] names them.
    pub fn parameters(&self) -> Vec<String> {
        let parts: Vec<&str> = self.path.split('/').collect();
        let pairs = parts.windows(2).filter(|pair| pair[1].starts_with('{'));
        pairs
            .map(|pair| format!("{}/{}", pair[0], pair[1]))
            .collect()
    }

    /// The address with a real thing for each parameter; `pick` says which one.
    pub fn filled(&self, office: &Office, pick: impl Fn(usize, &Thing) -> String) -> String {
        let mut path = self.path.to_owned();
        for (place, parameter) in self.parameters().into_iter().enumerate() {
            let thing = office.things.get(parameter.as_str()).unwrap_or_else(|| {
                panic!(
                    "{} {}: say in Office::furnished what fills {parameter} in",
                    self.method, self.path
                )
            });
            let (_, name) = parameter.split_once('/').unwrap();
            path = path.replacen(name, &pick(place, thing), 1);
        }
        path
    }
}

/// All pages.
pub fn all(office: &Office) -> Vec<Route> {
    let url = yuanmark::domain::public_url::PublicUrl::new(crate::support::server::PUBLIC_URL);
    let app = App::new(
        office.store.clone(),
        office.keys.clone(),
        url.unwrap(),
        None,
        Traffic::default(),
        CATALOG_MIB,
    );
    let listed = routes::pages(app).listed.into_iter();
    listed
        .map(|(method, path, needs)| Route {
            method,
            path,
            needs,
        })
        .collect()
}
