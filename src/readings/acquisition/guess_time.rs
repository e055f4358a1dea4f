//! Finds the column of times, its format, and which end of the interval it marks.

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int64Type};

use super::day_part::find_day_part;
use super::guess::{Known, Roles, Trouble, column_of, names_of, stated_column};
use super::local_time::{END_INSTANT_S, FIRST_INSTANT_S};
use super::mapping::{Column, DayPart, Layout, Stamp, TimeForm, TimeFrom};
use super::names;
use super::profile::{Kind, Profile, date_order, has_unordered_dates, name_key};
use super::text_time::{DateOrder, is_epoch, parse_time, whole_number_time};

/// Finds the time and its format; `None` if neither a column nor a folder has it.
pub(super) fn find_time(known: &Known<'_>, roles: &mut Roles) -> Result<Option<TimeFrom>, Trouble> {
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

/// Whether whole numbers have a name that can only be a time, even if their size fits no known epoch.
fn is_integer(profile: &Profile) -> bool {
    let names = ["timestamp", "datetime", "start", "starttime", "ts", "end", "endtime"];
    profile.data_type.is_integer() && names.contains(&profile.key.as_str())
}

/// Returns the only column that has times, whatever its name.
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

/// Returns the day in a folder such as `date=2013-01-31`. [s]
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
        all.find(|number| is_epoch(*number) || whole_number_time(*number).is_some())
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

/// Finds the column with the time of day, if the times are only dates.
pub(super) fn find_time_of_day(
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

/// Finds which end of the interval times mark: as stated, or as the column name says.
pub(super) fn find_stamp(
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
