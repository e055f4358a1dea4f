//! Finds out how a file is laid out, from what is stated, column names and its first rows.

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int64Type};

use super::day_part::{self, find_day_part};
use super::local_time::{END_INSTANT_S, FIRST_INSTANT_S};
use super::mapping::{
    Clock, Column, DayPart, Guess, Layout, Mapping, MeterFrom, QualityOne, Stamp, TimeForm, TimeFrom, Unit,
};
use super::names;
use super::profile::{Kind, Profile, date_order, has_unordered_dates, name_key};
use super::shapes::find_layout;
use super::text_time::{DateOrder, is_epoch, parse_time};
use crate::settings::ReadingsTable;

/// Why a file cannot be mapped: what was seen, and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub seen: String,
    pub cure: String,
}

impl Trouble {
    pub fn new(seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { seen: seen.into(), cure: cure.into() }
    }
}

/// What is known of a file before its columns are mapped.
pub(super) struct Known<'a> {
    pub profiles: &'a [Profile],
    pub stated: &'a ReadingsTable,
    /// `key=value` folders above the file.
    pub partitions: &'a [(String, String)],
    /// File name without its endings.
    pub stem: &'a str,
}

/// Columns that have a role already, and what was guessed on the way.
#[derive(Default)]
pub(super) struct Roles {
    pub taken: Vec<usize>,
    pub guesses: Vec<Guess>,
}

impl Roles {
    pub fn guess(&mut self, key: &'static str, value: impl Into<String>, reason: impl Into<String>) {
        self.guesses.push(Guess { key, value: value.into(), reason: reason.into() });
    }
}

/// Maps the columns of one file.
pub(super) fn map_columns(known: &Known<'_>) -> Result<Mapping, Trouble> {
    let stated = known.stated;
    let mut roles = Roles::default();
    let multiplier_column =
        named_role(known, "multiplier_column", &stated.multiplier_column, names::MULTIPLIER)?;
    roles.taken.extend(multiplier_column.iter().map(|column| column.index));
    let time = find_time(known, &mut roles)?;
    let meter = find_meter(known, &mut roles)?;
    let (layout, meter, time) = find_layout(known, &mut roles, meter, time)?;
    let day_part = find_time_of_day(known, &mut roles, &layout, &time);
    let is_by_row = !matches!(layout, Layout::Dates { .. });
    let quality = if is_by_row { find_quality(known, &roles, &layout)? } else { None };
    let only_rows = find_kind_of_row(known, &mut roles);
    let unit = find_unit(known, &mut roles, &layout)?;
    let stamp = find_stamp(known, &time, &layout, &mut roles)?;
    Ok(Mapping {
        quality_one: quality.as_ref().map_or(QualityOne::Estimated, |column| quality_one(&column.name)),
        layout,
        meter,
        time,
        day_part,
        quality,
        multiplier_column,
        only_rows,
        unit,
        multiplier: checked_multiplier(stated.multiplier)?,
        clock: checked_clock(stated.clock.as_deref())?,
        stamp,
        guesses: roles.guesses,
    })
}

/// The column of this name, in any case of letters where no exact one exists.
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

/// Names for a sentence; long lists are cut.
pub(super) fn names_of(profiles: &[Profile]) -> String {
    const MOST_NAMED: usize = 12;
    let mut text =
        profiles.iter().take(MOST_NAMED).map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ");
    if profiles.len() > MOST_NAMED {
        text.push_str(&format!(" and {} more", profiles.len() - MOST_NAMED));
    }
    text
}

/// A stated column, or the first of the known names.
fn named_role(
    known: &Known<'_>,
    key: &str,
    stated: &Option<String>,
    names: &[&str],
) -> Result<Option<Column>, Trouble> {
    if let Some(name) = stated {
        return stated_column(known, key, name).map(Some);
    }
    let find = |name: &&str| known.profiles.iter().find(|profile| profile.key == **name);
    Ok(names.iter().find_map(find).map(column_of))
}

fn find_time(known: &Known<'_>, roles: &mut Roles) -> Result<Option<TimeFrom>, Trouble> {
    let could_be_time = |profile: &&Profile| profile.kind == Kind::Time || profile.is_time_number;
    let column = if let Some(name) = &known.stated.time_column {
        Some(stated_column(known, "time_column", name)?)
    } else {
        let by_name = |name: &&str| {
            let has_name = |profile: &&Profile| profile.key == **name;
            known
                .profiles
                .iter()
                .filter(has_name)
                .find(|p| could_be_time(p) || p.kind == Kind::Empty || is_integer(p))
        };
        match names::TIME.iter().find_map(by_name) {
            Some(profile) => Some(column_of(profile)),
            None => only_time_column(known, roles)?,
        }
    };
    let Some(column) = column else {
        return Ok(partition_day(known).map(TimeFrom::Folder));
    };
    roles.taken.push(column.index);
    let form = time_form(known, roles, &known.profiles[column.index])?;
    Ok(Some(TimeFrom::Column(column, form)))
}

/// Whole numbers under a name that can only be a time, whatever their size: an epoch gone wrong.
fn is_integer(profile: &Profile) -> bool {
    let names = ["timestamp", "datetime", "start", "starttime", "ts", "end", "endtime"];
    profile.data_type.is_integer() && names.contains(&profile.key.as_str())
}

/// The one column that holds times, whatever its name.
fn only_time_column(known: &Known<'_>, roles: &mut Roles) -> Result<Option<Column>, Trouble> {
    let times: Vec<Profile> = known.profiles.iter().filter(|p| p.kind == Kind::Time).cloned().collect();
    match times.as_slice() {
        [] => Ok(None),
        [one] => {
            roles.guess("time_column", &one.name, "it is the only column that holds times");
            Ok(Some(column_of(one)))
        }
        several => Err(Trouble::new(
            format!("columns {} could all be the time", names_of(several)),
            "Set time_column to one of them",
        )),
    }
}

/// The day in `date=2013-01-31`. [s]
fn partition_day(known: &Known<'_>) -> Option<i64> {
    let is_date = |key: &str| matches!(name_key(key).as_str(), "date" | "day" | "dt" | "readdate");
    let day = |text: &str| parse_time(text.as_bytes(), DateOrder::DayFirst).map(|time| time.seconds);
    known.partitions.iter().filter(|(key, _)| is_date(key)).find_map(|(_, value)| day(value))
}

fn time_form(known: &Known<'_>, roles: &mut Roles, profile: &Profile) -> Result<TimeForm, Trouble> {
    let data_type = match &profile.data_type {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    match data_type {
        DataType::Timestamp(_, Some(_)) => Ok(TimeForm::Instant),
        DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => Ok(TimeForm::Naive),
        kind if kind.is_numeric() => Ok(number_form(roles, profile)),
        _ if matches!(profile.kind, Kind::Time | Kind::Empty) || profile.is_time_number => {
            text_form(known, roles, profile)
        }
        other => Err(Trouble::new(
            format!("column `{}` ({other}) holds no times, for example `{}`", profile.name, profile.example),
            "Set time_column to the column with the times",
        )),
    }
}

fn number_form(roles: &mut Roles, profile: &Profile) -> TimeForm {
    let numbers = arrow::compute::cast(&profile.array, &DataType::Int64);
    let first = numbers.as_ref().ok().and_then(|numbers| {
        let mut all = numbers.as_primitive::<Int64Type>().iter().flatten();
        all.find(|number| is_epoch(*number) || super::text_time::whole_number_time(*number).is_some())
    });
    let Some(first) = first else { return TimeForm::Epoch { per_second: 1 } };
    if !is_epoch(first) {
        roles.guess("time_column", &profile.name, format!("whole numbers such as {first} read as dates"));
        return TimeForm::Digits;
    }
    let fits = |per_second: &i64| (FIRST_INSTANT_S..END_INSTANT_S).contains(&first.div_euclid(*per_second));
    let per_second = [1, 1_000, 1_000_000, 1_000_000_000].into_iter().find(fits).unwrap_or(1);
    let unit = match per_second {
        1 => "seconds",
        1_000 => "milliseconds",
        1_000_000 => "microseconds",
        _ => "nanoseconds",
    };
    roles.guess("time_column", &profile.name, format!("{unit} since 1970 UTC, by the size of {first}"));
    TimeForm::Epoch { per_second }
}

fn text_form(known: &Known<'_>, roles: &mut Roles, profile: &Profile) -> Result<TimeForm, Trouble> {
    let texts = profile.array.as_string::<i32>();
    let order = match known.stated.date_order.as_deref() {
        Some("dmy") => DateOrder::DayFirst,
        Some("mdy") => DateOrder::MonthFirst,
        Some(other) => return Err(Trouble::new(format!("date_order = \"{other}\""), "Write dmy or mdy")),
        None if has_unordered_dates(texts) => date_order(texts).unwrap_or_else(|| {
            let reason = format!(
                "dates such as `{}` do not show it, and most of the world writes it so",
                profile.example
            );
            roles.guess("date_order", "dmy", reason);
            DateOrder::DayFirst
        }),
        None => DateOrder::DayFirst,
    };
    let first = texts.iter().flatten().find_map(|text| parse_time(text.as_bytes(), order));
    Ok(match first {
        Some(time) if time.is_instant => TimeForm::TextInstant(order),
        _ => TimeForm::TextNaive(order),
    })
}

fn find_time_of_day(
    known: &Known<'_>,
    roles: &mut Roles,
    layout: &Layout,
    time: &TimeFrom,
) -> Option<(Column, DayPart)> {
    let TimeFrom::Column(column, form) = time else { return None };
    if !matches!(layout, Layout::Long { .. } | Layout::Register { .. }) {
        return None;
    }
    let dates = &known.profiles[column.index];
    let (profile, part) = find_day_part(known.profiles, &roles.taken, dates, *form)?;
    roles.taken.push(profile.index);
    let value = format!("{} with {}", dates.name, profile.name);
    roles.guess("time_column", value, format!("`{}` holds days only", dates.name));
    Some((column_of(profile), part))
}

fn find_meter(known: &Known<'_>, roles: &mut Roles) -> Result<Option<MeterFrom>, Trouble> {
    let column = if let Some(name) = &known.stated.meter_column {
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
            |name: &&str| known.profiles.iter().filter(is_free).find(|profile| profile.key == **name);
        names::METER.iter().find_map(by_name).map(column_of)
    };
    if let Some(column) = column {
        roles.taken.push(column.index);
        return Ok(Some(MeterFrom::Column(column)));
    }
    let is_meter = |key: &str| names::METER.contains(&name_key(key).as_str());
    if let Some((_, value)) = known.partitions.iter().find(|(key, _)| is_meter(key)) {
        return Ok(Some(MeterFrom::Name(value.clone())));
    }
    let is_text = |p: &&Profile| p.kind == Kind::Text && !roles.taken.contains(&p.index);
    let beside = |p: &&Profile| {
        names::is_beside(&p.key)
            || names::QUALITY.contains(&p.key.as_str())
            || day_part::NAMES.contains(&p.key.as_str())
    };
    let texts: Vec<&Profile> = known.profiles.iter().filter(is_text).filter(|p| !beside(p)).collect();
    if let [one] = texts.as_slice() {
        roles.guess("meter_column", &one.name, "it is the only column of text");
        roles.taken.push(one.index);
        return Ok(Some(MeterFrom::Column(column_of(one))));
    }
    Ok(None)
}

fn find_quality(known: &Known<'_>, roles: &Roles, layout: &Layout) -> Result<Option<Column>, Trouble> {
    let used: Vec<usize> = layout.values().iter().map(|column| column.index).collect();
    let found = named_role(known, "quality_column", &known.stated.quality_column, names::QUALITY)?;
    let is_stated = known.stated.quality_column.is_some();
    Ok(found.filter(|column| {
        let kind = known.profiles[column.index].kind;
        let is_free = !used.contains(&column.index) && !roles.taken.contains(&column.index);
        is_stated || (is_free && !matches!(kind, Kind::Other | Kind::Time))
    }))
}

fn quality_one(name: &str) -> QualityOne {
    let key = name_key(name);
    let says_measured = ["valid", "actual", "good", "measured", "ok"].iter().any(|word| key.contains(word));
    if says_measured { QualityOne::Measured } else { QualityOne::Estimated }
}

/// AWS exports hold several kinds of reads in one table; `INT` is interval data.
fn find_kind_of_row(known: &Known<'_>, roles: &mut Roles) -> Option<(Column, String)> {
    let profile = known.profiles.iter().find(|p| p.key == "readingtype" && p.kind == Kind::Text)?;
    let kinds: std::collections::BTreeSet<&str> =
        profile.array.as_string::<i32>().iter().flatten().map(str::trim).collect();
    let interval = kinds.iter().find(|kind| kind.eq_ignore_ascii_case("int"))?;
    if kinds.len() < 2 {
        return None;
    }
    let reason = format!("column `{}` also holds other kinds of reads", profile.name);
    roles.guess("path", format!("only rows of reading_type {interval}"), reason);
    Some((column_of(profile), (*interval).to_owned()))
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
    roles.guess("unit", "kWh", "no column name states a unit");
    Ok(Unit::KilowattHours)
}

/// The unit that a column such as `unit` or `uom` states in every row.
fn unit_column(known: &Known<'_>) -> Option<Unit> {
    let profile = known.profiles.iter().find(|p| matches!(p.key.as_str(), "unit" | "units" | "uom"))?;
    let mut texts = profile.array.as_string_opt::<i32>()?.iter().flatten();
    let first = Unit::from_symbol(texts.next()?)?;
    texts.all(|text| Unit::from_symbol(text) == Some(first)).then_some(first)
}

fn find_stamp(
    known: &Known<'_>,
    time: &TimeFrom,
    layout: &Layout,
    roles: &mut Roles,
) -> Result<Stamp, Trouble> {
    match known.stated.stamp.as_deref() {
        Some("start") => return Ok(Stamp::Start),
        Some("end") => return Ok(Stamp::End),
        Some(other) => return Err(Trouble::new(format!("stamp = \"{other}\""), "Write start or end")),
        None => {}
    }
    let TimeFrom::Column(column, _) = time else { return Ok(Stamp::Start) };
    let has_stamps = matches!(layout, Layout::Long { .. } | Layout::Wide { .. });
    match names::stamp_in_name(&name_key(&column.name)).filter(|_| has_stamps) {
        Some(Stamp::End) => {
            roles.guess("stamp", "end", format!("column `{}` is named so", column.name));
            Ok(Stamp::End)
        }
        _ => Ok(Stamp::Start),
    }
}

fn checked_multiplier(stated: Option<f64>) -> Result<f64, Trouble> {
    match stated {
        Some(x) if !(x.is_finite() && x != 0.0) => Err(Trouble::new(
            format!("multiplier = {x}"),
            "Write a number that is not 0, or leave the key out",
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
