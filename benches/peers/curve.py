"""Prints what a row costs `hashwatt digest` as exports sorted by meter grow, one line a size."""

import argparse
import shutil
import subprocess
from pathlib import Path

from measure import THREADS, measure, summary

# Million rows; each is made, read and deleted before the next.
SIZES = [1, 2, 5, 10, 20, 50, 100, 200]

# Half-hours of a year.
ROWS_PER_METER = 48 * 365

# What the curve is drawn on to.
FAR_ROWS = 1e9


def measure_size(args, meters):
    """Medians of digesting a year of so many meters."""
    folder = args.data / "curve"
    shutil.rmtree(folder, ignore_errors=True)
    make = [args.scale, "readings", "--out", folder, "--order", "meter", "--meters", str(meters)]
    subprocess.run(make, check=True, capture_output=True)
    readings, out = folder / "by-meter.parquet", folder / "out"
    digest = [args.hashwatt, "digest", "--readings", readings, "--out", out, "--threads", THREADS]
    found = summary([measure(digest) for _ in range(args.repeats)])
    shutil.rmtree(folder)
    return found


def extrapolate(points):
    """Seconds and MiB at FAR_ROWS, on the line through the two largest sizes."""
    (rows_a, a), (rows_b, b) = points[-2:]
    far = (FAR_ROWS - rows_b) / (rows_b - rows_a)
    return b.seconds + far * (b.seconds - a.seconds), b.peak_mib + far * (b.peak_mib - a.peak_mib)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", required=True, help="the built bench program")
    parser.add_argument("--hashwatt", required=True, help="the release binary")
    parser.add_argument("--data", required=True, type=Path, help="folder to make the data in")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--most", type=float, default=SIZES[-1], help="largest size, in million rows")
    args = parser.parse_args()
    print("| M rows | wall [s] | ns a row | CPU ns a row | peak [MiB] |")
    print("|---|---|---|---|---|", flush=True)
    points = []
    for size in [size for size in SIZES if size <= args.most]:
        meters = round(size * 1e6 / ROWS_PER_METER)
        rows = meters * ROWS_PER_METER
        found = measure_size(args, meters)
        points.append((rows, found))
        print(
            f"| {rows / 1e6:.1f} | {found.seconds:.2f} | {found.seconds / rows * 1e9:.1f}"
            f" | {found.cpu_seconds / rows * 1e9:.1f} | {found.peak_mib:.0f} |",
            flush=True,
        )
    if len(points) > 1:
        seconds, mib = extrapolate(points)
        print(
            f"\nDrawn on to 1,000 M rows along the last two sizes: {seconds:.0f} s, {mib:.0f} MiB."
            " Drawn on, not measured: it holds while memory and disk do."
        )


if __name__ == "__main__":
    main()
