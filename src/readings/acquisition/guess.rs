//! Detects the layout of a file from its settings, column names and first rows.

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;

use super::day_part;
use super::ends::{check_ends, check_stamp};
use super::guess_time::{find_end_time, find_stamp, find_time, find_time_of_day};
use super::likelier::{Likelier, Says};
use super::mapping::{Clock, Column, Guess, Layout, Mapping, MeterFrom, QualityOne, TimeFrom, Unit};
use super::names;
use super::profile::{Kind, Profile, name_key};
use super::shapes::{added_columns, find_layout};
use super::values::NumberMarks;
use hashwatt_core::language::message::Message;
use hashwatt_core::message;
use hashwatt_core::settings::{NO_COLUMN, ReadingsTable};

/// The combined ratio of current and voltage transformers stays below the upper bound. The lower bound allows
/// a multiplier that only converts a unit. [1]
const MULTIPLIERS: std::ops::RangeInclusive<f64> = 1e-9..=1e7;

/// Reason why a file cannot be mapped: what was seen, and the cure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trouble {
    pub seen: String,
    pub cure: String,
    /// The likelier of two readings, where the file can be read in two ways.
    pub likelier: Option<Box<Likelier>>,
}

impl Trouble {
    pub fn new(seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { seen: seen.into(), cure: cure.into(), likelier: None }
    }

    /// Adds the reading that is taken where guesses are accepted, and why it is the likelier one.
    pub fn or_likelier(mut self, says: Says, reason: Message) -> Self {
        self.likelier = Some(Box::new(Likelier { says, reason }));
        self
    }
}

/// Facts about a file before its columns are mapped.
pub(super) struct Known<'a> {
    pub profiles: &'a [Profile],
    pub stated: &'a ReadingsTable,
    /// `key=value` folders in the file's path.
    pub partitions: &'a [(String, String)],
    /// File name without its extensions.
    pub stem: &'a str,
}

/// Columns that already have a role, and the guesses made so far.
#[derive(Default)]
pub(super) struct Roles {
    pub taken: Vec<usize>,
    pub guesses: Vec<Guess>,
}

impl Roles {
    pub fn guess(&mut self, key: &'static str, value: impl Into<String>, reason: Message) {
        self.guesses.push(Guess::new(key, value, reason));
    }
}

/// Maps the columns of one file.
pub(super) fn map_columns(known: &Known<'_>) -> Result<Mapping, Trouble> {
    let stated = known.stated;
    check_stated_once(stated)?;
    check_stamp(stated)?;
    let mut roles = Roles::default();
    let multiplier_column =
        named_role(known, "multiplier_column", &stated.multiplier_column, names::MULTIPLIER)?;
    roles.taken.extend(multiplier_column.iter().map(|column| column.index));
    let stated_voltage = stated_voltage(known)?;
    roles.taken.extend(stated_voltage.iter().map(|column| column.index));
    let time = find_time(known, &mut roles)?;
    let end_time = find_end_time(known, &mut roles)?;
    let meter = find_meter(known, &mut roles)?;
    let (layout, meter, time) = find_layout(known, &mut roles, meter, time)?;
    check_ends(stated, &layout)?;
    let added = added_columns(known, &layout)?;
    let day_part = find_time_of_day(known, &mut roles, &layout, &time)?;
    let minutes = day_part
        .as_ref()
        .and_then(|(_, part)| day_part::find_minutes(known.profiles, &roles.taken, *part))
        .map(column_of);
    let is_by_row = !matches!(layout, Layout::Dates { .. });
    let quality = if is_by_row { find_quality(known, &roles, &layout)? } else { None };
    let voltage = find_voltage(known, &layout, stated_voltage)?;
    let only_rows = match stated_rows(known)? {
        rows if rows.is_empty() => find_kind_of_row(known, &mut roles).into_iter().collect(),
        rows => rows,
    };
    let unit = find_unit(known, &mut roles, &layout)?;
    let stamp = find_stamp(known, &time, day_part.as_ref(), &layout, &mut roles)?;
    let clock = find_clock(known, &time, &mut roles)?;
    Ok(Mapping {
        quality_one: quality.as_ref().map_or(QualityOne::Estimated, |column| quality_one(&column.name)),
        layout,
        meter,
        time,
        day_part,
        end_time,
        minutes,
        quality,
        multiplier_column,
        voltage,
        added,
        only_rows,
        // Decided when the whole file can be asked.
        numbers: NumberMarks::default(),
        encoding: None,
        skip_lines: 0,
        sheet: None,
        unit,
        multiplier: checked_multiplier(stated.multiplier)?,
        clock,
        stamp,
        guesses: roles.guesses,
    })
}

/// Refuses settings that name one column for two purposes.
fn check_stated_once(stated: &ReadingsTable) -> Result<(), Trouble> {
    let columns = [
        ("meter_column", &stated.meter_column),
        ("time_column", &stated.time_column),
        ("time_of_day_column", &stated.time_of_day_column),
        ("end_time_column", &stated.end_time_column),
        ("value_column", &stated.value_column),
        ("quality_column", &stated.quality_column),
        ("multiplier_column", &stated.multiplier_column),
        ("voltage_column", &stated.voltage_column),
    ];
    for (at, (key, column)) in columns.iter().enumerate() {
        let twice = columns[..at].iter().find(|(_, other)| column.is_some() && other == column);
        if let (Some((first, _)), Some(column)) = (twice, column) {
            return Err(Trouble::new(
                format!("{first} and {key} are both `{column}`"),
                "Give each its own column",
            ));
        }
    }
    Ok(())
}

/// Returns the column of this name; ignores case if there is no exact match.
pub(super) fn stated_column(known: &Known<'_>, key: &str, name: &str) -> Result<Column, Trouble> {
    let exact = known.profiles.iter().find(|profile| profile.name == name);
    let near = || known.profiles.iter().find(|profile| profile.name.trim().eq_ignore_ascii_case(name.trim()));
    exact.or_else(near).map(column_of).ok_or_else(|| {
        Trouble::new(
            format!("no column `{name}`; the columns are {}", names_of(known.profiles)),
            format!("Set {key} to one of them"),
        )
    })
}

pub(super) fn column_of(profile: &Profile) -> Column {
    Column { index: profile.index, name: profile.name.clone() }
}

/// Lists names for a sentence; long lists are shortened.
pub(super) fn names_of(profiles: &[Profile]) -> String {
    const MAX_NAMED: usize = 12;
    let mut text =
        profiles.iter().take(MAX_NAMED).map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ");
    if profiles.len() > MAX_NAMED {
        text.push_str(&format!(" and {} more", profiles.len() - MAX_NAMED));
    }
    text
}

/// Returns the stated column, or the first column with a known name.
fn named_role(
    known: &Known<'_>,
    key: &str,
    stated: &Option<String>,
    names: &[&str],
) -> Result<Option<Column>, Trouble> {
    match stated {
        Some(name) if is_none(known, Some(name)) => return Ok(None),
        Some(name) => return stated_column(known, key, name).map(Some),
        None => {}
    }
    let find = |name: &&str| known.profiles.iter().find(|profile| profile.key == **name);
    Ok(names.iter().find_map(find).map(column_of))
}

/// Whether a key says that the file has no such column.
pub(super) fn is_none(known: &Known<'_>, stated: Option<&str>) -> bool {
    stated == Some(NO_COLUMN) && !known.profiles.iter().any(|profile| profile.name == NO_COLUMN)
}

fn find_meter(known: &Known<'_>, roles: &mut Roles) -> Result<Option<MeterFrom>, Trouble> {
    let says_none = is_none(known, known.stated.meter_column.as_deref());
    let column = if says_none {
        None
    } else if let Some(name) = &known.stated.meter_column {
        let column = stated_column(known, "meter_column", name)?;
        let profile = &known.profiles[column.index];
        if matches!(profile.kind, Kind::Other | Kind::Flag) {
            let seen = format!("column `{name}` ({}) holds no meter ids", profile.data_type);
            return Err(Trouble::new(seen, "Set meter_column to a column with text or whole numbers"));
        }
        Some(column)
    } else {
        let is_free =
            |p: &&Profile| !roles.taken.contains(&p.index) && !matches!(p.kind, Kind::Other | Kind::Flag);
        let by_name =
            |name: &&str| known.profiles.iter().filter(is_free).find(|p| p.key == **name && !counts_rows(p));
        names::METER.iter().find_map(by_name).map(column_of)
    };
    if let Some(column) = column {
        roles.taken.push(column.index);
        return Ok(Some(MeterFrom::Column(column)));
    }
    let is_binary = |p: &&Profile| {
        names::METER.contains(&p.key.as_str()) && matches!(p.data_type, DataType::FixedSizeBinary(_))
    };
    if let Some(profile) = known.profiles.iter().find(is_binary) {
        let seen = format!(
            "column `{}` ({}) is named like the meter and holds binary ids, which have no one text",
            profile.name, profile.data_type
        );
        return Err(Trouble::new(seen, "Export the ids as text, UUIDs for example as 123e4567-e89b-..."));
    }
    let is_meter = |key: &str| names::METER.contains(&name_key(key).as_str());
    if let Some((_, value)) = known.partitions.iter().find(|(key, _)| is_meter(key)) {
        return Ok(Some(MeterFrom::Name(value.clone())));
    }
    if says_none {
        return Ok(None);
    }
    let is_text = |p: &&Profile| p.kind == Kind::Text && !roles.taken.contains(&p.index);
    let beside = |p: &&Profile| {
        names::is_beside(&p.key)
            || names::QUALITY.contains(&p.key.as_str())
            || day_part::NAMES.contains(&p.key.as_str())
    };
    let texts: Vec<&Profile> = known.profiles.iter().filter(is_text).filter(|p| !beside(p)).collect();
    if let [one] = texts.as_slice()
        && may_name_a_meter(one)
    {
        roles.guess("meter_column", &one.name, message!("only_text_column"));
        roles.taken.push(one.index);
        return Ok(Some(MeterFrom::Column(column_of(one))));
    }
    Ok(None)
}

/// Whether texts may be ids: a single text without a digit, such as `Electric usage`, says what rows are.
fn may_name_a_meter(profile: &Profile) -> bool {
    let Some(texts) = profile.array.as_string_opt::<i32>() else { return true };
    let mut texts = texts.iter().flatten().map(str::trim).filter(|text| !text.is_empty());
    let first = texts.next().unwrap_or_default();
    first.chars().any(|c| c.is_ascii_digit()) || texts.any(|text| text != first)
}

/// Whether a column numbers the rows: whole numbers that rise by one.
pub(super) fn counts_rows(profile: &Profile) -> bool {
    const MIN_ROWS: usize = 10;
    let Ok(numbers) = arrow::compute::cast(&profile.array, &arrow::datatypes::DataType::Int64) else {
        return false;
    };
    let numbers = numbers.as_primitive::<arrow::datatypes::Int64Type>();
    numbers.len() >= MIN_ROWS
        && numbers.null_count() == 0
        && numbers.values().windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1))
}

fn find_quality(known: &Known<'_>, roles: &Roles, layout: &Layout) -> Result<Option<Column>, Trouble> {
    let used: Vec<usize> = layout.values().iter().map(|column| column.index).collect();
    let found = named_role(known, "quality_column", &known.stated.quality_column, names::QUALITY)?;
    let is_stated = known.stated.quality_column.as_deref().is_some_and(|name| name != NO_COLUMN);
    Ok(found.filter(|column| {
        let kind = known.profiles[column.index].kind;
        let is_free = !used.contains(&column.index) && !roles.taken.contains(&column.index);
        is_stated || (is_free && !matches!(kind, Kind::Other | Kind::Time))
    }))
}

fn stated_voltage(known: &Known<'_>) -> Result<Option<Column>, Trouble> {
    let Some(name) = &known.stated.voltage_column else { return Ok(None) };
    let column = stated_column(known, "voltage_column", name)?;
    if holds_voltages(known, &column) {
        return Ok(Some(column));
    }
    let seen = format!("column `{name}` ({}) holds no voltages", known.profiles[column.index].data_type);
    Err(Trouble::new(seen, "Set voltage_column to a column with numbers, or leave the key out"))
}

/// Finds the voltage column; only layouts with one row per interval or read can have one.
fn find_voltage(
    known: &Known<'_>,
    layout: &Layout,
    stated: Option<Column>,
) -> Result<Option<Column>, Trouble> {
    match (layout, stated) {
        (Layout::Long { .. } | Layout::Register { .. }, Some(column)) => Ok(Some(column)),
        (Layout::Long { value } | Layout::Register { value }, None) => {
            let found = named_role(known, "voltage_column", &None, names::VOLTAGE)?;
            Ok(found.filter(|column| column.index != value.index && holds_voltages(known, column)))
        }
        (other, Some(column)) => Err(Trouble::new(
            format!("voltage_column = \"{}\" in a file of the shape {}", column.name, other.shape()),
            "Leave the key out: only rows of one interval have a voltage",
        )),
        (_, None) => Ok(None),
    }
}

/// Whether a column has voltages. Its first rows may be empty: transformer meters often have no voltage.
fn holds_voltages(known: &Known<'_>, column: &Column) -> bool {
    matches!(known.profiles[column.index].kind, Kind::Number | Kind::Empty)
}

fn quality_one(name: &str) -> QualityOne {
    let key = name_key(name);
    let says_measured = ["valid", "actual", "good", "measured", "ok"].iter().any(|word| key.contains(word));
    if says_measured { QualityOne::Measured } else { QualityOne::Estimated }
}

/// Returns the rows that `where` asks for.
fn stated_rows(known: &Known<'_>) -> Result<Vec<(Column, Vec<String>)>, Trouble> {
    let rows = known.stated.only_rows.iter();
    rows.map(|(name, texts)| Ok((stated_column(known, "where", name)?, texts.all().to_vec()))).collect()
}

/// Finds the column with the kind of read. AWS exports mix several kinds in one table; `INT` is interval
/// data.
fn find_kind_of_row(known: &Known<'_>, roles: &mut Roles) -> Option<(Column, Vec<String>)> {
    let profile = known.profiles.iter().find(|p| p.key == "readingtype" && p.kind == Kind::Text)?;
    let kinds: std::collections::BTreeSet<&str> =
        profile.array.as_string::<i32>().iter().flatten().map(str::trim).collect();
    let interval = kinds.iter().find(|kind| kind.eq_ignore_ascii_case("int"))?;
    if kinds.len() < 2 {
        return None;
    }
    let reason = message!("other_kinds_of_reads", column = profile.name.as_str());
    roles.guess("where", format!("{{ {:?} = {interval:?} }}", profile.name), reason);
    Some((column_of(profile), vec![(*interval).to_owned()]))
}

fn find_unit(known: &Known<'_>, roles: &mut Roles, layout: &Layout) -> Result<Unit, Trouble> {
    if let Some(symbol) = &known.stated.unit {
        return Unit::from_symbol(symbol)
            .ok_or_else(|| Trouble::new(format!("unit = \"{symbol}\""), "Write kWh, Wh, MWh, kW, W or MW"));
    }
    let values = layout.values();
    let is_named = matches!(layout, Layout::Long { .. } | Layout::Register { .. } | Layout::Daily { .. });
    if let Some(unit) =
        values.first().filter(|_| is_named).and_then(|column| names::unit_in_name(&column.name))
    {
        return Ok(unit);
    }
    if let Some(unit) = unit_column(known) {
        return Ok(unit);
    }
    if values.first().is_some_and(|column| is_named && names::is_demand_name(&name_key(&column.name))) {
        roles.guess("unit", "kW", message!("named_like_demand"));
        return Ok(Unit::Kilowatts);
    }
    roles.guess("unit", "kWh", message!("no_name_states_unit"));
    Ok(Unit::KilowattHours)
}

/// Finds what times without a zone mean: as stated, or as the column's name says.
fn find_clock(known: &Known<'_>, time: &TimeFrom, roles: &mut Roles) -> Result<Option<Clock>, Trouble> {
    let stated = checked_clock(known.stated.clock.as_deref())?;
    match time {
        TimeFrom::Column(column, form)
            if stated.is_none() && !form.is_instant() && name_key(&column.name).contains("utc") =>
        {
            roles.guess("clock", "utc", message!("name_says_so", column = column.name.as_str()));
            Ok(Some(Clock::Utc))
        }
        _ => Ok(stated),
    }
}

/// Returns the unit that a column such as `unit` or `uom` states in every row.
fn unit_column(known: &Known<'_>) -> Option<Unit> {
    let profile = known.profiles.iter().find(|p| matches!(p.key.as_str(), "unit" | "units" | "uom"))?;
    let mut texts = profile.array.as_string_opt::<i32>()?.iter().flatten();
    let first = Unit::from_symbol(texts.next()?)?;
    texts.all(|text| Unit::from_symbol(text) == Some(first)).then_some(first)
}

fn checked_multiplier(stated: Option<f64>) -> Result<f64, Trouble> {
    match stated {
        Some(x) if !MULTIPLIERS.contains(&x.abs()) => Err(Trouble::new(
            format!("multiplier = {x:?}"),
            format!(
                "Write a number from {} to {} (below zero where a channel has the wrong sign), not 0, or leave the key out",
                MULTIPLIERS.start(),
                MULTIPLIERS.end()
            ),
        )),
        other => Ok(other.unwrap_or(1.0)),
    }
}

fn checked_clock(stated: Option<&str>) -> Result<Option<Clock>, Trouble> {
    Ok(match stated {
        None => None,
        Some("local") => Some(Clock::Local),
        Some("standard") => Some(Clock::Standard),
        Some("utc") => Some(Clock::Utc),
        Some(other) => {
            return Err(Trouble::new(format!("clock = \"{other}\""), "Write local, standard or utc"));
        }
    })
}
