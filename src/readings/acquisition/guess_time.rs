//! Finds the column of times, its format, and which end of the interval it marks.

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int64Type};

use super::date_order::order_shown;
use super::day_part::find_day_part;
use super::guess::{Known, Roles, Trouble, column_of, is_none, names_of, stated_column};
use super::local_time::{END_INSTANT_S, FIRST_INSTANT_S};
use super::mapping::{Column, DayPart, Layout, Stamp, TimeForm, TimeFrom};
use super::names;
use super::profile::{Kind, Profile, name_key};

use super::text_time::{DateOrder, is_epoch, parse_time, serial_time, whole_number_time};
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;

/// Finds the time and its format; `None` if neither a column nor a folder has it.
pub(super) fn find_time(known: &Known<'_>, roles: &mut Roles) -> Result<Option<TimeFrom>, Trouble> {
    let could_be_time = |profile: &&Profile| profile.kind == Kind::Time || profile.is_time_number;
    let column = if let Some(name) = &known.stated.time_column {
        Some(stated_column(known, "time_column", name)?)
    } else {
        let by_name = |name: &&str| {
            let has_name = |profile: &&Profile| profile.key == **name;
            known.profiles.iter().filter(has_name).find(|p| {
                could_be_time(p) || p.kind == Kind::Empty || is_integer(p) || is_number_named_time(p)
            })
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

/// Finds the column with the ends of intervals beside that with their starts, as stated.
pub(super) fn find_end_time(
    known: &Known<'_>,
    roles: &mut Roles,
) -> Result<Option<(Column, TimeForm)>, Trouble> {
    let Some(name) = &known.stated.end_time_column else { return Ok(None) };
    let column = stated_column(known, "end_time_column", name)?;
    roles.taken.push(column.index);
    let form = time_form(known, &mut Roles::default(), &known.profiles[column.index])?;
    Ok(Some((column, form)))
}

/// Whether whole numbers have a name that can only be a time, even if their size fits no known epoch.
fn is_integer(profile: &Profile) -> bool {
    let names = ["timestamp", "datetime", "start", "starttime", "ts", "end", "endtime"];
    profile.data_type.is_integer() && names.contains(&profile.key.as_str())
}

/// Whether a column of numbers as text is named as only a time is; what they are is decided later.
fn is_number_named_time(profile: &Profile) -> bool {
    profile.kind == Kind::Number && matches!(profile.key.as_str(), "timestamp" | "datetime" | "starttime")
}

/// Returns the only column that has times, whatever its name.
fn only_time_column(known: &Known<'_>, roles: &mut Roles) -> Result<Option<Column>, Trouble> {
    let times: Vec<Profile> = known.profiles.iter().filter(|p| p.kind == Kind::Time).cloned().collect();
    match times.as_slice() {
        [] => Ok(None),
        [one] => {
            roles.guess("time_column", &one.name, message!("only_time_column"));
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
        kind if kind.is_floating() && is_serial(profile) => {
            if known.stated.time_column.is_none() {
                roles.guess("time_column", &profile.name, serial_reason(&profile.example));
            }
            Ok(TimeForm::Serial)
        }
        kind if kind.is_numeric() => {
            let (form, reason) = number_form(profile);
            if let Some(reason) = reason.filter(|_| known.stated.time_column.is_none()) {
                roles.guess("time_column", &profile.name, reason);
            }
            Ok(form)
        }
        _ if profile.kind == Kind::Number && !profile.is_time_number => Err(no_time_numbers(profile)),
        _ if matches!(profile.kind, Kind::Time | Kind::Empty) || profile.is_time_number => {
            text_form(known, roles, profile)
        }
        other => Err(Trouble::new(
            format!("column `{}` ({other}) holds no times, for example `{}`", profile.name, profile.example),
            "Set time_column to the column with the times",
        )),
    }
}

/// Whether floats are a spreadsheet's day numbers.
fn is_serial(profile: &Profile) -> bool {
    let numbers = profile.array.as_any().downcast_ref::<arrow::array::Float64Array>();
    numbers.is_some_and(|numbers| {
        profile.is_time_number && numbers.iter().flatten().next().is_some_and(|x| serial_time(x).is_some())
    })
}

fn serial_reason(example: &str) -> Message {
    message!("serial_days", example = example)
}

/// Refuses numbers that could count anything; a code of day and interval is the usual case.
fn no_time_numbers(profile: &Profile) -> Trouble {
    let seen = format!(
        "column `{}` has numbers such as `{}`, which are no time: perhaps a day code (CER: 3 digits of the day, 2 of the \
         half-hour), or a whole day number of Excel",
        profile.name, profile.example
    );
    Trouble::new(seen, "Write times as 2024-02-29 23:30, or set time_column to a column with times")
}

/// Returns how numbers count time, and by what that shows.
fn number_form(profile: &Profile) -> (TimeForm, Option<Message>) {
    let numbers = arrow::compute::cast(&profile.array, &DataType::Int64);
    let first = numbers.as_ref().ok().and_then(|numbers| {
        let mut all = numbers.as_primitive::<Int64Type>().iter().flatten();
        all.find(|number| is_epoch(*number) || whole_number_time(*number).is_some())
    });
    let Some(first) = first else { return (TimeForm::Epoch { per_second: 1 }, None) };
    if !is_epoch(first) {
        return (TimeForm::Digits, Some(message!("numbers_as_dates", example = first.to_string())));
    }
    let fits = |per_second: &i64| (FIRST_INSTANT_S..END_INSTANT_S).contains(&first.div_euclid(*per_second));
    let per_second = [1, 1_000, 1_000_000, 1_000_000_000].into_iter().find(fits).unwrap_or(1);
    let unit = Value::form(match per_second {
        1 => "s",
        1_000 => "ms",
        1_000_000 => "us",
        _ => "ns",
    });
    (TimeForm::Epoch { per_second }, Some(message!("epoch", unit = unit, example = first.to_string())))
}

fn text_form(known: &Known<'_>, roles: &mut Roles, profile: &Profile) -> Result<TimeForm, Trouble> {
    let texts = profile.array.as_string::<i32>();
    let order = match known.stated.date_order.as_deref() {
        Some("dmy") => DateOrder::DayFirst,
        Some("mdy") => DateOrder::MonthFirst,
        Some(other) => return Err(Trouble::new(format!("date_order = \"{other}\""), "Write dmy or mdy")),
        // Decided once the whole file can be asked.
        None => order_shown(texts).map_or(DateOrder::DayFirst, |(order, _)| order),
    };
    if known.stated.time_column.is_none() && matches!(profile.kind, Kind::Number) && serial_example(texts) {
        roles.guess("time_column", &profile.name, serial_reason(&profile.example));
    }
    one_kind_of_zone(profile, texts, order)?;
    let first = texts.iter().flatten().find_map(|text| parse_time(text.as_bytes(), order));
    Ok(match first {
        Some(time) if time.is_instant => TimeForm::TextInstant(order),
        _ => TimeForm::TextNaive(order),
    })
}

fn serial_example(texts: &arrow::array::StringArray) -> bool {
    let first = texts.iter().flatten().find(|text| !text.trim().is_empty());
    first.and_then(|text| text.trim().parse().ok()).is_some_and(|number: f64| serial_time(number).is_some())
}

/// Refuses a column in which some times have a zone or offset and some have none.
fn one_kind_of_zone(
    profile: &Profile,
    texts: &arrow::array::StringArray,
    order: DateOrder,
) -> Result<(), Trouble> {
    let parsed =
        || texts.iter().flatten().filter_map(|text| Some((text, parse_time(text.as_bytes(), order)?)));
    let with = parsed().find(|(_, time)| time.is_instant);
    let without = parsed().find(|(_, time)| !time.is_instant);
    match (with, without) {
        (Some((with, _)), Some((without, _))) => Err(Trouble::new(
            format!("column `{}` has times with a zone (`{with}`) and without (`{without}`)", profile.name),
            "Write all times with an offset, or none; hours apart they would stand for other intervals",
        )),
        _ => Ok(()),
    }
}

/// Finds the column with the time of day, if the times are only dates.
pub(super) fn find_time_of_day(
    known: &Known<'_>,
    roles: &mut Roles,
    layout: &Layout,
    time: &TimeFrom,
) -> Result<Option<(Column, DayPart)>, Trouble> {
    let TimeFrom::Column(column, form) = time else { return Ok(None) };
    if !matches!(layout, Layout::Long { .. } | Layout::Register { .. }) {
        return Ok(None);
    }
    let dates = &known.profiles[column.index];
    let stated = known.stated.time_of_day_column.as_deref();
    if is_none(known, stated) {
        return Ok(None);
    }
    let Some(stated) = stated else {
        let Some((profile, part)) = find_day_part(known.profiles, &roles.taken, dates, *form) else {
            return Ok(None);
        };
        roles.taken.push(profile.index);
        roles.guess("time_of_day_column", &profile.name, message!("days_only", column = dates.name.as_str()));
        return Ok(Some((column_of(profile), part)));
    };
    let column = stated_column(known, "time_of_day_column", stated)?;
    let only = std::slice::from_ref(&known.profiles[column.index]);
    let (_, part) = find_day_part(only, &[], dates, *form).ok_or_else(|| {
        let seen = format!("column `{stated}` is no time of day beside `{}`", dates.name);
        Trouble::new(seen, "Set time_of_day_column to a column of clock times, or of numbers of the interval")
    })?;
    roles.taken.push(column.index);
    Ok(Some((column, part)))
}

/// Finds which end of the interval times mark: as stated, or as the column name says.
pub(super) fn find_stamp(
    known: &Known<'_>,
    time: &TimeFrom,
    day_part: Option<&(Column, DayPart)>,
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
    if let Some((clock, DayPart::Clock)) = day_part
        && super::day_part::is_end_name(&name_key(&clock.name))
    {
        roles.guess("stamp", "end", message!("named_so", column = clock.name.as_str()));
        return Ok(Stamp::End);
    }
    match names::stamp_in_name(&name_key(&column.name)).filter(|_| has_stamps) {
        Some(Stamp::End) => {
            roles.guess("stamp", "end", message!("named_so", column = column.name.as_str()));
            Ok(Stamp::End)
        }
        _ => Ok(Stamp::Start),
    }
}
