"""Computes plain features of every meter with DuckDB, as an analyst would write it.

    python duckdb_features.py FILES OUT.parquet
"""

import sys

import duckdb

from measure import THREADS

# Windows are those of hashwatt: night 0-6, day 9-17, evening 18-22, by clock hours.
FEATURES = """
WITH readings AS MATERIALIZED (SELECT * FROM read_parquet($files)),
whole AS (
    SELECT meter_id,
        avg(kwh) AS mean, stddev_samp(kwh) AS sd, min(kwh) AS min, max(kwh) AS max,
        quantile_cont(kwh, [0.05, 0.5, 0.95]) AS p05_p50_p95,
        avg(kwh) FILTER (hour(timestamp) < 6) AS night_mean,
        avg(kwh) FILTER (hour(timestamp) BETWEEN 9 AND 16) AS day_mean,
        avg(kwh) FILTER (hour(timestamp) BETWEEN 18 AND 21) AS evening_mean,
        avg(kwh) FILTER (isodow(timestamp) >= 6) AS weekend_mean
    FROM readings GROUP BY meter_id
),
days AS (
    SELECT meter_id, timestamp::DATE AS day,
        min(kwh) AS min, max(kwh) AS max, stddev_samp(kwh) AS sd
    FROM readings GROUP BY meter_id, day
),
usual_day AS (
    SELECT meter_id,
        median(min) AS day_min_median, median(max) AS day_max_median, median(sd) AS day_sd_median
    FROM days GROUP BY meter_id
)
SELECT * FROM whole JOIN usual_day USING (meter_id) ORDER BY meter_id
"""


def main():
    files, out = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.sql(FEATURES, params={"files": files}).write_parquet(out)


if __name__ == "__main__":
    main()
