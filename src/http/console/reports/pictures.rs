//! Pictures of figures in the words of the page, also for a licensee's own start page.

use crate::domain::season::Season;
use crate::http::console::figure::Figure;
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::words::{Two, two};
use crate::service::report::chart::{self, Bar};
use crate::service::report::{Funnel, Stock};

/// A share of a number, as in `81.2 %`; nothing where there is nothing to have a share of.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let per_mille = u128::from(part) * 1000 / u128::from(whole);
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

/// A season's marks from the entitlement to the pack. `note` says how the numbers are made.
pub fn of_season(visit: &Visit, season: Season, funnel: &Funnel, title: Two) -> Figure {
    let steps = [
        (two("额度", "Entitled"), funnel.entitled),
        (two("核准印制", "Ordered"), funnel.ordered),
        (two("印制合格", "Printed"), funnel.printed),
        (two("发放", "Delivered"), funnel.delivered),
        (two("激活", "Activated"), funnel.activated),
        (two("使用", "Used"), funnel.used),
    ];
    let title = format!("{season} {}", visit.say(title));
    let bars = steps.map(|(label, marks)| Bar {
        label: visit.say(label).to_owned(),
        parts: vec![marks],
        text: thousands(marks),
    });
    let svg = chart::bars(&title, &bars);
    let mut figure = Figure::new(visit, title, svg).heads(
        visit,
        &[
            two("环节", "Step"),
            two("数量（枚）", "Marks"),
            two("占上一环节", "Of the step before"),
        ],
    );
    let mut before = 0;
    for (label, marks) in steps {
        figure = figure.row(
            None,
            vec![
                visit.say(label).to_owned(),
                thousands(marks),
                percent(marks, before),
            ],
        );
        before = marks;
    }
    figure.note(visit.say(two(
        "额度：核定、调整、划入、上年结转及销毁后恢复的总量，减去划出。核准印制：已核准而未取消的订单。印制合格、发放：不论现在何处。\
         激活：减去激活后遗失、退回、作废的。包装可以先贴标、后激活，因此使用一时可能多于激活。",
        "Entitled: granted, adjusted, received, carried over and given back after destruction, less what was given away. \
         Ordered: in approved orders that were not cancelled. Printed and delivered: wherever they are now. Activated: less \
         those lost, returned or spoiled since. Labels may be on packs before they are activated, so more can be used than \
         activated for a while.",
    )))
}

/// Where labels are, in the order of the series.
pub(super) const PLACES: [Two; 4] = [
    two("结存", "On hand"),
    two("发放途中", "In transit"),
    two("在承印方", "At the printer's"),
    two("待销毁", "To be destroyed"),
];

pub(super) const fn parts(stock: &Stock) -> [u64; 4] {
    [
        stock.on_hand,
        stock.in_transit,
        stock.at_printer,
        stock.to_be_destroyed,
    ]
}

/// Where the labels of one licensee are.
pub fn of_stock(visit: &Visit, stock: &Stock) -> Figure {
    let title = visit.say(two(
        "标志结存（全部年度）",
        "Labels in stock, of all seasons",
    ));
    let bars: Vec<Bar> = PLACES
        .iter()
        .zip(parts(stock))
        .map(|(label, marks)| Bar {
            label: visit.say(*label).to_owned(),
            parts: vec![marks],
            text: thousands(marks),
        })
        .collect();
    let mut figure = Figure::new(visit, title, chart::bars(title, &bars))
        .heads(visit, &[two("去向", "Place"), two("数量（枚）", "Marks")]);
    for bar in bars {
        figure = figure.row(None, vec![bar.label, bar.text]);
    }
    figure
}
