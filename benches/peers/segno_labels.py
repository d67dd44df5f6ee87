"""segno: one file a label.

    segno_labels.py ENDING SECONDS FOLDER < TEXTS
"""

import sys
import time

import segno

ending, seconds, folder = sys.argv[1], float(sys.argv[2]), sys.argv[3]
start, count = time.monotonic(), 0
for line in sys.stdin:
    symbol = segno.make(line.split()[0], error="m", boost_error=False, micro=False)
    # Four dots a module, or a third of a millimetre.
    scale = 4 if ending == "png" else 0.96
    symbol.save(f"{folder}/{count}.{ending}", scale=scale, border=4)
    count += 1
    if time.monotonic() - start > seconds:
        break
print(count, time.monotonic() - start)
