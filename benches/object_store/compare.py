"""Puts a folder's files into an object store and times the digest of both, in turn.

    python compare.py HASHWATT FOLDER WORK REPEATS SERVER
"""

import filecmp
import os
import shutil
import sys
import time
from pathlib import Path

import boto3
import botocore

sys.path.insert(0, str(Path(__file__).parent.parent / "peers"))
from measure import THREADS, measure, summary  # noqa: E402

BUCKET = "readings"

# Longest that the server may take to start. [s]
START = 30


def connect():
    """Waits for the server, and makes a bucket."""
    client = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    begun = time.monotonic()
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            return client
        except botocore.exceptions.EndpointConnectionError:
            if time.monotonic() - begun > START:
                raise
            time.sleep(0.1)


def digest(hashwatt, readings, out):
    """A digest, as a command."""
    return [hashwatt, "digest", "--readings", readings, "--timezone", "Europe/London", "--threads", THREADS, "--out", out]


def same(a, b):
    """Whether two folders of digests have the same bytes."""
    names = sorted(path.name for path in a.iterdir())
    return names == sorted(path.name for path in b.iterdir()) and not any(
        filecmp.cmpfiles(a, b, names, shallow=False)[1:]
    )


def main():
    """Prints the medians and their ratio."""
    hashwatt, folder, work, repeats, server = sys.argv[1:]
    folder, work = Path(folder), Path(work)
    client = connect()
    files = sorted(folder.glob("*.parquet"))
    for path in files:
        client.put_object(Bucket=BUCKET, Key=f"exports/{path.name}", Body=path.read_bytes())
    places = {"disk": f"{folder}/*.parquet", server: f"s3://{BUCKET}/exports/"}
    runs = {name: [] for name in places}
    for _ in range(int(repeats)):
        for name, readings in places.items():
            out = work / name
            shutil.rmtree(out, ignore_errors=True)
            runs[name].append(measure(digest(hashwatt, readings, out)))
    if not same(work / "disk" / "digests", work / server / "digests"):
        sys.exit("the digests differ")
    mib = sum(path.stat().st_size for path in files) / 2**20
    print(f"{len(files)} files, {mib:.0f} MiB, {THREADS} threads, medians of {repeats} (fastest-slowest)\n")
    print("| readings on | wall [s] | CPU [s] | peak [MiB] |\n|---|---|---|---|")
    medians = {}
    for name in places:
        medians[name] = summary(runs[name])
        s = medians[name]
        print(f"| {name} | {s.seconds:.2f} ({s.fastest:.2f}-{s.slowest:.2f}) | {s.cpu_seconds:.2f} | {s.peak_mib:.0f} |")
    print(f"\nratio of the walls {medians[server].seconds / medians['disk'].seconds:.2f}; the digests are the same bytes")


main()
