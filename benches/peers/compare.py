"""Prints hashwatt beside a bare decode, DuckDB and Polars, measured in one run, and the ratios asked for."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from measure import THREADS, measure, summary

HERE = Path(__file__).parent

# Ratios of rows a second: what, over what, at least, and the aim beyond where there is one.
TARGETS = [
    ("digest by meter", "decode by meter", 0.6, 0.75),
    ("digest by time", "decode by time", 0.4, None),
    ("digest shuffled", "digest by meter", 0.25, None),
    ("digest by meter", "DuckDB by meter", 4.0, None),
    ("digest by meter", "Polars by meter", 6.0, None),
    ("detect by meter", "DuckDB by meter", 1.0, None),
]


def commands(scale, hashwatt, data, out):
    """Every contender by name, in the order of the table."""
    files = {
        "by meter": (data / "by-meter.parquet", data / "by-meter.parquet"),
        "by time": (data / "by-time", data / "by-time" / "*.parquet"),
        "shuffled": (data / "shuffled.parquet", data / "shuffled.parquet"),
    }
    threads = ["--threads", THREADS]
    found = {}
    for order, (path, _) in files.items():
        found[f"decode {order}"] = [scale, "decode", path, *threads]
    for order, (path, _) in files.items():
        found[f"digest {order}"] = [hashwatt, "digest", "--readings", path, "--out", out, *threads]
    by_meter = files["by meter"][0]
    found["detect by meter"] = [hashwatt, "detect", "--readings", by_meter, "--out", out, *threads]
    for peer in ["DuckDB", "Polars"]:
        script = HERE / f"{peer.lower()}_features.py"
        for order in ["by meter", "by time"]:
            found[f"{peer} {order}"] = [sys.executable, script, files[order][1], out / "features.parquet"]
    return found


def measure_interleaved(contenders, repeats, out):
    """Runs each once a round, so that a slow minute of the machine falls on all alike."""
    runs = {name: [] for name in contenders}
    for number in range(repeats):
        for name, command in contenders.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            run = measure(command)
            runs[name].append(run)
            print(f"round {number + 1}: {name} {run.seconds:.2f} s", file=sys.stderr)
    shutil.rmtree(out, ignore_errors=True)
    return {name: summary(own) for name, own in runs.items()}


def count_rows(scale, data):
    """Rows of the data, by decoding it once; which also brings it into the page cache."""
    said = [
        subprocess.run([scale, "decode", path], check=True, capture_output=True, text=True).stdout
        for path in [data / "by-meter.parquet", data / "by-time", data / "shuffled.parquet"]
    ]
    rows = {int(words.split()[0]) for words in said}
    if len(rows) != 1:
        sys.exit(f"{data}: the three orders differ in rows: {rows}; delete the folder to make it anew")
    return rows.pop()


def table(found, rows):
    """The figures as a table of Markdown."""
    lines = [
        f"{rows / 1e6:.1f} M rows, {THREADS} threads, whole processes, medians",
        "",
        "| | wall (fastest-slowest) [s] | M rows/s | CPU [s] | peak [MiB] |",
        "|---|---|---|---|---|",
    ]
    for name, of in found.items():
        lines.append(
            f"| {name} | {of.seconds:.2f} ({of.fastest:.2f}-{of.slowest:.2f})"
            f" | {rows / of.seconds / 1e6:.1f} | {of.cpu_seconds:.2f} | {of.peak_mib:.0f} |"
        )
    return "\n".join(lines)


def ratios(found):
    """Each ratio with its target; by CPU time too, which a busy machine moves less."""
    lines = [
        "| rows a second of | over those of | by wall | target | holds | by CPU |",
        "|---|---|---|---|---|---|",
    ]
    for ours, theirs, least, aim in TARGETS:
        wall = found[theirs].seconds / found[ours].seconds
        cpu = found[theirs].cpu_seconds / found[ours].cpu_seconds
        target = f">= {least}" + (f", aim {aim}" if aim else "")
        holds = "yes" if wall >= least else "no"
        if aim and least <= wall < aim:
            holds = "yes, short of the aim"
        lines.append(f"| {ours} | {theirs} | {wall:.2f} | {target} | {holds} | {cpu:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", required=True, help="the built bench program")
    parser.add_argument("--hashwatt", required=True, help="the release binary")
    parser.add_argument("--data", required=True, type=Path, help="folder of the three orders")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    rows = count_rows(args.scale, args.data)
    out = args.data / "compare-out"
    contenders = commands(args.scale, args.hashwatt, args.data, out)
    found = measure_interleaved(contenders, args.repeats, out)
    print(table(found, rows), ratios(found), sep="\n\n")


if __name__ == "__main__":
    main()
