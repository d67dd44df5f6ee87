"""Starts servers, has them asked, and prints the tables. See `run`."""

import argparse
import http.client
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PROGRAM = os.environ["YUANMARK_PROGRAM"]
ANSWERS = os.environ["YUANMARK_ANSWERS"]
POSTGRES = os.environ["YUANMARK_TEST_POSTGRES"]
TICKS = os.sysconf("SC_CLK_TCK")
PUBLIC_URL = "https://v.example.cn"
NAMES = {"sqlite": "SQLite, synchronous=FULL", "postgres": "PostgreSQL, synchronous_commit=on"}


@dataclass(frozen=True)
class Layout:
    """Marks: so many batches of so many, of which one in `every` was scanned before."""

    batches: int
    marks: int
    every: int

    @property
    def issued(self):
        return self.batches * self.marks

    @property
    def flags(self):
        return ["--batches", self.batches, "--marks", self.marks, "--every", self.every]


LARGE = {
    "usual": Layout(10, 1_000_000, 10),
    "few": Layout(1, 1_000, 10),
    "many": Layout(10_000, 100_000, 1_000),
}
SMALL = {"usual": Layout(2, 10_000, 10), "few": Layout(1, 1_000, 10), "many": Layout(100, 20_000, 1_000)}


def answers(*arguments):
    """One of the programs beside this one; what it told."""
    command = [ANSWERS, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def stat_of(process):
    """Of a process: its parent, and its user, system and waited-for children's time in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return int(fields[1]), own / TICKS, children / TICKS


def memory_mb(process):
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


class Running:
    """A process that listens on a port of its own."""

    def __init__(self, command, environment=None, ready="/"):
        self.port = free_port()
        command = [*map(str, command), "--listen", f"127.0.0.1:{self.port}"]
        # The log is written, to nowhere: on this disk it would be in the way of what is measured.
        self.child = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(1200):
            if self.child.poll() is not None:
                sys.exit(f"{command} ended by itself")
            try:
                if self.get(ready) == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit(f"{command} does not answer")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        return connection.getresponse().status

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def cpu(self):
        return stat_of(self.child.pid)[1]

    def memory(self):
        return memory_mb(self.child.pid)

    def end(self):
        self.child.terminate()
        self.child.wait()


class Sqlite:
    kind = "sqlite"

    def __init__(self, folder):
        self.file = folder / "bench.db"
        self.address = f"sqlite:{self.file}"

    def number(self, sql):
        import sqlite3

        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        value = connection.execute(sql).fetchone()[0]
        connection.close()
        return value

    def cpu(self):
        return None

    def drop(self):
        for file in self.file.parent.glob("bench.db*"):
            file.unlink()


class Postgres:
    kind = "postgres"

    def __init__(self, folder):
        self.address = POSTGRES.rpartition("/")[0] + "/bench"
        self.psql(POSTGRES, "CREATE DATABASE bench")

    @staticmethod
    def psql(address, sql):
        return subprocess.run(["psql", "-XAtc", sql, address], check=True, stdout=subprocess.PIPE, text=True).stdout

    def number(self, sql):
        return int(self.psql(self.address, sql))

    def cpu(self):
        """Of all its processes, those that have ended among them."""
        first = int(self.psql(POSTGRES, "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)"))
        _, own, children = stat_of(first)
        total = own + children
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    parent, own, _ = stat_of(name)
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if parent == first:
                    total += own
        return total

    def drop(self):
        self.psql(POSTGRES, "DROP DATABASE bench WITH (FORCE)")


DATABASES = {"sqlite": Sqlite, "postgres": Postgres}


@dataclass
class Closed:
    """What was measured in a closed loop."""

    count: int
    seconds: float
    other: int
    broken: int
    bytes: int
    server_us: float
    database_us: float | None
    load_us: float
    p50_us: int
    p99_us: int
    rounds: int
    recorded: int | None = None

    @property
    def rate(self):
        return self.count / self.seconds


def ask(server, kind, codes, seconds, connections, database=None):
    """Has a server asked by wrk as fast as it answers."""
    scans = "SELECT count(*) FROM scans"
    before = database.number(scans) if database else None
    cpu, theirs = server.cpu(), database.cpu() if database else None
    command = ["wrk", "-t", "1", "-c", connections, "-d", f"{seconds}s", "--timeout", "10s", "-s"]
    command += [HERE / "requests.lua", server.url, "--", kind, codes]
    child = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True)
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"wrk failed:\n{output}")
    told = json.loads(output.splitlines()[-1])
    count = max(told["answers"], 1)
    return Closed(
        count=told["answers"],
        seconds=told["microseconds"] / 1e6,
        other=told["other"],
        broken=told["broken"],
        bytes=told["bytes"],
        server_us=(server.cpu() - cpu) / count * 1e6,
        database_us=(database.cpu() - theirs) / count * 1e6 if theirs is not None else None,
        load_us=(used.ru_utime + used.ru_stime) / count * 1e6,
        p50_us=told["p50_us"],
        p99_us=told["p99_us"],
        rounds=told["rounds"],
        recorded=database.number(scans) - before if database else None,
    )


@dataclass
class Measured:
    """One installation."""

    kind: str
    layout: Layout
    closed: Closed = None
    bare: Closed = None
    counter: Closed = None
    counter_open: dict = None
    page: Closed = None
    open: dict = None
    lone: dict = None
    sync: dict = None
    memory: float = 0
    wrapped: bool = False
    notes: list = field(default_factory=list)


class Bench:
    def __init__(self, options):
        self.options = options
        self.results = []
        self.folder = Path(tempfile.mkdtemp(prefix="yuanmark-answers-"))

    def installation(self, kind, layout, parts):
        """Makes an installation, measures those parts, and removes it."""
        options, measured = self.options, Measured(kind, layout)
        print(f"{NAMES[kind]}, {layout.issued:,} marks: filling", file=sys.stderr, flush=True)
        database, keys = DATABASES[kind](self.folder), self.folder / "keys"
        common = ["--database", database.address, "--keys", keys]
        told = answers("fill", *layout.flags, *common)
        measured.events, measured.scans = told["events"], told["scans"]
        # What filling has left to be written is not to be written while answers are measured.
        os.sync()
        environment = {"RUST_LOG": "info"}
        command = [PROGRAM, "serve", *common, "--public-url", PUBLIC_URL, "--log-format", "json"]
        server = Running(command, environment, ready="/readyz")
        asked = 0

        def codes(count):
            nonlocal asked
            file = self.folder / "codes"
            fresh = answers("codes", *layout.flags, *common, "--from", asked, "--count", count, "--out", file)["fresh"]
            asked += count
            measured.wrapped |= asked > fresh
            return file

        # How fast it is decides how many codes are needed. The first seconds are not measured.
        warm = codes(20_000)
        rate = ask(server, "check", warm, options.warm, options.connections).rate
        enough = lambda seconds: int(rate * 1.6 * seconds) + 2_000
        if "closed" in parts:
            print("  closed loop", file=sys.stderr, flush=True)
            file = codes(enough(options.seconds))
            measured.closed = ask(server, "check", file, options.seconds, options.connections, database)
            measured.memory = server.memory()
            rate = measured.closed.rate
            self.assert_counted(measured, database)
        if "bare" in parts:
            print("  bare server", file=sys.stderr, flush=True)
            measured.bare = self.bare(server, file)
            if kind == "sqlite":
                print("  a server that only counts", file=sys.stderr, flush=True)
                # Faster than ours: it needs more questions.
                few = codes(enough(options.warm))
                warm = few.rename(self.folder / "warm")
                self.counter(measured, warm, codes(enough(4 * options.seconds)))
        if "page" in parts:
            print("  pages", file=sys.stderr, flush=True)
            file = codes(enough(options.seconds))
            measured.page = ask(server, "page", file, options.seconds, options.connections)
        if "open" in parts:
            print("  open loop, and a lone phone", file=sys.stderr, flush=True)
            load = ["load", "--address", f"127.0.0.1:{server.port}", "--codes"]
            file = codes(enough(options.seconds))
            flags = ["--rate", rate / 2, "--seconds", options.seconds, "--connections", options.connections]
            measured.open = answers(*load, file, *flags)
            file = codes(20_000 if not options.small else 2_000)
            flags = ["--rate", 0, "--seconds", options.warm, "--connections", 1]
            measured.lone = answers(*load, file, *flags)
            measured.sync = answers("sync", "--folder", self.folder)
        server.end()
        database.drop()
        shutil.rmtree(keys)
        self.results.append(measured)

    def assert_counted(self, measured, database):
        """No answer without its scan: 95 of 100 questions are about marks of ours. What was on the way when time was over
        may be written down without having been answered."""
        closed, answered = measured.closed, measured.closed.count
        if closed.rounds:
            measured.notes.append(f"the codes did not last: the questions were repeated {closed.rounds} times")
        least, most = answered * 0.945, answered * 0.955 + self.options.connections
        if not least <= closed.recorded <= most:
            measured.notes.append(f"{closed.recorded:,} scans were written down for {answered:,} answers")
        wrong = database.number("SELECT count(*) FROM mark_queries") - database.number(
            "SELECT count(*) FROM scans WHERE query = 1"
        )
        if wrong:
            measured.notes.append(f"the counts are wrong by {wrong}")

    def bare(self, server, codes):
        """The same load on a server that answers with the bytes of one answer of ours."""
        first = codes.read_text().split("\n", 1)[0]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/v1/verify", json.dumps({"code": first}), headers)
        answer = connection.getresponse()
        made_by_http = ("content-length", "date", "connection", "transfer-encoding")
        headers = [pair for pair in answer.getheaders() if pair[0].lower() not in made_by_http]
        file = self.folder / "answer"
        file.write_text(json.dumps({"headers": headers, "body": answer.read().decode()}))
        return self.asked([ANSWERS, "bare", "--answer", file], codes)

    def counter(self, measured, warm, codes):
        """The same load on a server that only counts, each question durably, beside as many marks as are scanned in ours;
        then questions at half the rate of ours."""
        options, file = self.options, self.folder / "counter.db"
        flags = [*measured.layout.flags, "--file", file, "--answer", self.folder / "answer"]
        server = Running([ANSWERS, "counter", *flags])
        ask(server, "check", warm, options.warm, options.connections)
        measured.counter = ask(server, "check", codes, options.seconds, options.connections)
        flags = ["--rate", measured.closed.rate / 2, "--seconds", options.seconds, "--connections", options.connections]
        measured.counter_open = answers("load", "--address", f"127.0.0.1:{server.port}", "--codes", codes, *flags)
        server.end()
        for file in self.folder.glob("counter.db*"):
            file.unlink()

    def asked(self, command, codes):
        server = Running(command)
        ask(server, "check", codes, self.options.warm, self.options.connections)
        result = ask(server, "check", codes, self.options.seconds, self.options.connections)
        server.end()
        return result


def us(value):
    return "" if value is None else f"{value:,.1f}"


def ms(value):
    return f"{value / 1000:,.2f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def report(results, options):
    """The tables, as Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = sorted(os.sched_getaffinity(0))
    model = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    parts = [
        f"Taken {time.strftime('%Y-%m-%d')} on {len(cores)} cores of {(model or [platform.machine()])[0]}, {memory:.0f} GB, "
        "server, database and load on the same cores."
    ]
    if options.small:
        parts.append("**A trial with a small installation: the figures mean nothing.**")
    parts.append(
        f"`POST /api/v1/verify` over {options.connections} kept connections for {options.seconds} s by wrk, each client a phone "
        "that comes for the first time (no cookie): 70 % first scans, each of another mark, 20 % repeats by other phones, 5 % "
        "forged codes, 5 % withdrawn marks. PostgreSQL with `docs/operating/postgresql.conf`."
    )
    rows = []
    for one in results:
        closed = one.closed
        if not closed:
            continue
        named = f"{one.layout.issued:,} ({one.events:,} events, {one.scans:,} scanned)"
        mix = "repeats (first scans used up)" if one.wrapped else "as above"
        bare = f"{closed.rate / one.bare.rate * 100:.0f} % of {one.bare.rate:,.0f}" if one.bare else ""
        rows.append(
            [NAMES[one.kind], named, mix, f"{closed.rate:,.0f}", bare, us(closed.server_us), us(closed.database_us),
             us(one.bare.server_us) if one.bare else "", us(closed.load_us), f"{ms(closed.p50_us)}, {ms(closed.p99_us)}",
             f"{one.memory:,.0f} MB", closed.other + closed.broken]
        )
    if rows:
        head = ["database", "marks issued", "mix", "answers/s", "of a bare server", "server µs/answer", "PostgreSQL µs/answer",
                "bare µs/answer", "wrk µs/answer", "p50, p99 ms", "memory", "no verdict"]
        parts.append(table(head, rows))
        parts.append("µs/answer is processor time, user and system, of all threads; memory is the server's at the end.")
    rows = [
        [f"{one.counter.rate:,.0f}", f"{one.closed.rate / one.counter.rate * 100:.0f} %", us(one.counter.server_us),
         f"{ms(one.counter.p50_us)}, {ms(one.counter.p99_us)}", *(ms(one.counter_open[key]) for key in ("p50_us", "p99_us", "p999_us"))]
        for one in results if one.counter
    ]
    if rows:
        parts.append(
            "A server that only counts on SQLite, each question durably in a group, without signatures, states of marks, phones or "
            "detection; then at half the rate of ours:"
        )
        parts.append(table(["answers/s", "ours, of it", "its µs/answer", "p50, p99 ms", "p50 ms then", "p99 ms", "p99.9 ms"], rows))
    rows = [
        [NAMES[one.kind], f"{one.closed.rate / 2:,.0f}", *(ms(one.open[key]) for key in ("p50_us", "p99_us", "p999_us", "max_us")),
         one.open["most_waiting"], one.open["other"] + one.open["broken"] + one.open["still_waiting"]]
        for one in results if one.open
    ]
    if rows:
        parts.append("At half that rate, at even distances, from the moment each question was meant to be sent to the last byte:")
        parts.append(table(["database", "questions/s", "p50 ms", "p99 ms", "p99.9 ms", "longest ms", "most that waited for a "
                            "connection", "no verdict"], rows))
    rows = [
        [NAMES[one.kind], ms(one.lone["p50_us"]), ms(one.lone["p99_us"]), ms(one.sync["p50_us"]), ms(one.sync["p99_us"])]
        for one in results if one.lone
    ]
    if rows:
        parts.append("A lone phone that asks again as soon as it is answered, and the disk alone (`fdatasync` of 4 KiB):")
        parts.append(table(["database", "p50 ms", "p99 ms", "disk p50 ms", "disk p99 ms"], rows))
    rows = [
        [NAMES[one.kind], f"{one.page.rate:,.0f}", f"{one.closed.rate:,.0f}" if one.closed else "", us(one.page.server_us),
         f"{one.page.bytes / max(one.page.count, 1):,.0f}", one.page.other + one.page.broken]
        for one in results if one.page
    ]
    if rows:
        parts.append("The page behind the symbol, `GET /t/…`, in Chinese, packed as browsers ask for it, with the same mix:")
        parts.append(table(["database", "pages/s", "JSON answers/s", "server µs/page", "bytes with headers", "no verdict"], rows))
    for one in results:
        parts += [f"**{NAMES[one.kind]}, {one.layout.issued:,} marks: {note}.**" for note in one.notes]
    return "\n\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", help="sqlite, postgres, flat, pages; without: all")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--connections", type=int, default=256)
    options = parser.parse_args()
    known = {"sqlite", "postgres", "flat", "pages"}
    if unknown := set(options.parts) - known:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    options.seconds = options.seconds or (3 if options.small else 30)
    options.warm = 2 if options.small else 8
    parts = set(options.parts) or known
    layouts = SMALL if options.small else LARGE
    bench = Bench(options)
    try:
        for kind in [kind for kind in DATABASES if kind in parts] or list(DATABASES):
            wanted = {"closed"} if "pages" in parts or parts & set(DATABASES) else set()
            wanted |= {"page"} if "pages" in parts else set()
            wanted |= {"bare", "open"} if parts & set(DATABASES) else set()
            if wanted:
                bench.installation(kind, layouts["usual"], wanted)
            if "flat" in parts:
                for size in ("few", "many"):
                    bench.installation(kind, layouts[size], {"closed"})
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    text = report(bench.results, options)
    name = "small.md" if options.small else f"{'-'.join(sorted(parts))}.md"
    (options.folder / name).write_text(text)
    print(text)
    print(f"Written to {options.folder / name}", file=sys.stderr)


main()
