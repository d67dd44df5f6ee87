//! Whoever asks through [`Described`] has every answer held against the description of the interface: its status, its
//! form, and that it says nothing that is not described.

use serde_json::{Value, json};

use crate::support::server::{Phone, Reply, Site};

/// An administrator's program that knows the description.
pub struct Described {
    document: Value,
    phone: Phone,
}

impl Described {
    pub async fn of(site: &Site) -> Self {
        let document = site.program().open("/openapi.json").await.json();
        let phone = site.administrator();
        Self { document, phone }
    }

    /// Sends this header too.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.phone = self.phone.with(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.phone = self.phone.without(name);
        self
    }

    /// Asks, and returns what is answered with 200.
    pub async fn get(&self, path: &str) -> Value {
        self.good("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.good("POST", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.good("PUT", path, Some(body)).await
    }

    async fn good(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let reply = self.send(method, path, body).await;
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text());
        reply.json()
    }

    /// Asks for what is refused; returns the problem.
    pub async fn refused(
        &self,
        method: &str,
        path: &str,
        body: Value,
        status: u16,
        kind: &str,
    ) -> Value {
        let body = Some(body).filter(|body| !body.is_null());
        let reply = self.send(method, path, body).await;
        let said = reply.text().to_owned();
        assert_eq!(reply.status, status, "{method} {path}: {said}");
        let problem = reply.json();
        assert_eq!(
            problem["type"],
            format!("urn:yuanmark:problem:{kind}"),
            "{said}"
        );
        problem
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let path = format!("/api/v1/{path}");
        let reply = match &body {
            Some(body) => self.phone.send_json(method, &path, body).await,
            None => self.phone.ask(method, &path, Vec::new()).await,
        };
        self.hold(method, &path, &reply);
        reply
    }

    /// Holds an answer against the description.
    pub fn hold(&self, method: &str, path: &str, reply: &Reply) {
        let operation = self.operation(method, path);
        let status = reply.status.to_string();
        let mut response = &operation["responses"][&status];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.document.pointer(&reference[1..]).unwrap();
        }
        assert!(
            response.is_object(),
            "{method} {path}: {status} is not described"
        );
        let schema = &response["content"][reply.kind()]["schema"];
        if reply.kind().ends_with("json") {
            assert!(
                schema.is_object(),
                "{method} {path}: {} is not described",
                reply.kind()
            );
            self.fits(&reply.json(), schema)
                .unwrap_or_else(|wrong| panic!("{method} {path}: {wrong}\n{}", reply.text()));
        }
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == parts.len()
                && template
                    .iter()
                    .zip(&parts)
                    .all(|(template, part)| template.starts_with('{') || template == part)
        };
        let paths = self.document["paths"].as_object().unwrap();
        let method = method.to_lowercase();
        let mut found: Vec<_> = paths
            .iter()
            .filter(|(template, item)| fits(template) && item.get(&method).is_some())
            .collect();
        found.sort_by_key(|(template, _)| template.matches('{').count());
        let (_, item) = found
            .first()
            .unwrap_or_else(|| panic!("{method} {path} is not described"));
        &item[&method]
    }

    fn fits(&self, value: &Value, schema: &Value) -> Result<(), String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit_once('/').unwrap().1;
            return self.fits(value, &self.document["components"]["schemas"][name]);
        }
        if let Some(one_of) = schema["oneOf"].as_array() {
            let fitting = one_of.iter().filter(|one| self.fits(value, one).is_ok());
            return match fitting.count() {
                1 => Ok(()),
                many => Err(format!("{value} fits {many} of {schema}")),
            };
        }
        let wrong = || Err(format!("{value} does not fit {schema}"));
        let is = |kind: &str| match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("a type this test does not know: {other}"),
        };
        let has_kind = match &schema["type"] {
            Value::Null => true,
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind.as_str().unwrap())),
            kind => is(kind.as_str().unwrap()),
        };
        let is_listed = schema["enum"]
            .as_array()
            .is_none_or(|all| all.contains(value));
        let number = value.as_i64().unwrap_or_default();
        let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
        let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
        if !has_kind || !is_listed || number < least || number > most {
            return wrong();
        }
        for item in value.as_array().into_iter().flatten() {
            self.fits(item, &schema["items"])?;
        }
        let Some(members) = value.as_object() else {
            return Ok(());
        };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                return Err(format!("{name} is missing in {value}"));
            }
        }
        let properties = schema["properties"].as_object();
        for (name, member) in members {
            match properties.map(|properties| properties.get(name)) {
                None => {} // any members
                Some(Some(schema)) => self.fits(member, schema)?,
                Some(None) => return Err(format!("{name} is not described in {schema}")),
            }
        }
        Ok(())
    }
}

/// A file that says all that can be said.
pub fn file(name: &str) -> Value {
    json!({
        "name": name,
        "legal_basis": "gi_product",
        "basis_documents": ["公告2026年第1号"],
        "forms": ["fresh", "canned"],
        "products": ["清水芦笋罐头 425 g"],
        "standards": [{ "number": "示例标准", "version": "2026" }],
        "areas": [{ "township": 430_981_006, "area_hundredths": 5_000_000 }],
        "contact": { "person": "王五", "phone": "0737-0000000", "address": "沅江市示例路1号" },
    })
}

/// A licensee whose right is in force.
pub fn licensee(uscc: &str, name: &str) -> Value {
    json!({
        "by": "李四", "uscc": uscc, "file": file(name), "state": "active", "date": "2026-01-05",
        "document": "公告2026年第1号",
    })
}
