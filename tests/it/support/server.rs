//! An installation that serves on a free port of this machine, and the phones that ask it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use ureq::http::{HeaderMap, Request};
use yuanmark::domain::access::Scope;
use yuanmark::domain::admin_token::AdminToken;
use yuanmark::domain::calendar::BEIJING;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::order::{Batch, OrderState};
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::http::{self, App, CATALOG_MIB, Limit, RateLimits, Traffic, TrustedProxies};
use yuanmark::service::{orders, system};

use super::installation::{Installation, morning};

/// The address that the site believes to have; the phones reach it on loopback.
pub const PUBLIC_URL: &str = "https://v.example.cn";
/// The installation's token of a site: it opens everything.
pub const ADMIN_TOKEN: &str = "a-token-of-tests-0123456789_ABCDEF";
/// What a browser says it takes.
const BROWSER_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// What a phone's browser says it is.
pub const BROWSER: &str = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile";
/// A test that waits longer than this has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a client keeps a connection that it does not use: the server ends those after ten seconds.
pub const IDLE: Duration = Duration::from_secs(5);

/// The year in whose season goods of every form but the fresh ones are in the market now.
pub fn this_season() -> u16 {
    u16::try_from(BEIJING.to_datetime(system::now()).year()).unwrap()
}

/// Asks again and again until the answer is yes.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The site's proxy is on this machine; all else is as the program has it by itself, but that tests may guess.
pub fn traffic() -> Traffic {
    Traffic {
        proxies: TrustedProxies::new(vec!["127.0.0.1".parse().unwrap()]),
        limits: RateLimits::default()
            .with(Limit::Guesses, 0)
            .with(Limit::Asks, 0),
        ..Traffic::default()
    }
}

/// A serving installation.
pub struct Site {
    pub installation: Installation,
    pub address: SocketAddr,
    app: App,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<io::Result<()>>,
}

impl Deref for Site {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.installation
    }
}

impl Site {
    pub async fn serve(installation: Installation) -> Self {
        Self::serve_as(installation, PUBLIC_URL).await
    }

    pub async fn serve_as(installation: Installation, public_url: &str) -> Self {
        Self::start(installation, public_url, Some(ADMIN_TOKEN)).await
    }

    /// One without the installation's token.
    pub async fn without_administrators() -> Self {
        let installation = Installation::new(super::databases::TestDatabase::sqlite()).await;
        Self::start(installation, PUBLIC_URL, None).await
    }

    /// One that a browser on this machine can open: its public address is where it listens, over plain HTTP.
    pub async fn serve_plainly(installation: Installation) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self::start_at(listener, installation, &url, None, traffic())
    }

    async fn start(installation: Installation, public_url: &str, admin: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_at(listener, installation, public_url, admin, traffic())
    }

    /// One that knows this of who asks.
    pub async fn serve_among(installation: Installation, traffic: Traffic) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_at(
            listener,
            installation,
            PUBLIC_URL,
            Some(ADMIN_TOKEN),
            traffic,
        )
    }

    fn start_at(
        listener: TcpListener,
        installation: Installation,
        public_url: &str,
        admin: Option<&str>,
        traffic: Traffic,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let app = App::new(
            installation.store.clone(),
            installation.keys.clone(),
            PublicUrl::new(public_url).unwrap(),
            admin.map(|token| AdminToken::new(token).unwrap()),
            traffic,
            CATALOG_MIB,
        );
        let kept = app.clone();
        let (end, ended) = oneshot::channel();
        let ended = async move { _ = ended.await };
        Self {
            installation,
            app: kept,
            address,
            end: Some(end),
            serving: tokio::spawn(http::serve(listener, app, ended)),
        }
    }

    /// What its handlers use.
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// One on SQLite, for what has nothing to do with the database.
    pub async fn any() -> Self {
        let database = super::databases::TestDatabase::sqlite();
        Self::serve(Installation::new(database).await).await
    }

    /// One on each kind of database.
    pub async fn both() -> [Self; 2] {
        let [sqlite, postgres] = Installation::both().await;
        [Self::serve(sqlite).await, Self::serve(postgres).await]
    }

    /// This season's marks as their licensee has them: not activated.
    pub async fn printed(&self, count: u32) -> Batch {
        let licensee = self.licensee(0).await;
        let order = self.order_of_season(&licensee, count, this_season()).await;
        let batch = self.issue(&order, "printed").await.unwrap().batch;
        self.deliver(&batch).await;
        batch
    }

    /// This season's marks with hidden codes, as their licensee has them: not activated.
    pub async fn printed_with_hidden_codes(&self, count: u32) -> Batch {
        let licensee = self.licensee(2).await; // beside those whose marks have none
        let order = self.order_of_season(&licensee, count, this_season()).await;
        let batch = self.issue_hidden(&order, "hidden").await;
        self.deliver(&batch).await;
        batch
    }

    /// This season's marks, all activated.
    pub async fn in_market(&self, count: u32) -> Batch {
        let batch = self.printed(count).await;
        self.activate(&batch).await;
        batch
    }

    /// Activates all marks of a batch; its labels are delivered first if they were not.
    pub async fn activate(&self, batch: &Batch) {
        let order = orders::get(&self.store, Scope::All, batch.order)
            .await
            .unwrap();
        if order.state == OrderState::Issued {
            self.deliver(batch).await;
        }
        self.change(batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
    }

    /// The code of a mark as links carry it.
    pub fn link(&self, batch: &Batch, place: u32) -> String {
        self.code(batch, place).to_base64url()
    }

    /// The address of a mark's page.
    pub fn page(&self, batch: &Batch, place: u32) -> String {
        format!("/t/{}", self.link(batch, place))
    }

    /// A phone whose owner reads Chinese.
    pub fn phone(&self) -> Phone {
        Phone::new(self.address)
    }

    /// A phone whose owner reads English.
    pub fn english_phone(&self) -> Phone {
        self.phone()
            .with("accept-language", "en-GB,en;q=0.9,zh;q=0.5")
    }

    /// A program: takes what comes, names no language.
    pub fn program(&self) -> Phone {
        self.phone().without("accept").without("accept-language")
    }

    /// A program that shows the installation's token.
    pub fn administrator(&self) -> Phone {
        self.program()
            .with("authorization", &format!("Bearer {ADMIN_TOKEN}"))
    }

    /// Tells the site to end. It then takes no more, but finishes what it is at.
    pub fn tell_to_end(&mut self) {
        self.end.take().unwrap().send(()).unwrap();
    }

    /// Waits for the end.
    pub async fn ended(self) {
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("the site ends in time")
            .unwrap()
            .unwrap();
    }
}

/// Someone who asks a site and keeps its cookies, as a browser does.
#[derive(Clone)]
pub struct Phone {
    origin: String,
    agent: ureq::Agent,
    headers: BTreeMap<String, String>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Phone {
    pub fn new(address: SocketAddr) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .user_agent("")
            .accept("")
            .timeout_global(Some(PATIENCE))
            .max_idle_age(IDLE)
            .build();
        let phone = Self {
            origin: format!("http://{address}"),
            agent: agent.into(),
            headers: BTreeMap::new(),
            cookies: Arc::default(),
        };
        phone
            .with("user-agent", BROWSER)
            .with("accept", BROWSER_ACCEPT)
            .with("accept-language", "zh-CN,zh;q=0.9,en;q=0.8")
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Opens an address, as from a link or a scanned symbol.
    pub async fn open(&self, path: &str) -> Reply {
        self.ask("GET", path, Vec::new()).await
    }

    pub async fn head(&self, path: &str) -> Reply {
        self.ask("HEAD", path, Vec::new()).await
    }

    /// Types something into the field of the check page.
    pub async fn type_in(&self, text: &str) -> Reply {
        self.open(&format!("/check?q={}", percent_encoded(text)))
            .await
    }

    /// Checks a code or serial through the JSON interface.
    pub async fn check(&self, code: &str) -> Reply {
        self.verify(&json!({ "code": code })).await
    }

    /// Checks, and says where it is.
    pub async fn check_in(&self, prefecture: u32, code: &str) -> Reply {
        self.verify(&json!({ "code": code, "prefecture": prefecture }))
            .await
    }

    pub async fn verify(&self, body: &Value) -> Reply {
        self.post(body.to_string(), "application/json").await
    }

    /// Sends any body to the JSON interface.
    pub async fn post(&self, body: impl Into<Vec<u8>>, kind: &str) -> Reply {
        let request = self.request("POST", "/api/v1/verify");
        self.send(request.header("content-type", kind).body(body.into()))
            .await
    }

    pub async fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> Reply {
        self.send(self.request(method, path).body(body)).await
    }

    /// Sends JSON to any address.
    pub async fn send_json(&self, method: &str, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path);
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.to_string().into_bytes())).await
    }

    /// Sends a form of one of our own pages, as a browser does.
    pub async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send_as("POST", path, &headers, body).await
    }

    /// Types a hidden code into the form of a page.
    pub async fn claim(&self, mark: &str, hidden: &str) -> Reply {
        self.send_form("/claim", &[("mark", mark), ("hidden", hidden)])
            .await
    }

    /// Sends any body with these headers besides the usual ones.
    pub async fn send_as(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Reply {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body)).await
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let uri = format!("{}{path}", self.origin);
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        request
    }

    async fn send(&self, request: ureq::http::Result<Request<Vec<u8>>>) -> Reply {
        let request = request.unwrap();
        let what = format!("{} {}", request.method(), request.uri());
        let agent = self.agent.clone();
        let answer = spawn_blocking(move || {
            let mut response = agent.run(request)?;
            let body = response.body_mut().read_to_vec()?;
            Ok::<_, ureq::Error>((response, body))
        });
        let (response, body) = answer
            .await
            .unwrap()
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let reply = Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        };
        for cookie in reply.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if cookie.to_str().unwrap().contains("; Max-Age=0;") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// The cookies as they are sent.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// The cookie that names the phone.
    pub fn name(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.values().next().cloned()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie in by hand.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The content type without its parameters.
    pub fn kind(&self) -> &str {
        let kind = self.header("content-type").unwrap_or_default();
        kind.split(';').next().unwrap()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The verdict of an answer in JSON.
    pub fn verdict(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()["verdict"].as_str().unwrap().to_owned()
    }

    /// The number of the query in an answer in JSON.
    pub fn number(&self) -> u64 {
        self.json()["query"]["number"].as_u64().unwrap()
    }

    /// The heading of a page.
    pub fn heading(&self) -> String {
        assert_eq!(self.kind(), "text/html", "{}", self.text());
        let (_, rest) = self.text().split_once("<h1>").expect("a page has an h1");
        without_tags(rest.split_once("</h1>").unwrap().0)
    }

    /// What a page says, without markup.
    pub fn words(&self) -> String {
        assert_eq!(self.kind(), "text/html", "{}", self.text());
        let (head, rest) = self.text().split_once("<style>").unwrap_or_default();
        let (_, rest) = rest.split_once("</style>").unwrap_or(("", self.text()));
        without_tags(&format!("{head}{rest}"))
    }
}

fn without_tags(html: &str) -> String {
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str(part.split_once('>').expect("every tag ends").1);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// As a form field or path is sent: everything but letters and digits escaped.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}
