"""Runs a program to its end and tells what it took: wall time, CPU time, peak memory.

    python measure.py [--repeats N] [--rows N] COMMAND...
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

# Every contender gets this many; the targets are stated for it.
THREADS = 2


@dataclass
class Run:
    """One run of one program, from start to exit."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass
class Summary:
    """Medians of several runs, and the fastest and slowest of them."""

    seconds: float
    fastest: float
    slowest: float
    cpu_seconds: float
    peak_mib: float


def measure(command):
    """Runs a command, silent unless it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "POLARS_MAX_THREADS": str(THREADS)},
    )
    complaint = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command}: exit code {child.returncode}\n{complaint.decode(errors='replace')}")
    # Linux gives KiB.
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def summary(runs):
    """Medians of runs."""
    seconds = [run.seconds for run in runs]
    return Summary(
        statistics.median(seconds),
        min(seconds),
        max(seconds),
        statistics.median(run.cpu_seconds for run in runs),
        statistics.median(run.peak_mib for run in runs),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", type=float, help="rows the command reads, for rows a second")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    found = summary([measure(args.command) for _ in range(args.repeats)])
    print(
        f"{found.seconds:.2f} s (fastest {found.fastest:.2f}, slowest {found.slowest:.2f}),"
        f" {found.cpu_seconds:.2f} s of CPU, peak {found.peak_mib:.0f} MiB"
    )
    if args.rows:
        print(f"{args.rows / found.seconds / 1e6:.1f} M rows/s")


if __name__ == "__main__":
    main()
