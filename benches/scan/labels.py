"""Labels of a pack as prints: what lies on the paper, from each kind of file the program writes."""

import base64
import csv
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy
import segno
from PIL import Image

RENDERER = Path(sys.prefix, "zpl/node_modules/zpl-renderer-js/dist/index.esm.js")
"""A rasteriser of ZPL that is not ours: zebrash, as the package zpl-renderer-js brings it (see `install`)."""

PAPER, INK = 0.90, 0.05
"""How much light white paper and black ink send back."""

MODULE_MM = {203: 25.4 * 3 / 203, 300: 25.4 * 4 / 300, 600: 25.4 * 8 / 600}
"""Side of a module by the resolution of the pack."""


@dataclass
class Print:
    """A printed label: the light it sends back, dot by dot, and what its symbol must say."""

    kind: str
    text: str
    reflectance: numpy.ndarray
    dots_per_mm: float
    modules: int
    """Modules along one side of the symbol, without its quiet zone of four."""

    @property
    def module_dots(self):
        return self.reflectance.shape[1] / (self.modules + 8)


def of_picture(kind, text, picture, dots_per_mm, modules=41):
    grey = numpy.asarray(picture.convert("L"), dtype=numpy.float32) / 255
    return Print(kind, text, INK + grey * (PAPER - INK), dots_per_mm, modules)


def texts(pack):
    """What the symbols of a pack must say, in order."""
    with (pack / "labels.csv").open(newline="") as table:
        return [row["qr_text"] for row in csv.DictReader(table)]


def from_png(pack, dpi, chosen):
    files = sorted((pack / "png").rglob("*.png"))
    for number, text in chosen:
        yield of_picture(f"png {dpi}", text, Image.open(files[number]), dpi / 25.4)


def from_pdf(pack, dpi, chosen, printer=600):
    """One label a page, drawn for a press of `printer` dots an inch by poppler."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in chosen:
            page = str(number + 1)
            command = ["pdftoppm", "-png", "-gray", "-r", str(printer), "-f", page, "-l", page, "-singlefile"]
            subprocess.run([*command, pack / "labels.pdf", f"{folder}/page"], check=True)
            with Image.open(f"{folder}/page.png") as picture:
                yield of_picture(f"pdf {dpi}", text, picture, printer / 25.4)


def from_zpl(pack, dpi, chosen):
    """Drawn by zebrash, as a label printer would."""
    labels = (pack / "labels.zpl").read_text("latin-1").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.zpl")
        wanted.write_text("\n".join(labels[number] for number, _ in chosen), "latin-1")
        script = Path(__file__).with_name("rasterise.mjs")
        subprocess.run(["node", script, RENDERER, wanted, str(dpi), folder], check=True)
        for place, (_, text) in enumerate(chosen):
            with Image.open(f"{folder}/{place}.png") as picture:
                yield of_picture(f"zpl {dpi}", text, picture, dpi / 25.4)


def of_pack(pack, dpi, count):
    """`count` labels of a pack: in turn from its PNG, its PDF and its ZPL."""
    all_texts = list(enumerate(texts(pack)))[:count]
    prints = []
    for turn, kind in enumerate([from_png, from_pdf, from_zpl]):
        prints.extend(kind(pack, dpi, all_texts[turn::3]))
    return prints


def as_plain_link(print_):
    """The same code as a careless designer prints it: the link in one byte segment, hence version 8, at the same width."""
    digits = print_.text.rsplit("/", 1)[1]
    code = int(digits).to_bytes(80, "big")
    link = "https://v.example.cn/t/" + base64url(code)
    symbol = segno.make(link, error="m", mode="byte", boost_error=False)
    side = len(symbol.matrix)
    width_mm = print_.reflectance.shape[1] / print_.dots_per_mm
    dots = 8
    modules = numpy.pad(numpy.array([list(row) for row in symbol.matrix]) == 1, 4)
    reflectance = numpy.where(modules, INK, PAPER).astype(numpy.float32)
    reflectance = reflectance.repeat(dots, axis=0).repeat(dots, axis=1)
    return Print("plain link", link, reflectance, reflectance.shape[1] / width_mm, side)


def base64url(code):
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode()
