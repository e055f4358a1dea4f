"""Says where the pass over the readings spends its time: samples of perf, summed by what they are in.

Needs perf (Debian: linux-perf).
"""

import argparse
import collections
import re
import subprocess
import tempfile
from pathlib import Path

from measure import THREADS

# Samples a second and thread; more of them slow the kernel's own work down.
FREQUENCY = 499

# What a sample is in: the first whose pattern its object and symbol match.
PARTS = [
    ("the system: memory first touched", r"kernel.*(clear_page|zero|fault)"),
    ("the system: input read, store written, the rest", r"kernel"),
    ("the kernel: days in lanes, sorting network", r"hashwatt::(digest::(lanes|kernel)|sorting)"),
    ("meters, times, values out of columns", r"hashwatt::acquisition"),
    ("whole days found; rows that wait, put together", r"hashwatt::digest"),
    # The codec's own assembly has no symbols.
    ("decode: zstd, Parquet, Arrow", r"ZSTD|HUF|FSE|\[unknown\]"),
    ("Parquet writer", r"parquet.*(writer|encoder)"),
    ("decode: zstd, Parquet, Arrow", r"parquet::|arrow"),
    ("copies of memory, iterators, allocator", r""),
]

# A line of `perf script`: address, symbol, object.
SAMPLE = re.compile(r"\s*[0-9a-f]+\s+(.*)\s+\(([^()]*)\)\s*$")


def part_of(symbol, place):
    """The part that a sample is in."""
    words = f"{Path(place).name} {symbol}"
    return next(name for name, pattern in PARTS if re.search(pattern, words))


def profile(hashwatt, readings, repeats):
    """Samples by part, over several runs of the pass on two threads."""
    samples = collections.Counter()
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            record = ["perf", "record", "--quiet", "-F", str(FREQUENCY), "-o", f"{folder}/perf.data"]
            digest = [hashwatt, "digest", "--readings", readings, "--out", f"{folder}/out", "--threads", str(THREADS)]
            subprocess.run([*record, "--", *digest], check=True, capture_output=True)
            script = ["perf", "script", "-i", f"{folder}/perf.data", "-F", "ip,sym,dso"]
            listed = subprocess.run(script, check=True, capture_output=True, text=True).stdout
        samples.update(part_of(*found.groups()) for found in map(SAMPLE.match, listed.splitlines()) if found)
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hashwatt", required=True, help="the release binary")
    parser.add_argument("--data", required=True, type=Path, help="folder with the three orders")
    parser.add_argument("--repeats", type=int, default=6)
    args = parser.parse_args()
    orders = {"by meter": "by-meter.parquet", "by time": "by-time", "shuffled": "shuffled.parquet"}
    profiles = [profile(args.hashwatt, args.data / name, args.repeats) for name in orders.values()]
    print(f"per cent of the samples of {args.repeats} runs, {THREADS} threads\n")
    print("| | " + " | ".join(orders) + " |\n|---|" + "---|" * len(orders))
    for name in dict.fromkeys(name for name, _ in PARTS):
        print(f"| {name} | " + " | ".join(f"{100 * one[name] / one.total():.0f}" for one in profiles) + " |")


if __name__ == "__main__":
    main()
