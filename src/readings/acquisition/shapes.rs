//! Detects the layout of a file: long, wide, daily rows, one column per day, or register reads.

use super::guess::{Known, Roles, Trouble, column_of, counts_rows, is_none, names_of, stated_column};
use super::likelier::Says;
use super::mapping::{Column, DayCount, Layout, MeterFrom, TimeFrom};
use super::names;
use super::profile::{Kind, Profile};
use super::text_time::DateOrder;
use hashwatt_core::message;

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// Numbers of interval columns in daily rows: 24 h, or 25 h for the long day in autumn.
const DAILY_COLUMNS: [usize; 9] = [24, 48, 72, 96, 144, 288, 25, 50, 100];

/// Fewest columns named by dates for a file to count as one column per day.
const MIN_DATE_COLUMNS: usize = 3;

type Found = (Layout, MeterFrom, TimeFrom);

/// Finds the layout, and where it puts meter and time.
pub(super) fn find_layout(
    known: &Known<'_>,
    roles: &mut Roles,
    meter: Option<MeterFrom>,
    time: Option<TimeFrom>,
) -> Result<Found, Trouble> {
    let shape = known.stated.shape.as_deref();
    if !matches!(shape, None | Some("long" | "wide" | "daily" | "register" | "dates")) {
        let seen = format!("shape = \"{}\"", shape.unwrap_or_default());
        return Err(Trouble::new(seen, "Write long, wide, daily, register or dates"));
    }
    let is_open = shape.is_none() && known.stated.value_column.is_none();
    if shape == Some("dates") || (is_open && time.is_none()) {
        if let Some(layout) = date_columns(known) {
            let meter = meter.ok_or_else(|| no_meter(known))?;
            return Ok((layout, meter, TimeFrom::ValueColumns));
        }
        if shape.is_some() {
            return Err(Trouble::new("no columns named by dates", "Leave shape out, or check the header"));
        }
    }
    let time = time.ok_or_else(|| no_time(known))?;
    let is_daily_stated = known.stated.value_columns.is_some() && !matches!(shape, Some("long" | "register"));
    if shape == Some("daily") || is_daily_stated || is_open {
        if let Some(layout) = daily_columns(known, roles, meter.as_ref())? {
            return Ok((layout, meter.unwrap_or_else(|| file_name(known, roles)), time));
        }
        if shape == Some("daily") {
            let seen = "no run of 24, 48, 96 or 288 interval columns";
            return Err(Trouble::new(seen, "Set value_columns = [\"first\", \"last\"]"));
        }
    }
    let may_be_wide = shape == Some("wide") || (is_open && meter.is_none());
    if let Some(values) = may_be_wide.then(|| wide_columns(known, roles, shape.is_some())).flatten() {
        return Ok((Layout::Wide { values }, MeterFrom::ValueColumns, time));
    }
    let (value, is_register) = value_column(known, roles)?;
    roles.taken.push(value.index);
    let meter = match meter {
        Some(meter) => meter,
        None => {
            refuse_candidates(known, roles)?;
            file_name(known, roles)
        }
    };
    let is_register = is_register && shape.is_none();
    if is_register {
        roles.guess("shape", "register", message!("named_like_counter", column = value.name.as_str()));
    }
    let layout = if is_register || shape == Some("register") {
        Layout::Register { value }
    } else {
        Layout::Long { value }
    };
    Ok((layout, meter, time))
}

/// Finds columns named by dates, and their times.
fn date_columns(known: &Known<'_>) -> Option<Layout> {
    let order = match known.stated.date_order.as_deref() {
        Some("mdy") => DateOrder::MonthFirst,
        Some(_) => DateOrder::DayFirst,
        None => order_of_names(known),
    };
    let dated = known.profiles.iter().filter(|p| p.kind != Kind::Other);
    let (values, times_s): (Vec<Column>, Vec<i64>) =
        dated.filter_map(|p| Some((column_of(p), names::date_in_name(&p.name, order)?))).unzip();
    (values.len() >= MIN_DATE_COLUMNS).then_some(Layout::Dates { values, times_s })
}

/// Returns the date order in which every column name is a date; day first if both orders fit.
fn order_of_names(known: &Known<'_>) -> DateOrder {
    let n = |order| known.profiles.iter().filter(|p| names::date_in_name(&p.name, order).is_some()).count();
    if n(DateOrder::MonthFirst) > n(DateOrder::DayFirst) {
        DateOrder::MonthFirst
    } else {
        DateOrder::DayFirst
    }
}

/// Finds the interval columns of daily rows: stated, named by clock times, or numbered.
fn daily_columns(
    known: &Known<'_>,
    roles: &mut Roles,
    meter: Option<&MeterFrom>,
) -> Result<Option<Layout>, Trouble> {
    if let Some(names) = &known.stated.value_columns {
        let is_daily = known.stated.shape.as_deref() == Some("daily");
        let [first, last] = names.as_slice() else { return Err(first_and_last(names)) };
        let first = stated_column(known, "value_columns", first)?.index;
        let last = stated_column(known, "value_columns", last)?.index;
        let values: Vec<Column> =
            known.profiles.iter().filter(|p| (first..=last).contains(&p.index)).map(column_of).collect();
        let free: Vec<&Profile> = known.profiles.iter().collect();
        refuse_repeated_column(&free, &values)?;
        let n = values.len();
        if !is_daily && !DAILY_COLUMNS.contains(&n) {
            return Err(first_and_last(names));
        }
        return daily_layout(values).map(Some).ok_or_else(|| {
            let seen = format!("value_columns spans {n} columns, which do not divide a day");
            Trouble::new(seen, "Name the first and the last of 24, 25, 48, 50, 96, 100 or 288 columns")
        });
    }
    let free: Vec<&Profile> = free_numbers(known, roles).collect();
    let clocks: Vec<(i64, &Profile)> =
        free.iter().filter_map(|p| Some((names::clock_in_name(&p.name)?, *p))).collect();
    let mut found: Vec<Column> = clocks.iter().map(|(_, p)| column_of(p)).collect();
    if !DAILY_COLUMNS.contains(&found.len()) {
        found = numbered_columns(&free);
    }
    if !DAILY_COLUMNS.contains(&found.len())
        || (meter.is_none() && clocks.is_empty() && !is_hourly_name(&found))
    {
        return Ok(None);
    }
    refuse_repeated_column(&free, &found)?;
    let (first, last) = (&found[0].name, &found[found.len() - 1].name);
    roles.guess(
        "shape",
        "daily",
        message!("interval_columns", n = found.len(), first = first.as_str(), last = last.as_str()),
    );
    Ok(daily_layout(found))
}

/// Refuses daily rows with a column for the hour that comes twice in autumn (`h02b` beside `h02`): it belongs
/// to one day of the year.
fn refuse_repeated_column(profiles: &[&Profile], columns: &[Column]) -> Result<(), Trouble> {
    const MARKS: [&str; 8] = ["a", "b", "*", "x", "_2", "dst", "_dst", " (2)"];
    let repeats = |profile: &&&Profile| {
        let name = profile.name.trim().to_lowercase();
        let is_again = |column: &Column| {
            let rest = name.strip_prefix(&column.name.trim().to_lowercase());
            column.index != profile.index && rest.is_some_and(|rest| MARKS.contains(&rest))
        };
        columns.iter().any(is_again)
    };
    match profiles.iter().find(repeats) {
        None => Ok(()),
        Some(again) => Err(Trouble::new(
            format!("column `{}` holds the hour that comes twice when clocks go back", again.name),
            "Export a row for each interval, or 25 hours (50, 100 intervals) counted from midnight",
        )),
    }
}

/// Whether names look like `h0` or `hh_12`. Without a meter column, only these tell daily rows from a wide
/// table.
fn is_hourly_name(columns: &[Column]) -> bool {
    let letters = |name: &str| name.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    columns.first().is_some_and(|column| matches!(letters(&column.name).as_str(), "h" | "hh" | "hr" | "hour"))
}

/// Returns the numbered columns with the most frequent prefix, in order of number.
fn numbered_columns(free: &[&Profile]) -> Vec<Column> {
    let mut groups: std::collections::BTreeMap<&str, Vec<(u32, Column)>> = Default::default();
    for profile in free {
        if let Some((prefix, number)) = names::numbered_name(&profile.name) {
            groups.entry(prefix).or_default().push((number, column_of(profile)));
        }
    }
    let mut numbered = groups.into_values().max_by_key(Vec::len).unwrap_or_default();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, column)| column).collect()
}

fn daily_layout(values: Vec<Column>) -> Option<Layout> {
    let n = values.len() as i64;
    let (hours, count) = match n {
        25 | 50 | 100 | 300 => (25, DayCount::Elapsed),
        _ => (24, DayCount::ClockTime),
    };
    let step_s = hours * 3600 / n.max(1);
    (n > 1 && step_s * n == hours * DAY_S / 24 && step_s >= 60).then_some(Layout::Daily {
        values,
        step_s,
        count,
    })
}

/// Returns number columns that have no role and no name of another known quantity.
fn free_numbers<'a>(known: &Known<'a>, roles: &Roles) -> impl Iterator<Item = &'a Profile> {
    let taken = roles.taken.clone();
    known.profiles.iter().filter(move |p| {
        let is_day_part = super::day_part::NAMES.contains(&p.key.as_str());
        matches!(p.kind, Kind::Number | Kind::Empty)
            && !is_day_part
            && !taken.contains(&p.index)
            && !names::is_beside(&p.key)
    })
}

/// Finds one column per meter: several numbers, none of them named like the value of a long table.
fn wide_columns(known: &Known<'_>, roles: &mut Roles, is_stated: bool) -> Option<Vec<Column>> {
    let is_known =
        |p: &Profile| names::VALUE.contains(&p.key.as_str()) || names::REGISTER.contains(&p.key.as_str());
    let free: Vec<&Profile> = free_numbers(known, roles).collect();
    let no_quality: Vec<&Profile> =
        free.into_iter().filter(|p| !names::QUALITY.contains(&p.key.as_str())).collect();
    if no_quality.is_empty()
        || (!is_stated && (no_quality.len() < 2 || no_quality.iter().any(|p| is_known(p))))
    {
        return None;
    }
    if !is_stated {
        let reason = message!("columns_of_numbers", n = no_quality.len());
        roles.guess("shape", "wide", reason);
    }
    Some(no_quality.into_iter().map(column_of).collect())
}

/// Finds the value column of a long table, and whether its name is that of a cumulative counter.
fn value_column(known: &Known<'_>, roles: &mut Roles) -> Result<(Column, bool), Trouble> {
    let first = known.stated.value_columns.as_ref().and_then(|names| names.first());
    if first.is_some() && known.stated.value_column.is_some() {
        let cure = "Leave value_column out: value_columns names all columns that are added";
        return Err(Trouble::new("value_column and value_columns are both set", cure));
    }
    if let Some(name) = known.stated.value_column.as_ref().or(first) {
        let key = if first.is_some() { "value_columns" } else { "value_column" };
        let column = stated_column(known, key, name)?;
        checked_numbers(&known.profiles[column.index])?;
        return Ok((column, false));
    }
    let is_free = |p: &&Profile| !roles.taken.contains(&p.index);
    let is_value = |p: &&Profile| names::VALUE.contains(&p.key.as_str());
    let is_register = |p: &&Profile| names::REGISTER.contains(&p.key.as_str());
    let may_hold_numbers = |p: &&Profile| matches!(p.kind, Kind::Number | Kind::Empty);
    let with_name = || known.profiles.iter().filter(is_free).filter(|p| is_value(p) || is_register(p));
    // Texts under such a name are the name of the register, where another column has numbers.
    let mut named: Vec<Profile> = with_name().filter(may_hold_numbers).cloned().collect();
    if named.is_empty() {
        named = with_name().cloned().collect();
    }
    match named.as_slice() {
        [one] => {
            checked_numbers(one)?;
            Ok((column_of(one), is_register(&one)))
        }
        [] => only_number(known, roles).map(|column| (column, false)),
        several => Err(several_values(several)),
    }
}

fn several_values(several: &[Profile]) -> Trouble {
    let names: Vec<String> = several.iter().take(2).map(|profile| format!("{:?}", profile.name)).collect();
    let is_register = names::REGISTER.contains(&several[0].key.as_str());
    let shape = if is_register { "register" } else { "long" };
    let sum = match names.as_slice() {
        [first, second] if first != second => format!(
            ", or where their sum is what the customer draws, shape = \"{shape}\" and value_columns = [{first}, {second}]"
        ),
        _ => String::new(),
    };
    Trouble::new(
        format!("columns {} could all be the value", names_of(several)),
        format!("Set value_column in [[readings]], for example value_column = {}{sum}", names[0]),
    )
}

/// Finds the columns to add to the value of a row, each with its sign.
pub(super) fn added_columns(known: &Known<'_>, layout: &Layout) -> Result<Vec<(Column, f64)>, Trouble> {
    let (Layout::Long { .. } | Layout::Register { .. }, Some(names)) = (layout, &known.stated.value_columns)
    else {
        return Ok(Vec::new());
    };
    let others = names.iter().skip(1).map(|name| {
        let (name, sign) = match name.strip_prefix('-') {
            Some(rest) if !known.profiles.iter().any(|profile| profile.name == *name) => (rest, -1.0),
            _ => (name.as_str(), 1.0),
        };
        let column = stated_column(known, "value_columns", name)?;
        checked_numbers(&known.profiles[column.index])?;
        Ok((column, sign))
    });
    let others = others.collect::<Result<Vec<(Column, f64)>, Trouble>>()?;
    let first = layout.values()[0].index;
    let twice = others.iter().enumerate().find(|(at, (column, _))| {
        column.index == first || others[..*at].iter().any(|(other, _)| other.index == column.index)
    });
    match twice {
        Some((_, (column, _))) => {
            Err(Trouble::new(format!("value_columns names `{}` twice", column.name), "Name each column once"))
        }
        None => Ok(others),
    }
}

fn first_and_last(names: &[String]) -> Trouble {
    Trouble::new(
        format!("value_columns = {names:?} without a shape"),
        "Set shape = \"long\" or \"register\" to add these columns in each row; for daily rows name the first and the \
         last of 24, 25, 48, 50, 96, 100 or 288 columns",
    )
}

fn only_number(known: &Known<'_>, roles: &mut Roles) -> Result<Column, Trouble> {
    let is_quality = |p: &Profile| names::QUALITY.contains(&p.key.as_str());
    let numbers: Vec<Profile> =
        free_numbers(known, roles).filter(|p| p.kind == Kind::Number && !is_quality(p)).cloned().collect();
    match numbers.as_slice() {
        [one] => {
            roles.guess("value_column", &one.name, message!("only_number_column"));
            Ok(column_of(one))
        }
        [] => Err(Trouble::new(
            format!(
                "no column holds energy or demand; the columns are {}{}",
                names_of(known.profiles),
                nested(known)
            ),
            "Set value_column in [[readings]], or export a row for each interval",
        )),
        several => Err(several_values(several)),
    }
}

/// Names the columns that hold lists or structures.
fn nested(known: &Known<'_>) -> String {
    let is_nested = |p: &&Profile| p.data_type.is_nested();
    let words = known.profiles.iter().filter(is_nested).map(|p| {
        let kind =
            if matches!(p.data_type, arrow::datatypes::DataType::Struct(_)) { "struct" } else { "list" };
        format!("; `{}` holds a {kind} in each row, which is not read", p.name)
    });
    words.collect()
}

fn checked_numbers(profile: &Profile) -> Result<(), Trouble> {
    match profile.kind {
        Kind::Number | Kind::Empty => Ok(()),
        _ => Err(Trouble::new(
            format!(
                "column `{}` ({}) holds no numbers, for example `{}`",
                profile.name, profile.data_type, profile.example
            ),
            "Set value_column to the column with energy or demand",
        )),
    }
}

/// Takes the meter's id from the file name, if there is no meter column and only one meter.
fn file_name(known: &Known<'_>, roles: &mut Roles) -> MeterFrom {
    if !is_none(known, known.stated.meter_column.as_deref()) {
        roles.guess("meter_column", "none", message!("file_names_meter"));
    }
    MeterFrom::Name(known.stem.to_owned())
}

/// Refuses to name the meter after the file where a column may name it: text, or whole numbers that repeat.
fn refuse_candidates(known: &Known<'_>, roles: &Roles) -> Result<(), Trouble> {
    let is_free = |p: &&Profile| {
        !roles.taken.contains(&p.index)
            && !names::is_beside(&p.key)
            && !names::QUALITY.contains(&p.key.as_str())
            && !super::day_part::NAMES.contains(&p.key.as_str())
    };
    let free = || known.profiles.iter().filter(is_free);
    if is_none(known, known.stated.meter_column.as_deref()) {
        return Ok(());
    }
    let candidates: Vec<Profile> = free().filter(|p| may_be_ids(p)).cloned().collect();
    if let Some(first) = candidates.first() {
        let trouble = Trouble::new(
            format!("no column is known to name the meter; {} may", names_of(&candidates)),
            format!("Set meter_column to one of them, for example meter_column = \"{}\"", first.name),
        );
        let says = Says::MeterColumn(first.name.clone());
        let reason = message!("only_id_column");
        return Err(if candidates.len() == 1 { trouble.or_likelier(says, reason) } else { trouble });
    }
    match free().find(|p| names::METER.contains(&p.key.as_str()) && counts_rows(p)) {
        Some(one) => Err(Trouble::new(
            format!("column `{}` has as many ids as rows: it numbers the rows, and names no meter", one.name),
            "Set meter_column to the column that names the meter",
        )),
        None => Ok(()),
    }
}

/// Whether the first rows hold what may be ids: text or whole numbers, fewer of them than rows.
fn may_be_ids(profile: &Profile) -> bool {
    const MAX_SHARE: f64 = 0.5;
    let is_whole = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut texts = std::collections::BTreeSet::new();
    let n = profile.array.len();
    for row in 0..n {
        let text = super::marks::cell_text(profile.array.as_ref(), row);
        let text = text.trim();
        match profile.kind {
            Kind::Number if text.is_empty() || is_whole(text) => {}
            Kind::Text => {}
            _ => return false,
        }
        texts.insert(text.to_owned());
    }
    // A constant number may be anything.
    let has_digit = |text: &String| text.chars().any(|c| c.is_ascii_digit());
    let fewest = if profile.kind == Kind::Text && texts.iter().any(has_digit) { 1 } else { 2 };
    texts.len() >= fewest && (texts.len() as f64) <= (MAX_SHARE * n as f64).max(1.0)
}

fn no_time(known: &Known<'_>) -> Trouble {
    Trouble::new(
        format!("no column holds times; the columns are {}", names_of(known.profiles)),
        "Set time_column (and meter_column, value_column) in [[readings]]",
    )
}

fn no_meter(known: &Known<'_>) -> Trouble {
    Trouble::new(
        format!("columns are dates and none names the meter; the columns are {}", names_of(known.profiles)),
        "Set meter_column in [[readings]]",
    )
}
