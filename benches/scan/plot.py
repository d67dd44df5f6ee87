"""The curves as an SVG: a small panel for each thing that goes wrong, readable at the width of a page, by day and by night."""

PANEL, GAP, TOP = (190, 118), (30, 58), 78
COLUMNS = 4

STYLE = """
text { font: 11px system-ui, sans-serif; fill: #57606a }
.title { font-size: 12.5px; font-weight: 600; fill: #24292f }
.axis { stroke: #d0d7de; stroke-width: 1; fill: none }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.zxing-cpp { stroke: #0a6bc2 } .zbar { stroke: #c2560a } .plain { stroke: #8c959f; stroke-width: 1.5 }
.far { stroke-dasharray: 5 4; stroke-width: 1.5 } .dot { stroke-dasharray: 1 4 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 } .title { fill: #e6edf3 } .axis { stroke: #3d444d }
  .zxing-cpp { stroke: #58a6ff } .zbar { stroke: #f0883e } .plain { stroke: #767d86 }
}
"""

CLASSES = ["line zxing-cpp", "line zbar", "line zxing-cpp far", "line zbar far", "line plain", "line plain dot"]


def svg(series, curves, shares, labels):
    """`shares` by series, step and curve, from 0 to 1; a curve that was not taken is NaN."""
    rows = -(-len(series) // COLUMNS)
    width = COLUMNS * (PANEL[0] + GAP[0]) + 10
    height = TOP + rows * (PANEL[1] + GAP[1])
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>Share of {labels} labels read at each step</title><style>{STYLE}</style>",
        f'<text class="title" x="34" y="18">Share of {labels} labels read, at each step of what goes wrong</text>',
    ]
    for place, (curve, style) in enumerate(zip(curves, CLASSES)):
        x, y = 34 + place // 2 * 190, 36 + place % 2 * 17
        out.append(f'<path class="{style}" d="M{x} {y}h26"/><text x="{x + 32}" y="{y + 4}">{curve}</text>')
    for place, ((name, unit, steps, _), values) in enumerate(zip(series, shares)):
        x = 34 + place % COLUMNS * (PANEL[0] + GAP[0] - 6)
        y = TOP + 22 + place // COLUMNS * (PANEL[1] + GAP[1])
        out.append(f'<g transform="translate({x} {y})">{panel(name, unit, steps, values, place % COLUMNS == 0)}</g>')
    return "\n".join([*out, "</svg>\n"])


def panel(name, unit, steps, values, has_scale):
    wide, high = PANEL
    unit = unit if unit.startswith("°") else f" {unit}"
    out = [f'<text class="title" x="0" y="-9">{name}<tspan font-weight="400">,{unit}</tspan></text>']
    out[0] = out[0].replace(",°", ", °")
    for share in (0, 0.5, 1):
        line = high - share * high
        out.append(f'<path class="axis" d="M0 {line:g}h{wide}"/>')
        if has_scale:
            out.append(f'<text x="-6" y="{line + 4:g}" text-anchor="end">{share * 100:.0f}</text>')
    places = [wide * (step + 0.5) / len(steps) for step in range(len(steps))]
    for x, step in zip(places, steps):
        out.append(f'<text x="{x:.1f}" y="{high + 15}" text-anchor="middle">{step:g}</text>')
    for curve in reversed(range(len(CLASSES))):
        points = [f"{x:.1f} {high - share * high:.1f}" for x, share in zip(places, values[:, curve]) if share == share]
        if points:
            out.append(f'<path class="{CLASSES[curve]}" d="M{"L".join(points)}"/>')
    return "".join(out)
