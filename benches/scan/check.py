"""Whether every label of a pack is read in mildly bad conditions, by both readers, and says its own text and nothing else.

    check.py --pack FOLDER --dpi 203|300|600

A phone takes thirty frames a second: of three frames of each label, one must be read, and none may give another text. Prints how
many labels it looked at; says what was not read, and fails.
"""

import argparse
import sys
from pathlib import Path

import numpy

import labels
from camera import Shot, photograph
from readers import READERS

MILD = {
    "as it is": Shot(),
    "farther away": Shot(distance_mm=150),
    "out of focus": Shot(blur=0.15),
    "turned": Shot(turn=30),
    "upside down": Shot(turn=180),
    "from the side": Shot(tilt=25),
    "noise": Shot(noise=2),
    "in the dark": Shot(photons=400),
    "faded": Shot(contrast=45),
    "dirty": Shot(dirt=0.3),
}
FRAMES = 3


def failures(print_, seed):
    """What a label failed at, and where a reader made a text up."""
    for name, shot in MILD.items():
        random = numpy.random.default_rng([seed, *name.encode()])
        waiting = set(READERS)
        for _ in range(FRAMES):
            frame = photograph(print_, shot, random)
            texts = {reader: set(READERS[reader](frame)) for reader in waiting}
            waiting -= {reader for reader in waiting if print_.text in texts[reader]}
            if set().union(*texts.values()) - {print_.text}:
                yield f"something else was read {name}"
            if not waiting:
                break
        for reader in sorted(waiting):
            yield f"{reader} did not read it {name}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pack", type=Path, required=True, help="with csv, png, pdf and zpl")
    arguments.add_argument("--dpi", type=int, required=True)
    options = arguments.parse_args()
    count = len(labels.texts(options.pack))
    prints = labels.of_pack(options.pack, options.dpi, count)
    failed = [
        f"{print_.kind}, {print_.text}: {failure}"
        for seed, print_ in enumerate(prints)
        for failure in failures(print_, seed)
    ]
    print(len(prints), *failed, sep="\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
