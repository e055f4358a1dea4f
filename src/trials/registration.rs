//! Writes the register, weather, events and truth tables of a simulated district.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Float64Array, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use jiff::civil::{Date, date};

use super::businesses::Activity;
use super::calendar::Calendar;
use super::incidents::{Incidents, WHOLE_DISTRICT};
use super::plan::{Customer, Plan, Task, feeder_id, meter_id, substation_id, substation_of, transformer_id};
use super::tables::write_table;
use super::usage_points::Truth;
use super::voltages::Spot;
use hashwatt_core::error::Result;

/// What the register takes from a simulated usage point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreed {
    /// Where it is connected, if voltages are modelled.
    pub spot: Option<Spot>,
    pub contracted_kw: f32,
    pub declared_mining_kw: Option<f32>,
}

/// Writes `register.parquet`: usage points, transformers, feeders, substations.
pub(super) fn write_register(path: &Path, plan: &Plan, agreed: &[Agreed]) -> Result<()> {
    let mut rows = Vec::new();
    for (transformer, below) in plan.transformers.iter().enumerate() {
        rows.extend(below.points.clone().map(|point| {
            let listed = plan.points[point].listed_under.unwrap_or(transformer);
            let spot = agreed[point].spot;
            Row {
                bus: spot.map(|spot| spot.bus(&transformer_id(transformer))),
                phase: spot.and_then(Spot::phase),
                ..point_row(plan, point, &transformer_id(listed), agreed[point])
            }
        }));
    }
    for (n, transformer) in plan.transformers.iter().enumerate() {
        let spot = (transformer.neighbourhood.latitude_deg, transformer.neighbourhood.longitude_deg);
        rows.push(Row {
            spot: Some(spot),
            ..Row::node(transformer_id(n), Some(feeder_id(transformer.feeder)), "transformer")
        });
    }
    rows.extend(
        (0..plan.n_feeders())
            .map(|n| Row::node(feeder_id(n), Some(substation_id(substation_of(n))), "feeder")),
    );
    rows.extend((0..plan.n_substations()).map(|n| Row::node(substation_id(n), None, "substation")));
    let mut columns = vec![
        ("meter_id", text(rows.iter().map(|row| Some(row.meter_id.clone())))),
        ("parent_id", text(rows.iter().map(|row| row.parent_id.clone()))),
        ("kind", text(rows.iter().map(|row| Some(row.kind.to_owned())))),
        ("activity", text(rows.iter().map(|row| row.activity.map(str::to_owned)))),
        ("premises", text(rows.iter().map(|row| row.premises.map(str::to_owned)))),
        ("tariff", text(rows.iter().map(|row| row.tariff.map(str::to_owned)))),
        ("contracted_kw", numbers(rows.iter().map(|row| row.contracted_kw))),
        ("declared_mining_kw", numbers(rows.iter().map(|row| row.declared_mining_kw))),
        ("licence", text(rows.iter().map(|row| row.licence.clone()))),
        ("lat", degrees(rows.iter().map(|row| row.spot.map(|spot| spot.0)))),
        ("lon", degrees(rows.iter().map(|row| row.spot.map(|spot| spot.1)))),
        ("address", text(rows.iter().map(|row| row.address.clone()))),
    ];
    if rows.iter().any(|row| row.bus.is_some()) {
        columns.push(("phase", text(rows.iter().map(|row| row.phase.map(str::to_owned)))));
        columns.push(("bus", text(rows.iter().map(|row| row.bus.clone()))));
    }
    write_table(path, columns)
}

/// Writes `weather.parquet`: one row per clock hour.
pub(super) fn write_weather(path: &Path, zone: &str, hours: &Calendar, hourly_c: &[f32]) -> Result<()> {
    let tenth = |hour: &usize| Some((10.0 * hourly_c[*hour]).round() / 10.0);
    write_table(
        path,
        vec![
            ("zone", text(hours.grid.iter().map(|_| Some(zone.to_owned())))),
            ("start", instants(hours.starts_us.clone())),
            ("temperature_c", numbers(hours.grid.iter().map(tenth))),
        ],
    )
}

/// Writes `events.parquet`: the events that the utility knows of.
pub(super) fn write_events(path: &Path, incidents: &Incidents, calendar: &Calendar) -> Result<()> {
    let at = |interval: usize| calendar.instant(interval).as_microsecond();
    let all = &incidents.all;
    let area = |feeder: Option<usize>| feeder.map_or_else(|| WHOLE_DISTRICT.to_owned(), feeder_id);
    write_table(
        path,
        vec![
            ("kind", text(all.iter().map(|incident| Some(incident.kind.to_owned())))),
            ("start", instants(all.iter().map(|incident| at(incident.intervals.start)).collect())),
            ("end", instants(all.iter().map(|incident| at(incident.intervals.end)).collect())),
            ("area", text(all.iter().map(|incident| Some(area(incident.feeder))))),
        ],
    )
}

/// Writes `truth.parquet`: one row per usage point, then one per transformer. Taps have `phase` and `bus` if
/// voltages are modelled.
pub(super) fn write_truth(path: &Path, points: &[Truth], transformers: &[Truth]) -> Result<()> {
    let ids = (0..points.len()).map(meter_id).chain((0..transformers.len()).map(transformer_id));
    let all: Vec<&Truth> = points.iter().chain(transformers).collect();
    let word =
        |pick: fn(&Truth) -> Option<&'static str>| text(all.iter().map(|t| pick(t).map(str::to_owned)));
    let machines: UInt32Array = all.iter().map(|truth| truth.n_machines).collect();
    let mut columns = vec![
        ("meter_id", text(ids.map(Some))),
        ("role", word(|truth| Some(truth.role))),
        ("form", word(|truth| truth.form)),
        ("kw", numbers(all.iter().map(|truth| truth.kw))),
        ("n_machines", Arc::new(machines)),
        ("machine", word(|truth| truth.machine)),
        ("onset", dates(all.iter().map(|truth| truth.onset))),
        ("end", dates(all.iter().map(|truth| truth.end))),
        ("metered_share", numbers(all.iter().map(|truth| truth.metered_share))),
        ("scheme", word(|truth| truth.scheme)),
    ];
    if all.iter().any(|truth| truth.spot.is_some()) {
        let below =
            (0..points.len()).map(|_| None).chain((0..transformers.len()).map(|n| Some(transformer_id(n))));
        let buses = below.zip(&all).map(|(below, truth)| Some(truth.spot?.bus(&below?)));
        columns.push(("phase", word(|truth| truth.spot?.phase())));
        columns.push(("bus", text(buses)));
    }
    write_table(path, columns)
}

#[derive(Default)]
struct Row {
    meter_id: String,
    parent_id: Option<String>,
    kind: &'static str,
    activity: Option<&'static str>,
    premises: Option<&'static str>,
    tariff: Option<&'static str>,
    contracted_kw: Option<f32>,
    declared_mining_kw: Option<f32>,
    licence: Option<String>,
    spot: Option<(f64, f64)>,
    address: Option<String>,
    phase: Option<&'static str>,
    bus: Option<String>,
}

impl Row {
    fn node(meter_id: String, parent_id: Option<String>, kind: &'static str) -> Self {
        Self { meter_id, parent_id, kind, ..Self::default() }
    }
}

fn point_row(plan: &Plan, point: usize, parent: &str, agreed: Agreed) -> Row {
    let place = &plan.points[point];
    let (activity, premises, tariff) = match place.customer {
        Customer::Flat => ("household", "flat", "residential"),
        Customer::House => ("household", "house", "residential"),
        Customer::Business(Activity::TextileFactory) => {
            ("textile_factory", "special_economic_zone", "preferential")
        }
        Customer::Business(activity @ (Activity::Warehouse | Activity::DataCentre)) => {
            (activity.as_str(), "industrial", "industrial")
        }
        Customer::Business(Activity::Greenhouse) => ("greenhouse", "agricultural", "agricultural"),
        Customer::Business(activity) => (activity.as_str(), "business", "commercial"),
    };
    let is_licensed = matches!(place.task, Task::Licensed | Task::OverDeclared);
    Row {
        meter_id: meter_id(point),
        parent_id: Some(parent.to_owned()),
        kind: "meter",
        activity: Some(activity),
        premises: Some(premises),
        tariff: Some(tariff),
        contracted_kw: Some(agreed.contracted_kw),
        declared_mining_kw: agreed.declared_mining_kw,
        licence: is_licensed.then(|| format!("DM-{:05}", point + 1)),
        spot: Some((place.latitude_deg, place.longitude_deg)),
        address: Some(place.address.clone()),
        ..Row::default()
    }
}

fn text(values: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

/// Rounds to three decimals: a watt of demand, a thousandth of a share.
fn numbers(values: impl Iterator<Item = Option<f32>>) -> ArrayRef {
    let rounded = values.map(|value| value.map(|x| (f64::from(x) * 1000.0).round() / 1000.0));
    Arc::new(rounded.collect::<Float64Array>())
}

/// Rounds to about a metre.
fn degrees(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.map(|value| value.map(|x| (x * 1e5).round() / 1e5)).collect::<Float64Array>())
}

fn instants(values_us: Vec<i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values_us).with_timezone("UTC"))
}

fn dates(values: impl Iterator<Item = Option<Date>>) -> ArrayRef {
    let days = |day: Date| date(1970, 1, 1).until(day).map_or(0, |span| span.get_days());
    Arc::new(values.map(|value| value.map(days)).collect::<Date32Array>())
}
