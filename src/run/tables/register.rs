//! Lays out `register.parquet`: the utility's data on every usage point, as the run read it.

use polars::prelude::{Column, DataFrame};

use super::{floats, texts};
use crate::schema::REGISTER;
use hashwatt_core::error::Result;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};

/// Builds the columns of a register (`meter_id, parent_id, kind, activity, premises, tariff, contracted_kw,
/// declared_mining_kw` [kW], `licence, lat, lon` [degrees, WGS 84], `address, zone, rating_kva` [kVA],
/// `phase, bus`), one row per usage point, by meter. Without a register there are no rows. [`Register::read`]
/// reads it back.
///
/// # Errors
/// When the table cannot be built.
pub fn register_frame(register: &Register) -> Result<DataFrame> {
    let points: Vec<_> = register.points().filter(|(_, point)| !point.is_named_only()).collect();
    let text = |name: &str, pick: fn(&UsagePoint) -> Option<&str>| {
        texts(name, points.iter().map(|(_, point)| pick(point)))
    };
    let number = |name: &str, pick: fn(&UsagePoint) -> Option<f64>| {
        floats(name, points.iter().map(|(_, point)| pick(point)))
    };
    let columns: Vec<Column> = vec![
        texts("meter_id", points.iter().map(|(meter, _)| Some(meter.as_str()))),
        text("parent_id", |point| point.parent_id.as_deref()),
        text("kind", |point| point.kind.as_deref()),
        text("activity", |point| point.activity.as_deref()),
        text("premises", |point| point.premises.as_deref()),
        text("tariff", |point| point.tariff.as_deref()),
        number("contracted_kw", |point| point.contracted_kw),
        number("declared_mining_kw", |point| point.declared_mining_kw),
        text("licence", |point| point.licence.as_deref()),
        number("lat", |point| point.lat),
        number("lon", |point| point.lon),
        text("address", |point| point.address.as_deref()),
        text("zone", |point| point.zone.as_deref()),
        number("rating_kva", |point| point.rating_kva),
        text("phase", |point| point.phase.as_deref()),
        text("bus", |point| point.bus.as_deref()),
    ];
    REGISTER.frame(points.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::tables::write_parquet;

    #[test]
    fn a_register_reads_back_as_it_was() {
        let register = fixtures::register();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(REGISTER.file);
        let frame = register_frame(&register).unwrap();
        write_parquet(&mut std::fs::File::create(&path).unwrap(), REGISTER.file, frame).unwrap();
        let (again, findings) = Register::read(&path).unwrap();
        assert!(findings.is_empty());
        assert!(again.points().eq(register.points()));
        assert!(!again.is_empty());
    }

    #[test]
    fn no_register_is_an_empty_table_that_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(REGISTER.file);
        let frame = register_frame(&Register::default()).unwrap();
        write_parquet(&mut std::fs::File::create(&path).unwrap(), REGISTER.file, frame).unwrap();
        assert!(Register::read(&path).unwrap().0.is_empty());
    }
}
