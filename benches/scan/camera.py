"""A phone's camera in simulation: from the light of a print to the grey values of a frame.

The label lies at the middle of the view, `distance_mm` before a pinhole camera whose horizontal field of view is 65° and whose
frames, as scanning programs take them, have 1920 pixels across. Each pixel gathers the light of its own square of the label; then
come the lens, the sensor, and the curve of the screen.
"""

from dataclasses import dataclass, replace
from math import cos, radians, sin, tan

import numpy

FOCAL = 1920 / 2 / tan(radians(65 / 2))
"""Of the lens, in pixels."""

SURROUNDINGS, MARGIN_MM = 0.45, 3
"""What the label is stuck on, and how much of it is in the picture."""

EXPOSURE = 0.80
"""Where white paper lands, of the sensor's range."""

SAMPLES = 3
"""Along each side of a pixel."""

MODULE_MM = 25.4 * 4 / 300
"""A module of ours at 300 and 600 dots per inch; the unit of blur."""


@dataclass(frozen=True)
class Shot:
    """How a photograph is taken, and what became of the label before."""

    distance_mm: float = 120
    turn: float = 0
    """In its plane, in degrees, beside a few that every shot has."""
    tilt: float = 0
    """Out of its plane, in degrees."""
    blur: float = 0
    """Standard deviation, in modules of ours, beside the half pixel that every lens has."""
    noise: float = 0
    """Standard deviation, in per cent of the range of grey values, beside what every sensor has."""
    photons: float = 5000
    """That a pixel has of white paper."""
    contrast: float = 85
    """Between paper and ink, in per cent of the light that falls on them."""
    dirt: float = 0
    """Per cent of the symbol that is covered by spots, dark or light, of one to three modules."""

    def with_(self, **changes):
        return replace(self, **changes)

    @property
    def pixels_per_module(self):
        return FOCAL / self.distance_mm * MODULE_MM


def photograph(print_, shot, random):
    """A frame that shows the label, 8 bits a pixel."""
    reflectance = soiled(print_, shot, random)
    light = gathered(reflectance, print_, shot, random)
    light *= illumination(light.shape, random)
    light = blurred(light, 0.5 + shot.blur * shot.pixels_per_module)
    return developed(light, shot, random)


def soiled(print_, shot, random):
    reflectance = print_.reflectance
    if shot.contrast != 85:
        paper, ink = 0.90, 0.90 - shot.contrast / 100
        reflectance = ink + (reflectance - 0.05) / 0.85 * (paper - ink)
    if shot.dirt:
        reflectance = reflectance.copy()
        first = 4 * print_.module_dots
        side = print_.modules * print_.module_dots
        covered = numpy.zeros(reflectance.shape, dtype=bool)
        ys, xs = numpy.mgrid[: reflectance.shape[0], : reflectance.shape[1]]
        symbol = (slice(int(first), int(first + side)),) * 2
        while covered[symbol].mean() < shot.dirt / 100:
            x, y = first + random.random(2) * side
            across, along = random.uniform(0.15, 0.5, 2) * print_.dots_per_mm
            spot = ((xs - x) / across) ** 2 + ((ys - y) / along) ** 2 < 1
            reflectance[spot] = random.choice([0.10, 0.80])
            covered |= spot
    return reflectance


def gathered(reflectance, print_, shot, random):
    """Each pixel the mean light of its square, by the laws of perspective."""
    height, width = (length / print_.dots_per_mm for length in reflectance.shape)
    # Every shot is held a little otherwise.
    angle = radians(shot.turn + random.uniform(-5, 5))
    axis, tilt = random.uniform(0, 2 * numpy.pi), radians(shot.tilt)

    def about(angle):
        return numpy.array([[cos(angle), -sin(angle), 0], [sin(angle), cos(angle), 0], [0, 0, 1]])

    lean = numpy.array([[1, 0, 0], [0, cos(tilt), -sin(tilt)], [0, sin(tilt), cos(tilt)]])
    turned = about(axis) @ lean @ about(-axis) @ about(angle)
    # From millimetres on the label, whose middle is the origin, to pixels.
    plane = numpy.column_stack([turned[:, 0], turned[:, 1], [0, 0, shot.distance_mm]])
    to_pixels = numpy.diag([FOCAL, FOCAL, 1]) @ plane
    x, y = width / 2 + MARGIN_MM, height / 2 + MARGIN_MM
    corners = to_pixels @ numpy.array([[-x, x, x, -x], [-y, -y, y, y], [1, 1, 1, 1]])
    corners = corners[:2] / corners[2]
    low, high = numpy.floor(corners.min(axis=1)), numpy.ceil(corners.max(axis=1))
    low, high = low.clip(-960, 960), high.clip(-960, 960)
    shift = random.random(2)

    def places(axis):
        count = int(high[axis] - low[axis]) * SAMPLES
        return (low[axis] + shift[axis] + (numpy.arange(count) + 0.5) / SAMPLES).astype(numpy.float32)

    columns, rows = places(0)[None, :], places(1)[:, None]
    back = numpy.linalg.inv(to_pixels).astype(numpy.float32)
    depth = back[2, 0] * columns + back[2, 1] * rows + back[2, 2]

    def dots(row, middle):
        length = (back[row, 0] * columns + back[row, 1] * rows + back[row, 2]) / depth
        return numpy.floor((length + middle) * print_.dots_per_mm).astype(numpy.int32)

    columns, rows = dots(0, width / 2), dots(1, height / 2)
    outside = (columns < 0) | (rows < 0) | (columns >= reflectance.shape[1]) | (rows >= reflectance.shape[0])
    columns[outside] = rows[outside] = 0
    light = reflectance[rows, columns]
    light[outside] = SURROUNDINGS
    across = sum(light[:, sample::SAMPLES] for sample in range(SAMPLES))
    return sum(across[sample::SAMPLES] for sample in range(SAMPLES)) / SAMPLES**2


def illumination(shape, random):
    """Light from one side: a fifth less at the far end."""
    angle = random.uniform(0, 2 * numpy.pi)
    ys, xs = numpy.linspace(-1, 1, shape[0])[:, None], numpy.linspace(-1, 1, shape[1])[None, :]
    return (0.9 + 0.1 * (cos(angle) * xs + sin(angle) * ys)).astype(numpy.float32)


def blurred(light, deviation):
    reach = int(3 * deviation + 1)
    kernel = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / deviation) ** 2)
    kernel = (kernel / kernel.sum()).astype(numpy.float32)
    for axis in (0, 1):
        edges = [(reach, reach) if axis == along else (0, 0) for along in (0, 1)]
        padded = numpy.pad(light, edges, mode="edge")
        length = light.shape[axis]
        light = sum(
            weight * padded.take(range(place, place + length), axis=axis) for place, weight in enumerate(kernel)
        )
    return light


def developed(light, shot, random):
    """Photons, the electrons of reading them out, the amplifier, and the curve of a screen."""
    electrons = random.poisson(light * shot.photons) + random.normal(0, 2, light.shape)
    grey = (electrons / shot.photons * EXPOSURE / 0.9).clip(0, 1) ** (1 / 2.2)
    grey += random.normal(0, 0.005 + shot.noise / 100, light.shape)
    return (grey.clip(0, 1) * 255).round().astype(numpy.uint8)
