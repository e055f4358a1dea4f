"""Measures a nightly run on a store of a year's digests: one new day, and then nothing new.

What a full run would take is the pass over a month of the same meters, by time, drawn on to a year,
and the same stages after it.
"""

import argparse
import json
import shutil
import subprocess
from pathlib import Path

from measure import THREADS, measure

# Days read for the rate of a full run.
DAYS_READ = 31

# Days of a full run.
DAYS = 365


def detect(args, store, readings, out):
    """One run of detect on a store: the whole process, and seconds by stage."""
    command = [args.hashwatt, "detect", "--readings", readings, "--store", store]
    run = measure([*command, "--out", out, "--threads", THREADS])
    stages = json.loads((out / "timings.json").read_text())
    return run, {stage["stage"]: stage["seconds"] for stage in stages}


def full_digest_seconds(args, folder):
    """Seconds of the pass over a year, drawn on from a month."""
    make = [args.scale, "readings", "--out", folder, "--order", "time"]
    subprocess.run([*make, "--meters", str(args.meters), "--days", str(DAYS_READ)], check=True, capture_output=True)
    digest = [args.hashwatt, "digest", "--readings", folder / "by-time", "--out", folder / "out"]
    run = measure([*digest, "--threads", THREADS])
    shutil.rmtree(folder)
    return run, run.seconds * DAYS / DAYS_READ


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", required=True, help="the built bench program")
    parser.add_argument("--hashwatt", required=True, help="the release binary")
    parser.add_argument("--data", required=True, type=Path, help="folder that holds nightly/")
    parser.add_argument("--meters", type=int, required=True)
    args = parser.parse_args()
    folder = args.data / "nightly"
    store, readings, out = folder / "digests", folder / "by-time", folder / "run"
    night, by_stage = detect(args, store, readings, out)
    again, rest = detect(args, store, readings, out)
    month, full = full_digest_seconds(args, folder / "month")
    after = again.seconds - rest["digest"]
    print("| | wall [s] | peak [MiB] |\n|---|---|---|")
    print(f"| one new day: digest | {by_stage['digest']:.2f} | |")
    print(f"| one new day: features | {by_stage['features']:.2f} | |")
    print(f"| one new day: groups and ranking | {by_stage['groups'] + by_stage['ranking']:.2f} | |")
    print(f"| one new day: whole run | {night.seconds:.2f} | {night.peak_mib:.0f} |")
    print(f"| nothing new: digest | {rest['digest']:.2f} | |")
    print(f"| nothing new: whole run | {again.seconds:.2f} | {again.peak_mib:.0f} |")
    print(f"| a month of all meters by time: digest | {month.seconds:.1f} | {month.peak_mib:.0f} |")
    print(f"| a year: digest, drawn on from the month | {full:.1f} | |")
    print(f"\nnew day / full, digest: {by_stage['digest'] / full:.3f} (target <= 0.05)")
    print(f"new day / full, whole run: {night.seconds / (full + after):.3f} (target <= 0.20)")


if __name__ == "__main__":
    main()
