"""reportlab: labels on sheets of A4, each with its serial in two lines.

    reportlab_labels.py ENDING SECONDS FOLDER < TEXTS
"""

import sys
import time

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

ending, seconds, folder = sys.argv[1], float(sys.argv[2]), sys.argv[3]
COLUMNS, ROWS, WIDTH, HEIGHT, SYMBOL = 10, 11, 19 * mm, 25 * mm, 16.6 * mm
canvas = Canvas(f"{folder}/labels.{ending}", pagesize=A4)
start, count = time.monotonic(), 0
for line in sys.stdin:
    text, serial = line.split()
    place = count % (COLUMNS * ROWS)
    if count and not place:
        canvas.showPage()
    x = 8 * mm + place % COLUMNS * WIDTH
    y = A4[1] - 8 * mm - (place // COLUMNS + 1) * HEIGHT
    drawing = Drawing(SYMBOL, SYMBOL)
    drawing.add(qr.QrCodeWidget(text, barLevel="M", barWidth=SYMBOL, barHeight=SYMBOL, barBorder=4))
    renderPDF.draw(drawing, canvas, x, y + 6.4 * mm)
    canvas.setFont("Courier", 8)
    canvas.drawString(x + 1.4 * mm, y + 4 * mm, serial[:9])
    canvas.drawString(x + 1.4 * mm, y + 1 * mm, serial[10:])
    count += 1
    if time.monotonic() - start > seconds:
        break
canvas.save()
print(count, time.monotonic() - start)
