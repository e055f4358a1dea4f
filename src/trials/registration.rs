//! Writes the register, weather, events and truth tables of a simulated district.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Float64Array, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use jiff::civil::{Date, date};

use super::businesses::Activity;
use super::calendar::Calendar;
use super::incidents::{Area, Incidents, WHOLE_DISTRICT};
use super::large::LargeKind;
use super::plan::{Customer, Plan, Task, Unmetered, feeder_id, meter_id, substation_id, transformer_id};
use super::scenario::{Scenario, Zone};
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

/// Writes `register.parquet`: usage points, transformers, feeders, substations. It has a column `zone` if the
/// scenario has several.
pub(super) fn write_register(path: &Path, plan: &Plan, scenario: &Scenario, agreed: &[Agreed]) -> Result<()> {
    let mut rows = Vec::new();
    for (transformer, below) in plan.transformers.iter().enumerate() {
        let zone = Some(transformer_zone(plan, scenario, transformer));
        rows.extend(below.points.clone().map(|point| {
            let listed = plan.points[point].listed_under.unwrap_or(transformer);
            let spot = agreed[point].spot;
            Row {
                bus: spot.map(|spot| spot.bus(&transformer_id(transformer))),
                phase: spot.and_then(Spot::phase),
                zone,
                ..point_row(plan, point, &transformer_id(listed), agreed[point])
            }
        }));
    }
    let large = plan.large.iter().enumerate();
    rows.extend(large.map(|(n, _)| large_row(plan, scenario, n, agreed[plan.points.len() + n])));
    for (n, transformer) in plan.transformers.iter().enumerate() {
        let spot = (transformer.neighbourhood.latitude_deg, transformer.neighbourhood.longitude_deg);
        rows.push(Row {
            spot: Some(spot),
            zone: Some(transformer_zone(plan, scenario, n)),
            ..Row::node(transformer_id(n), Some(feeder_id(transformer.feeder)), "transformer")
        });
    }
    let zone_of = |substation: usize| Some(scenario.zones[plan.substations[substation]].name.as_str());
    rows.extend(plan.feeders.iter().enumerate().map(|(n, &above)| Row {
        zone: zone_of(above),
        ..Row::node(feeder_id(n), Some(substation_id(above)), "feeder")
    }));
    let substations = 0..plan.substations.len();
    rows.extend(
        substations.map(|n| Row { zone: zone_of(n), ..Row::node(substation_id(n), None, "substation") }),
    );
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
    if scenario.zones.len() > 1 {
        columns.push(("zone", text(rows.iter().map(|row| row.zone.map(str::to_owned)))));
    }
    write_table(path, columns)
}

/// Writes `weather.parquet`: one row per zone and clock hour. A single zone goes by the name of its clock.
pub(super) fn write_weather(
    path: &Path,
    scenario: &Scenario,
    hours: &Calendar,
    hourly_c: &[Vec<f32>],
) -> Result<()> {
    let is_single = scenario.zones.len() == 1;
    let name = |zone: &Zone| if is_single { scenario.timezone.clone() } else { zone.name.clone() };
    let names = scenario.zones.iter().flat_map(|zone| hours.grid.iter().map(move |_| Some(name(zone))));
    let tenths = hourly_c.iter().flat_map(|hourly_c| {
        hours.grid.iter().map(move |hour| Some((10.0 * hourly_c[*hour]).round() / 10.0))
    });
    write_table(
        path,
        vec![
            ("zone", text(names)),
            ("start", instants(hours.starts_us.repeat(scenario.zones.len()))),
            ("temperature_c", numbers(tenths)),
        ],
    )
}

/// Writes `events.parquet`: the events that the utility knows of.
pub(super) fn write_events(
    path: &Path,
    incidents: &Incidents,
    scenario: &Scenario,
    calendar: &Calendar,
) -> Result<()> {
    let at = |interval: usize| calendar.instant(interval).as_microsecond();
    let all = &incidents.all;
    let area = |area: Area| match area {
        Area::District => WHOLE_DISTRICT.to_owned(),
        Area::Zone(zone) => scenario.zones[zone].name.clone(),
        Area::Feeder(feeder) => feeder_id(feeder),
    };
    write_table(
        path,
        vec![
            ("kind", text(all.iter().map(|incident| Some(incident.kind.as_str().to_owned())))),
            ("start", instants(all.iter().map(|incident| at(incident.intervals.start)).collect())),
            ("end", instants(all.iter().map(|incident| at(incident.intervals.end)).collect())),
            ("area", text(all.iter().map(|incident| Some(area(incident.area))))),
        ],
    )
}

/// Truths of usage points, of transformers, and of the customers at 220 kV.
pub(super) struct Truths<'a> {
    pub points: &'a [Truth],
    pub transformers: &'a [Truth],
    pub large: &'a [Truth],
}

/// Writes `truth.parquet`: one row per usage point, then one per transformer, then one per customer at 220 kV.
/// Taps have `phase` and `bus` if voltages are modelled. A scenario that says when rigs come has what it says
/// of each as well: `zone, place, closed, restarted, closed_by, closed_how`.
pub(super) fn write_truth(path: &Path, plan: &Plan, scenario: &Scenario, truths: &Truths) -> Result<()> {
    let (points, transformers) = (truths.points, truths.transformers);
    let large = (0..truths.large.len()).map(|n| meter_id(points.len() + n));
    let nodes = (0..transformers.len()).map(transformer_id);
    let ids = (0..points.len()).map(meter_id).chain(nodes).chain(large);
    let all: Vec<&Truth> = points.iter().chain(transformers).chain(truths.large).collect();
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
        let below = below.chain(truths.large.iter().map(|_| None));
        let buses = below.zip(&all).map(|(below, truth)| Some(truth.spot?.bus(&below?)));
        columns.push(("phase", word(|truth| truth.spot?.phase())));
        columns.push(("bus", text(buses)));
    }
    if scenario.tells_arrivals() {
        let how = |truth: &&Truth| truth.closed_by.as_ref().map(|(_, how)| how.as_str().to_owned());
        let by = |truth: &&Truth| truth.closed_by.as_ref().map(|(name, _)| name.clone());
        let (zones, places) = whereabouts(plan, scenario);
        columns.extend([
            ("zone", text(zones.into_iter().map(|zone| Some(zone.to_owned())))),
            ("place", text(places.into_iter().map(|place| Some(place.to_owned())))),
            ("closed", dates(all.iter().map(|truth| truth.closed))),
            ("restarted", dates(all.iter().map(|truth| truth.restarted))),
            ("closed_by", text(all.iter().map(by))),
            ("closed_how", text(all.iter().map(how))),
        ]);
    }
    write_table(path, columns)
}

/// Returns zone and kind of place of each row of the truth.
fn whereabouts<'a>(plan: &'a Plan, scenario: &'a Scenario) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut rows = Vec::new();
    for (n, transformer) in plan.transformers.iter().enumerate() {
        let zone = transformer_zone(plan, scenario, n);
        rows.extend(transformer.points.clone().map(|point| (zone, words_of(plan.points[point].customer).0)));
    }
    rows.extend(plan.transformers.iter().enumerate().map(|(n, transformer)| {
        let is_tap = transformer.unmetered == Unmetered::Tap;
        (transformer_zone(plan, scenario, n), if is_tap { "tap" } else { "transformer" })
    }));
    rows.extend(plan.large.iter().map(|large| {
        let place = match &large.kind {
            LargeKind::Farm(farm) => farm.name.as_str(),
            LargeKind::Plant(_) => "plant",
        };
        (scenario.zones[large.zone].name.as_str(), place)
    }));
    rows.into_iter().unzip()
}

fn transformer_zone<'a>(plan: &Plan, scenario: &'a Scenario, transformer: usize) -> &'a str {
    &scenario.zones[plan.transformers[transformer].zone].name
}

#[derive(Default)]
struct Row<'a> {
    meter_id: String,
    parent_id: Option<String>,
    kind: &'static str,
    activity: Option<&'a str>,
    premises: Option<&'static str>,
    tariff: Option<&'static str>,
    contracted_kw: Option<f32>,
    declared_mining_kw: Option<f32>,
    licence: Option<String>,
    spot: Option<(f64, f64)>,
    address: Option<String>,
    phase: Option<&'static str>,
    bus: Option<String>,
    zone: Option<&'a str>,
}

impl Row<'_> {
    fn node(meter_id: String, parent_id: Option<String>, kind: &'static str) -> Self {
        Self { meter_id, parent_id, kind, ..Self::default() }
    }
}

/// Returns activity, premises and tariff of a customer.
const fn words_of(customer: Customer) -> (&'static str, &'static str, &'static str) {
    match customer {
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
    }
}

fn point_row(plan: &Plan, point: usize, parent: &str, agreed: Agreed) -> Row<'static> {
    let place = &plan.points[point];
    let (activity, premises, tariff) = words_of(place.customer);
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
        licence: is_licensed.then(|| licence(point)),
        spot: Some((place.latitude_deg, place.longitude_deg)),
        address: Some(place.address.clone()),
        ..Row::default()
    }
}

/// Returns the row of the `n`th customer at 220 kV. A farm that declared nothing says it is a warehouse.
fn large_row<'a>(plan: &'a Plan, scenario: &'a Scenario, n: usize, agreed: Agreed) -> Row<'a> {
    let (large, number) = (&plan.large[n], plan.points.len() + n);
    let zone = &scenario.zones[large.zone];
    let activity = match &large.kind {
        LargeKind::Plant(_) => zone.industry.as_ref().map(|industry| industry.activity.as_str()),
        LargeKind::Farm(_) if agreed.declared_mining_kw.is_some() => Some(Activity::DataCentre.as_str()),
        LargeKind::Farm(_) => Some(Activity::Warehouse.as_str()),
    };
    Row {
        meter_id: meter_id(number),
        parent_id: Some(substation_id(large.substation)),
        kind: "meter",
        activity,
        premises: Some("industrial"),
        tariff: Some("industrial"),
        contracted_kw: Some(agreed.contracted_kw),
        declared_mining_kw: agreed.declared_mining_kw,
        licence: agreed.declared_mining_kw.map(|_| licence(number)),
        spot: Some((large.latitude_deg, large.longitude_deg)),
        address: Some(format!("220 kV {}, site {}", zone.name, n + 1)),
        zone: Some(&zone.name),
        ..Row::default()
    }
}

fn licence(point: usize) -> String {
    format!("DM-{:05}", point + 1)
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
