"""Computes plain features of every meter with Polars' streaming engine, as an analyst would write it.

    python polars_features.py FILES OUT.parquet
"""

import sys

import polars as pl


def features(files):
    """Features over the whole stretch, and those of the usual day, both lazy."""
    readings = pl.scan_parquet(files)
    kwh, start = pl.col("kwh"), pl.col("timestamp")
    hour = start.dt.hour()
    # Windows are those of hashwatt: night 0-6, day 9-17, evening 18-22, by clock hours.
    whole = readings.group_by("meter_id").agg(
        mean=kwh.mean(),
        sd=kwh.std(),
        min=kwh.min(),
        max=kwh.max(),
        p05=kwh.quantile(0.05, "linear"),
        p50=kwh.quantile(0.5, "linear"),
        p95=kwh.quantile(0.95, "linear"),
        night_mean=kwh.filter(hour < 6).mean(),
        day_mean=kwh.filter(hour.is_between(9, 16)).mean(),
        evening_mean=kwh.filter(hour.is_between(18, 21)).mean(),
        weekend_mean=kwh.filter(start.dt.weekday() >= 6).mean(),
    )
    days = readings.group_by("meter_id", day=start.dt.date()).agg(
        min=kwh.min(), max=kwh.max(), sd=kwh.std()
    )
    usual_day = days.group_by("meter_id").agg(
        day_min_median=pl.col("min").median(),
        day_max_median=pl.col("max").median(),
        day_sd_median=pl.col("sd").median(),
    )
    return whole, usual_day


def main():
    files, out = sys.argv[1:]
    # Together, so that both come from one scan.
    whole, usual_day = pl.collect_all(features(files), engine="streaming")
    whole.join(usual_day, on="meter_id").sort("meter_id").write_parquet(out)


if __name__ == "__main__":
    main()
