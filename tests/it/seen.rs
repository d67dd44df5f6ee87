//! The program seen from outside: what alerts, dashboard and `docs/OPERATING.md` speak of is told by the program, what it tells
//! stands there, and promtool and the shape of a dashboard hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use yuanmark::http::{Limit, RateLimits};
use yuanmark::service::metrics::Metrics;

const PAGE: &str = "docs/OPERATING.md";
const ALERTS: &str = "docs/operating/alerts.yml";
const ALERTS_TEST: &str = "docs/operating/alerts_test.yml";
const DASHBOARD: &str = "docs/operating/grafana.json";
/// What Prometheus knows of its own accord.
const OF_PROMETHEUS: [&str; 1] = ["up{"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// Every name of a metric of ours that stands in a text.
fn names(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| word.starts_with("yuanmark_"))
        .collect()
}

/// The names that stand at the beginning of lines: what Prometheus stores.
fn samples(told: &str) -> BTreeSet<&str> {
    let lines = told.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

/// The same as people speak of them: a histogram is one thing, not three.
fn metrics(told: &str) -> BTreeSet<&str> {
    let histograms: BTreeSet<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" histogram"))
        .collect();
    let whole = |sample| {
        ["_bucket", "_sum", "_count"]
            .iter()
            .filter_map(|suffix| str::strip_suffix(sample, suffix))
            .find(|histogram| histograms.contains(histogram))
            .unwrap_or(sample)
    };
    samples(told).into_iter().map(whole).collect()
}

/// The values that a text compares this label with: `label="a"`, `label=~"a|b"`, `label!="a"`.
fn values<'text>(text: &'text str, label: &str) -> Vec<&'text str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(label) {
        let after = &text[at + label.len()..];
        let inside_a_word = text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric());
        let compared = ["=\"", "=~\"", "!=\"", "!~\""]
            .iter()
            .find_map(|sign| after.strip_prefix(sign));
        if let (Some(compared), false) = (compared, inside_a_word) {
            found.extend(compared.split('"').next().unwrap().split('|'));
        }
    }
    found
}

#[test]
fn whatever_is_looked_at_is_told() {
    let told = Metrics::new(RateLimits::default().refusals()).text();
    let (samples, metrics) = (samples(&told), metrics(&told));
    assert!(samples.len() > 15 && metrics.len() > 10, "{told}");
    for file in [ALERTS, ALERTS_TEST, DASHBOARD] {
        let text = read(file).replace("\\\"", "\"");
        let looked_at = names(&text);
        assert!(looked_at.len() > 8, "{file}");
        for name in looked_at {
            assert!(samples.contains(name), "{file}: {name}");
        }
        for label in ["verdict", "reason", "limit", "le"] {
            for value in values(&text, label) {
                let said = format!("{label}=\"{value}\"");
                assert!(told.contains(&said), "{file}: {said}");
            }
        }
    }
    for name in names(&read(PAGE)) {
        assert!(metrics.contains(name), "{PAGE}: {name}");
    }
}

#[test]
fn whatever_is_told_stands_on_the_page() {
    let (told, page) = (
        Metrics::new(RateLimits::default().refusals()).text(),
        read(PAGE),
    );
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for metric in metrics(&told) {
        let row = format!("| `{metric}` |");
        let rows = rows.iter().filter(|line| line.starts_with(&row));
        assert_eq!(rows.count(), 1, "{PAGE}: {metric}");
    }
}

#[test]
fn every_limit_stands_on_the_page() {
    let page = read(PAGE);
    let row = page.lines().find(|line| line.contains("_limited_total"));
    for limit in Limit::ALL {
        let word = format!("`{}`", limit.word());
        assert!(row.is_some_and(|row| row.contains(&word)), "{limit:?}");
    }
}

/// Name and severity of each alert.
fn alerts(rules: &str) -> Vec<(&str, &str)> {
    let rules = rules.split("- alert: ").skip(1);
    rules
        .map(|rule| {
            let severity = rule.split("severity: ").nth(1).unwrap();
            assert!(rule.contains("summary: ") && rule.contains("description: "));
            (
                rule.lines().next().unwrap(),
                severity.lines().next().unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_alert_stands_on_the_page_and_is_tried() {
    let (rules, tests, page) = (read(ALERTS), read(ALERTS_TEST), read(PAGE));
    let alerts = alerts(&rules);
    assert!(alerts.len() > 10);
    for (alert, severity) in &alerts {
        assert!(["critical", "warning"].contains(severity), "{alert}");
        let row = format!("| `{alert}` | {severity} | ");
        assert!(page.contains(&row), "{PAGE}: {row}");
        let fires =
            format!("alertname=\"{alert}\", alertstate=\"firing\", severity=\"{severity}\"");
        assert!(tests.contains(&fires), "{ALERTS_TEST}: {fires}");
    }
    assert_eq!(page.matches("| `Yuanmark").count(), alerts.len(), "{PAGE}");
}

#[test]
fn promtool_finds_nothing_wrong_and_every_rule_fires_when_it_should() {
    for (task, file) in [
        (["check", "config"], "docs/operating/prometheus.yml"),
        (["check", "rules"], ALERTS),
        (["test", "rules"], ALERTS_TEST),
    ] {
        let ran = Command::new("promtool")
            .args(task)
            .arg(path(file))
            .output()
            .expect("promtool is missing: run ./scripts/test, which installs it");
        assert!(
            ran.status.success(),
            "{file}\n{}\n{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

/// Where a panel is: left, top, right, bottom.
fn place(panel: &Value) -> [u64; 4] {
    let of = |side: &str| panel["gridPos"][side].as_u64().unwrap();
    let (x, y, w, h) = (of("x"), of("y"), of("w"), of("h"));
    assert!(w > 0 && h > 0 && x + w <= 24, "{}", panel["title"]);
    [x, y, x + w, y + h]
}

#[test]
fn every_panel_of_the_dashboard_has_a_title_a_question_and_a_place_of_its_own() {
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let variables: Vec<&str> = variables
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    assert_eq!(variables, ["datasource", "job", "instance"]);

    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() > 15);
    let (mut titles, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let mut places: Vec<[u64; 4]> = Vec::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(!title.is_empty() && titles.insert(title), "{title}");
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        let [left, top, right, bottom] = place(panel);
        for other in &places {
            let apart =
                right <= other[0] || other[2] <= left || bottom <= other[1] || other[3] <= top;
            assert!(apart, "{title} lies over another");
        }
        places.push([left, top, right, bottom]);
        if panel["type"] == "row" {
            continue; // a headline
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        assert!(
            !panel["description"].as_str().unwrap().is_empty(),
            "{title}"
        );
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title}");
        for target in targets {
            let asked = target["expr"].as_str().unwrap();
            let known = OF_PROMETHEUS.iter().any(|name| asked.contains(name));
            assert!(known || !names(asked).is_empty(), "{title}: {asked}");
            assert!(
                asked.contains("job=\"$job\", instance=~\"$instance\""),
                "{title}: {asked}"
            );
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
        }
    }
}
