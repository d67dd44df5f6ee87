"""How much is read as things get worse: one thing at a time, in rising steps, with a fixed seed. See `run`."""

import argparse
import multiprocessing
from pathlib import Path

import numpy

import labels
import plot
from camera import Shot, photograph
from readers import READERS

NEAR, FAR = Shot(distance_mm=120), Shot(distance_mm=200)

SERIES = [
    ("distance", "cm", [10, 14, 18, 22, 25, 28, 31, 35], lambda shot, step: shot.with_(distance_mm=step * 10)),
    ("out of focus", "modules", [0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5], lambda shot, step: shot.with_(blur=step)),
    ("turned", "°", [0, 20, 45, 70, 90, 135, 180, 270], lambda shot, step: shot.with_(turn=step)),
    ("from the side", "°", [0, 15, 30, 40, 50, 60, 65, 70], lambda shot, step: shot.with_(tilt=step)),
    ("noise", "% of range", [0, 3, 6, 9, 12, 15, 18, 24], lambda shot, step: shot.with_(noise=step)),
    ("in the dark", "photons", [500, 300, 150, 100, 60, 40, 25, 15], lambda shot, step: shot.with_(photons=step)),
    ("faded", "% contrast", [85, 60, 40, 30, 25, 20, 15, 10], lambda shot, step: shot.with_(contrast=step)),
    ("dirty", "% of symbol", [0, 1, 2, 3, 4, 6, 8, 10], lambda shot, step: shot.with_(dirt=step)),
]
"""Name, unit, steps, and what a step does to a shot."""

CURVES = [
    "zxing-cpp, 12 cm",
    "zbar, 12 cm",
    "zxing-cpp, 20 cm",
    "zbar, 20 cm",
    "plain link (version 8), zxing-cpp, 12 cm",
    "plain link (version 8), zbar, 12 cm",
]
"""Two for each reader: labels of ours from near and from far, and the plain link."""


def cases(prints, links):
    """Every photograph to take: where its result goes, the label, the shot."""
    for series, (name, _, steps, change) in enumerate(SERIES):
        for place, step in enumerate(steps):
            for number, (print_, link) in enumerate(zip(prints, links)):
                at = (series, place, number)
                yield at, 0, print_, change(NEAR, step)
                if name != "distance":
                    yield at, 2, print_, change(FAR, step)
                yield at, 4, link, change(NEAR, step)


def take(case):
    """What each reader makes of a photograph: whether it read the text and nothing else, and whether it read another."""
    (series, place, number), curve, print_, shot, seed = case
    random = numpy.random.default_rng([seed, series, place, number, curve])
    frame = photograph(print_, shot, random)
    read = [set(reader(frame)) for reader in READERS.values()]
    return series, place, curve, [texts == {print_.text} for texts in read], [bool(texts - {print_.text}) for texts in read]


def measured(prints, links, seed):
    """Shares read by series, step and curve (NaN where none was taken), and how often another text was read."""
    good = numpy.zeros((len(SERIES), 8, len(CURVES)))
    taken, wrong = numpy.zeros_like(good), 0
    work = ((*case, seed) for case in cases(prints, links))
    with multiprocessing.Pool() as pool:
        for series, place, curve, right, other in pool.imap_unordered(take, work, chunksize=16):
            for reader in range(2):
                good[series, place, curve + reader] += right[reader]
                taken[series, place, curve + reader] += 1
                wrong += other[reader]
    with numpy.errstate(invalid="ignore"):
        return good / taken, int(taken.sum()), wrong


def tables(shares):
    for (name, unit, steps, _), rows in zip(SERIES, shares):
        curves = [curve for curve in range(len(CURVES)) if not numpy.isnan(rows[0, curve])]
        print(f"\n| {name}, {unit} | " + " | ".join(f"{step:g}" for step in steps) + " |")
        print("|---" * (len(steps) + 1) + "|")
        for curve in curves:
            title = CURVES[curve].replace(", 12 cm", "") if name == "distance" else CURVES[curve]
            print(f"| {title} | " + " | ".join(f"{share * 100:.0f} %" for share in rows[:, curve]) + " |")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pack", type=Path, required=True, help="a pack at 300 dpi with csv, png, pdf and zpl")
    arguments.add_argument("--plot", type=Path, help="where the curves are drawn")
    arguments.add_argument("--labels", type=int, default=60, help="how many, a third of each kind of file")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    prints = labels.of_pack(options.pack, 300, options.labels)
    links = [labels.as_plain_link(print_) for print_ in prints]
    shares, taken, wrong = measured(prints, links, options.seed)
    print(f"{len(prints)} labels of version 6 (module 0.34 mm) a step, a third each from PNG, PDF and ZPL; seed {options.seed}.")
    print(f"At 12 cm a module has {NEAR.pixels_per_module:.1f} pixels, at 20 cm {FAR.pixels_per_module:.1f}.")
    print("The plain link is the same code in one byte segment: version 8, at the same printed width.")
    print(f"{taken} readings, {wrong} of them gave a text that was not on the label.")
    tables(shares)
    if options.plot:
        options.plot.write_text(plot.svg(SERIES, CURVES, shares, len(prints)))


if __name__ == "__main__":
    main()
