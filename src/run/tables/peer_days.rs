//! Lays out `peer_days.parquet`, the mean day of each peer group, and reads it back.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, PolarsResult, SerReader};

use super::{floats, texts};
use crate::PeerDay;
use crate::schema::PEER_DAYS;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::ids::GroupId;

/// File name of the table in a run's folder.
pub const FILE_NAME: &str = "peer_days.parquet";

/// Name of a quartile and its field in a mean day.
type Quartile = (&'static str, fn(&mut PeerDay) -> &mut [f32; CLOCK_HOURS]);

const QUARTILES: [Quartile; 3] = [
    ("p25", |day| &mut day.hour_kw_p25),
    ("p50", |day| &mut day.hour_kw_p50),
    ("p75", |day| &mut day.hour_kw_p75),
];

/// Builds `group`, then `hour_kw_p25_00` to `hour_kw_p25_23`, the same with `p50` and `p75` [kW]: quartiles
/// of the meters' mean demand at each clock hour. Null if no meter of the group has hours.
///
/// # Errors
/// When the table cannot be built.
pub fn peer_days_frame(peer_days: &BTreeMap<GroupId, PeerDay>) -> Result<DataFrame> {
    let mut columns = vec![texts("group", peer_days.keys().map(|group| Some(group.as_str())))];
    for (name, quartile) in QUARTILES {
        for hour in 0..CLOCK_HOURS {
            let kw = peer_days.values().map(|day| Some(f64::from(quartile(&mut day.clone())[hour])));
            columns.push(floats(&column_name(name, hour), kw));
        }
    }
    PEER_DAYS.frame(peer_days.len(), columns)
}

/// Reads the mean day of each peer group from a run.
///
/// # Errors
/// When the file cannot be read or has other columns.
pub fn read_peer_days(path: &Path) -> Result<BTreeMap<GroupId, PeerDay>> {
    let file = File::open(path).map_err(|error| Error::read_back(path, error))?;
    let table = ParquetReader::new(file).finish();
    table.and_then(|table| peer_days(&table)).map_err(|error| Error::table(path.display().to_string(), error))
}

fn peer_days(table: &DataFrame) -> PolarsResult<BTreeMap<GroupId, PeerDay>> {
    let none = [f32::NAN; CLOCK_HOURS];
    let mut days = vec![PeerDay { hour_kw_p25: none, hour_kw_p50: none, hour_kw_p75: none }; table.height()];
    for (name, quartile) in QUARTILES {
        for hour in 0..CLOCK_HOURS {
            let column = table.column(&column_name(name, hour))?.f64()?;
            for (day, kw) in days.iter_mut().zip(column.iter()) {
                quartile(day)[hour] = kw.map_or(f32::NAN, |kw| kw as f32);
            }
        }
    }
    let groups = table.column("group")?.str()?;
    Ok(groups.iter().zip(days).filter_map(|(group, day)| Some((GroupId::from(group?), day))).collect())
}

fn column_name(quartile: &str, hour: usize) -> String {
    format!("hour_kw_{quartile}_{hour:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::write_parquet;

    #[test]
    fn a_mean_day_reads_as_it_was_written() {
        let hours = |kw: f32| std::array::from_fn(|hour| kw + hour as f32 / 10.0);
        let mut day = PeerDay { hour_kw_p25: hours(0.3), hour_kw_p50: hours(0.5), hour_kw_p75: hours(0.9) };
        let other = PeerDay { hour_kw_p75: hours(7.0), ..day };
        let groups =
            BTreeMap::from([(GroupId::from("residential, flat/2"), day), (GroupId::from("bakery"), other)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        write_parquet(&mut File::create(&path).unwrap(), FILE_NAME, peer_days_frame(&groups).unwrap())
            .unwrap();
        assert_eq!(read_peer_days(&path).unwrap(), groups);
        day.hour_kw_p50[3] = f32::NAN;
        let frame = peer_days_frame(&BTreeMap::from([(GroupId::from("x"), day)])).unwrap();
        assert_eq!(frame.column("hour_kw_p50_03").unwrap().null_count(), 1);
        assert!(peer_days(&frame).unwrap()[&GroupId::from("x")].hour_kw_p50[3].is_nan());
    }

    #[test]
    fn a_file_that_is_no_table_of_mean_days_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_peer_days(&folder.path().join(FILE_NAME)).unwrap_err();
        assert!(error.to_string().contains(FILE_NAME), "{error}");
    }
}
