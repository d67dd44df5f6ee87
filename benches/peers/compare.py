"""Runs everybody on the same texts and prints the table. See `run`."""

import argparse
import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SEPARATE = 20_000
"""Labels of ours at most that are a file each: to remove more of them afterwards takes longer than to make them."""

CORES = sorted(os.sched_getaffinity(0))


@dataclass
class Result:
    """What one program did on some cores."""

    labels: int
    seconds: float
    bytes: int
    memory_kb: int
    """Of the process that took most."""

    @property
    def rate(self):
        return self.labels / self.seconds


def started(command, cores, **options):
    return subprocess.Popen(["taskset", "-c", ",".join(map(str, cores)), *map(str, command)], **options)


def ended(child):
    """Waits for a child; the most memory it had, in kilobytes. What `wait` tells would include this program's, from the fork."""
    status, memory = Path(f"/proc/{child.pid}/status"), 0
    while child.poll() is None:
        lines = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        memory = max(memory, *(int(line.split()[1]) for line in lines), 0)
        time.sleep(0.01)
    if child.returncode:
        sys.exit(f"{child.args} failed")
    return memory


def size_of(folder):
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


class Ours:
    """The whole job: codes signed, symbols read back, files hashed and synced, a manifest."""

    def __init__(self, program, work, labels):
        self.program, self.work, self.labels = program, work, labels
        self.call("migrate")
        self.call("key", "new")
        firm = ["--uscc", "93430981MA4TEXT36K", "--basis", "both", "--form", "canned", "--area", "琼湖街道=900000"]
        self.call("licensee", "add", "--name", "虚构芦笋合作社", *firm, "--since", "2026-01-05", "--document", "公告")
        grant = ["--season", "2026", "--form", "canned", "--area", "900000", "--pack-grams", "425", "--document", "测产"]
        self.call("entitlement", "grant", "--licensee", 1, *grant)
        house = ["--uscc", "51430981MJJTEXT52T", "--licence", "印证字001号"]
        self.call("printer", "add", "--name", "虚构彩印有限公司", *house)
        order = ["--season", "2026", "--form", "canned", "--product", "罐头", "--quantity", labels]
        self.call("order", "new", "--licensee", 1, *order)
        self.call("order", "approve", 1)
        self.call("order", "assign", 1, "--printer", 1)
        self.call("batch", "issue", "--order", 1)

    def command(self, *words):
        return [self.program, *words]

    def call(self, *words):
        subprocess.run([*map(str, self.command(*words))], check=True, cwd=self.work, stdout=subprocess.DEVNULL)

    def pack(self, kind, cores):
        with tempfile.TemporaryDirectory(dir=self.work) as out:
            labels = min(self.labels, SEPARATE) if kind in ("png", "svg") else self.labels
            pack = self.command("batch", "pack", 1, "--format", kind, "--public-url", "https://v.example.cn")
            pack += ["--range", f"0-{labels - 1}"]
            start = time.monotonic()
            child = started([*pack, "--out", f"{out}/pack"], cores, cwd=self.work, stdout=subprocess.DEVNULL)
            memory = ended(child)
            seconds = time.monotonic() - start
            return Result(labels, seconds, size_of(out), memory)

    def rows(self):
        """Text and serial of every label."""
        self.call("batch", "pack", 1, "--public-url", "https://v.example.cn", "--out", "table")
        with (self.work / "table/labels.csv").open(newline="") as table:
            return [(row["qr_text"], row["serial"]) for row in csv.DictReader(table)]


def by_script(script, ending, rows, cores, seconds):
    """A process on each core, each with labels of its own, for so many seconds; the time to start Python is not counted."""
    children = []
    for place, core in enumerate(cores):
        folder = tempfile.TemporaryDirectory()
        command = [sys.executable, HERE / script, ending, seconds, folder.name]
        texts = tempfile.TemporaryFile("w+")
        texts.writelines(f"{text} {serial}\n" for text, serial in rows[place :: len(cores)][:20_000])
        texts.seek(0)
        child = started(command, [core], stdin=texts, stdout=subprocess.PIPE, text=True)
        children.append((child, folder, texts))
    labels, rate, size, memory = 0, 0, 0, 0
    for child, folder, _ in children:
        memory = max(memory, ended(child))
        done, took = child.stdout.read().split()
        labels += int(done)
        rate += int(done) / float(took)
        size += size_of(folder.name)
        folder.cleanup()
    return Result(labels, labels / rate, size, memory)


def by_zint(ending, rows, cores, seconds):
    """A process on each core, each with labels of its own: as many as it makes in about so many seconds."""
    sample = zint(ending, rows[:500], cores[:1])
    count = min(len(rows), int(sample.rate * seconds) * len(cores))
    return zint(ending, rows[:count], cores)


def zint(ending, rows, cores):
    children = []
    for place in range(len(cores)):
        folder = tempfile.TemporaryDirectory()
        Path(folder.name, "texts").write_text("".join(f"{text}\n" for text, _ in rows[place :: len(cores)]))
        children.append(folder)
    start = time.monotonic()
    options = ["-b", "QRCODE", "--secure=2", "--quietzones", "--scale=2", "--batch", "-i", "texts", "-o", f"~~~~~~.{ending}"]
    running = [started(["zint", *options], [core], cwd=folder.name) for core, folder in zip(cores, children)]
    memory = max(ended(child) for child in running)
    seconds = time.monotonic() - start
    size = 0
    for folder in children:
        Path(folder.name, "texts").unlink()
        size += size_of(folder.name)
        folder.cleanup()
    return Result(len(rows), seconds, size, memory)


def peers(seconds):
    """By kind of file: who, and how it is run on some cores."""

    def script(name, ending):
        return lambda rows, cores: by_script(f"{name}_labels.py", ending, rows, cores, seconds)

    return {
        "png": [("zint", lambda rows, cores: by_zint("png", rows, cores, seconds)), ("segno", script("segno", "png"))],
        "svg": [("zint", lambda rows, cores: by_zint("svg", rows, cores, seconds)), ("segno", script("segno", "svg"))],
        "pdf": [("reportlab", script("reportlab", "pdf")), ("segno", script("segno", "pdf"))],
        "zpl": [],
        "csv": [],
    }


def line(kind, name, one, many, best):
    ratio = ""
    if best:
        ratio = f"{one.rate / best[0]:.1f} · {many.rate / best[1]:.1f}"
    memory = max(one.memory_kb, many.memory_kb) / 1000
    size = f"{one.bytes / one.labels:,.0f}"
    print(f"| {kind} | {name} | {one.rate:,.0f} | {many.rate:,.0f} | {ratio} | {size} | {memory:.0f} MB | {one.labels:,} |")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--program", type=Path, required=True)
    arguments.add_argument("--labels", type=int, default=100_000, help="that we make of each kind")
    arguments.add_argument("--seconds", type=float, default=4, help="that each peer has")
    options = arguments.parse_args()
    load = os.getloadavg()[0]
    version = subprocess.run(["zint", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    pinned = dict(text.split("==") for text in (HERE / "requirements.txt").read_text().splitlines() if "==" in text)
    print(
        f"{len(CORES)} cores of {platform.machine()}, load {load:.1f} before; zint {version}, segno {pinned['segno']}, "
        f"reportlab {pinned['reportlab']}, Python {platform.python_version()}.\n"
    )
    with tempfile.TemporaryDirectory() as work:
        ours = Ours(options.program, Path(work), options.labels)
        rows = ours.rows()
        print("| file | program | labels/s, one core | all cores | times the best peer | bytes a label | peak memory | labels |")
        print("|---|---|---|---|---|---|---|---|")
        for kind, others in peers(options.seconds).items():
            results = [(name, run(rows, CORES[:1]), run(rows, CORES)) for name, run in others]
            own = ours.pack(kind, CORES[:1]), ours.pack(kind, CORES)
            best = (max(one.rate for _, one, _ in results), max(many.rate for _, _, many in results)) if results else None
            line(kind, "**yuanmark**", *own, best)
            for name, one, many in results:
                line(kind, name, one, many, None)


if __name__ == "__main__":
    main()
