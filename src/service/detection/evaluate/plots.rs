//! Two pictures as SVG: detection against false alarms, and what was said against what was.

use crate::domain::detection::real::ln;

const COLOURS: [&str; 4] = ["#0b6e4f", "#c1440e", "#3b5b92", "#8a6d00"];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 350.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 440.0;

fn log10(value: f64) -> f64 {
    ln(value) / std::f64::consts::LN_10
}

fn begin(title: &str, across: &str, up: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\
         <title>{title}</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\
         <text x=\"{LEFT}\" y=\"22\" font-weight=\"bold\">{title}</text>\
         <text x=\"{}\" y=\"390\" text-anchor=\"middle\">{across}</text>\
         <text transform=\"translate(18 {}) rotate(-90)\" text-anchor=\"middle\">{up}</text>\n",
        f64::midpoint(LEFT, RIGHT),
        f64::midpoint(TOP, BOTTOM)
    )
}

/// A line across or up with its label.
fn rule(is_across: bool, at: f64, label: &str) -> String {
    if is_across {
        format!(
            "<path d=\"M{LEFT} {at:.1}H{RIGHT}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>\n",
            LEFT - 6.0,
            at + 4.0
        )
    } else {
        format!(
            "<path d=\"M{at:.1} {TOP}V{BOTTOM}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>\n",
            BOTTOM + 18.0
        )
    }
}

fn path(points: &[(f64, f64)], colour: &str) -> String {
    let points: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{x:.1} {y:.1}"))
        .collect();
    format!(
        "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
        points.join("L")
    )
}

/// Detection against false alarms, from 0.01 % to 30 % of them.
pub(super) fn detection(curves: &[super::Curve]) -> String {
    let x = |share: f64| LEFT + (log10(share) + 4.0) / 3.5 * (RIGHT - LEFT);
    let y = |share: f64| BOTTOM - share * (BOTTOM - TOP);
    let mut text = begin(
        "Copied codes that are found",
        "false alarms per honest scanned code",
        "found",
    );
    for (share, label) in [
        (0.0001, "0.01 %"),
        (0.001, "0.1 %"),
        (0.01, "1 %"),
        (0.1, "10 %"),
    ] {
        text += &rule(false, x(share), label);
    }
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        text += &rule(true, y(tenth), &format!("{:.0} %", 100.0 * tenth));
    }
    for (number, (name, points)) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let within = points
            .iter()
            .filter(|(share, _)| (0.0001..=0.32).contains(share));
        let points: Vec<(f64, f64)> = within
            .map(|(share, found)| (x(*share), y(*found)))
            .collect();
        text += &path(&points, colour);
        let at = TOP + 20.0 + 22.0 * f64::from(u32::try_from(number).unwrap_or(0));
        text += &format!(
            "<text x=\"{:.1}\" y=\"{at:.1}\" fill=\"{colour}\">{name}</text>\n",
            RIGHT + 14.0
        );
    }
    text + "</svg>\n"
}

/// What was said against what was, both by decades; between the thin lines it is right within a factor of two.
pub(super) fn reliability(points: &[(f64, f64)]) -> String {
    let x = |share: f64| LEFT + (log10(share) + 6.0) / 6.0 * (RIGHT - LEFT);
    let y = |share: f64| BOTTOM - (log10(share) + 6.0) / 6.0 * (BOTTOM - TOP);
    let mut text = begin(
        "Reliability of the posterior",
        "posterior that was said",
        "share that was copied",
    );
    for decade in -6..=0 {
        let share =
            crate::domain::detection::real::exp(f64::from(decade) * std::f64::consts::LN_10);
        let label = format!("10<tspan dy=\"-4\" font-size=\"9\">{decade}</tspan>");
        text += &rule(false, x(share), &label);
        text += &rule(true, y(share), &label);
    }
    for (factor, colour) in [(1.0, "#888"), (2.0, "#ccc"), (0.5, "#ccc")] {
        text += &path(
            &[(x(4e-6), y(4e-6 * factor)), (x(0.45), y(0.45 * factor))],
            colour,
        );
    }
    let places: Vec<(f64, f64)> = points
        .iter()
        .map(|(said, was)| (x(*said), y(*was)))
        .collect();
    if !places.is_empty() {
        text += &path(&places, COLOURS[0]);
    }
    for (x, y) in places {
        text += &format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{}\"/>\n",
            COLOURS[0]
        );
    }
    text + "</svg>\n"
}
