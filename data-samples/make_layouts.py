"""Writes four meters of the sample district, two weeks each, in the layouts that exports come in.

Run from the repository's root (needs polars):  python3 data-samples/make_layouts.py
The same energies stand in every file; what differs is the layout, the unit, the clock and the stamp.
"""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

SAMPLES = Path(__file__).parent
OUT = SAMPLES / "layouts"

ZONE = "Asia/Almaty"
# A home; a home that gets a rig on 16 February; a telecom site; a cold store.
METERS = ["M0000001", "M0000025", "M0000056", "M0000010"]
FIRST = datetime(2022, 2, 9)
DAYS = 14
INTERVAL = timedelta(minutes=30)


def half_hours() -> pl.DataFrame:
    """Energy by meter and local start; null where an interval is missing. [kWh]"""
    end = FIRST + timedelta(days=DAYS)
    starts = pl.datetime_range(FIRST, end, INTERVAL, closed="left", eager=True).alias("local_start")
    grid = pl.DataFrame({"meter_id": sorted(METERS)}).join(starts.to_frame(), how="cross")
    readings = pl.read_parquet(SAMPLES / "almaty-2021" / "readings.parquet").select(
        pl.col("meter_id").cast(pl.String),
        pl.col("start").dt.convert_time_zone(ZONE).dt.replace_time_zone(None).dt.cast_time_unit("us").alias("local_start"),
        "energy_kwh",
    )
    return grid.join(readings, on=["meter_id", "local_start"], how="left").sort("meter_id", "local_start")


def write_long(energy: pl.DataFrame) -> None:
    """A row an interval; local time, start of the interval; kWh."""
    rows = energy.drop_nulls().select(
        "meter_id", pl.col("local_start").dt.strftime("%Y-%m-%d %H:%M").alias("timestamp"), pl.col("energy_kwh").alias("kwh")
    )
    rows.write_csv(OUT / "long.csv")


def write_wide(energy: pl.DataFrame) -> None:
    """A column a meter; local time, end of the interval, day first; mean demand in kW; semicolons."""
    demand_kw = energy.with_columns(
        (pl.col("energy_kwh") / (INTERVAL / timedelta(hours=1))).round(3).alias("kw"),
        (pl.col("local_start") + INTERVAL).alias("end"),
    )
    wide = demand_kw.pivot("meter_id", index="end", values="kw").sort("end")
    wide.with_columns(pl.col("end").dt.strftime("%d.%m.%Y %H:%M")).write_csv(OUT / "wide.csv", separator=";")


def write_daily_rows(energy: pl.DataFrame) -> None:
    """A row a meter-day with 48 columns; local days; Wh as whole numbers."""
    numbered = energy.with_columns(
        pl.col("local_start").dt.date().alias("date"),
        ("wh_" + ((pl.col("local_start").dt.hour().cast(pl.Int32) * 60 + pl.col("local_start").dt.minute()) // 30 + 1).cast(pl.String).str.zfill(2)).alias("column"),
        (pl.col("energy_kwh") * 1000).round().cast(pl.Int32).alias("wh"),
    )
    rows = numbered.pivot("column", index=["meter_id", "date"], values="wh").sort("meter_id", "date")
    rows.write_parquet(OUT / "daily_rows.parquet", compression="zstd", statistics=False)


def write_register_reads(energy: pl.DataFrame) -> None:
    """A row a read of the counter; UTC; kWh since the meter was installed; a missing half-hour is no read."""
    first_kwh = {meter: 1000.0 * (n + 1) for n, meter in enumerate(sorted(METERS))}
    lines = ["meter_id,read_time,register_kwh"]
    for (meter,), rows in energy.group_by("meter_id", maintain_order=True):
        counter_kwh = first_kwh[meter]
        utc = lambda local: (local - timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"{meter},{utc(FIRST)},{counter_kwh:.3f}")
        for start, kwh in rows.select("local_start", "energy_kwh").iter_rows():
            if kwh is not None:
                counter_kwh += kwh
                lines.append(f"{meter},{utc(start + INTERVAL)},{counter_kwh:.3f}")
    (OUT / "register_reads.csv").write_text("\n".join(lines) + "\n")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    energy = half_hours()
    for write in (write_long, write_wide, write_daily_rows, write_register_reads):
        write(energy)


if __name__ == "__main__":
    main()
