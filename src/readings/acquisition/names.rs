//! Lists the column names known from exports, and reads unit and stamp from names.
//!
//! All names are keys made by [`name_key`](super::profile::name_key). Earlier names take precedence.

use super::mapping::{Stamp, Unit};
use super::text_time::{DateOrder, parse_time};

/// Names of the column with the meter's id.
pub(super) const METER: &[&str] = &[
    "meterid",
    "meter",
    "meterno",
    "meternumber",
    "meternum",
    "meterserialnumber",
    "meterserial",
    "lclid",
    "consno",
    "nmi",
    "mpan",
    "mpancore",
    "mpxn",
    "cups",
    "ean",
    "pod",
    "podid",
    "usagepointid",
    "usagepoint",
    "servicepointid",
    "servicepoint",
    "spid",
    "premiseid",
    "deviceid",
    "device",
    "sensorid",
    "loggerid",
    "dataid",
    "anonid",
    "householdid",
    "household",
    "houseid",
    "buildingid",
    "building",
    "consumerid",
    "customerid",
    "custid",
    "customer",
    "accountid",
    "accountno",
    "account",
    "siteid",
    "site",
    "unitid",
    "uniqueid",
    "homeid",
    "home",
    "pointid",
    "channelid",
    "zoneid",
    "serialnumber",
    "serial",
    "entityid",
    "statisticid",
    "contador",
    "codigocups",
    "eancode",
    "zählpunkt",
    "zählpunktnummer",
    "zählpunktbezeichnung",
    "zählernummer",
    "pdl",
    "prm",
    "puntodesuministro",
    "приборучета",
    "приборучёта",
    "номерприбораучета",
    "номерсчетчика",
    "номерсчётчика",
    "счетчик",
    "счётчик",
    "заводскойномер",
    "точкаучета",
    "точкаучёта",
    "кодточкиучета",
    "лицевойсчет",
    "лицевойсчёт",
    "абонент",
    "потребитель",
    "есептегіш",
    "есептегішнөмірі",
    "дербесшот",
    "id",
];

/// Names of the column with the time.
pub(super) const TIME: &[&str] = &[
    "timestamp",
    "datetime",
    "start",
    "starttime",
    "starts",
    "startts",
    "startdatetime",
    "intervalstart",
    "intervalstarttime",
    "periodstart",
    "readingdatetime",
    "readdatetime",
    "readtime",
    "readingtime",
    "readts",
    "readat",
    "advancedatetime",
    "timestamputc",
    "datetimeutc",
    "utctimestamp",
    "timeutc",
    "tstp",
    "ts",
    "time",
    "localminute",
    "localtime",
    "dateandtime",
    "end",
    "endtime",
    "endts",
    "enddatetime",
    "intervalend",
    "intervalendtime",
    "periodend",
    "eventtime",
    "measuredat",
    "readdate",
    "readingdate",
    "settlementdate",
    "intervaldate",
    "usagedate",
    "date",
    "day",
    "dt",
    "datadate",
    "lastchanged",
    "lastupdated",
    "readdateandstarttime",
    "readdateandendtime",
    "zeitpunkt",
    "zeitstempel",
    "messzeitpunkt",
    "datumuhrzeit",
    "ablesezeitpunkt",
    "von",
    "datumvon",
    "vandatum",
    "horodate",
    "horodatage",
    "début",
    "debut",
    "fechahora",
    "fechayhora",
    "датаивремя",
    "датавремя",
    "времядата",
    "дата",
    "датаизмерения",
    "датапоказания",
    "датапоказаний",
    "күні",
    "күніменуақыты",
    "fecha",
    "datum",
    "data",
];

/// Names of the column with energy or demand.
pub(super) const VALUE: &[&str] = &[
    "energykwh",
    "kwh",
    "kwhhhperhalfhour",
    "energykwhhh",
    "kwhhh",
    "readingvalue",
    "consumptionkwh",
    "usagekwh",
    "importkwh",
    "activeenergykwh",
    "activeimportkwh",
    "kwhimport",
    "kwhconsumed",
    "kwhdelivered",
    "energy",
    "consumption",
    "usage",
    "value",
    "demandkw",
    "kw",
    "powerkw",
    "loadkw",
    "activepowerkw",
    "meankw",
    "demand",
    "load",
    "power",
    "activepower",
    "energywh",
    "wh",
    "consumptionwh",
    "usagewh",
    "w",
    "watt",
    "watts",
    "powerw",
    "loadw",
    "meanw",
    "demandw",
    "energymwh",
    "mwh",
    "mw",
    "powermw",
    "quantity",
    "electricity",
    "electricitykwh",
    "meterreading",
    "intervalvalue",
    "intervalkwh",
    "profilereadvalue",
    "activeenergy",
    "activeimport",
    "readvalue",
    "consumokwh",
    "consumo",
    "volume",
    "verbrauchkwh",
    "verbrauch",
    "wirkleistungw",
    "wirkleistungkw",
    "wirkenergiekwh",
    "valeur",
    "puissancew",
    "puissancekw",
    "потребление",
    "потреблениекв",
    "потреблениеквтч",
    "активнаяэнергия",
    "активнаяэнергияквтч",
    "активнаямощность",
    "активнаямощностьквт",
    "активнаямощностьвт",
    "энергияквтч",
    "мощностьквт",
    "расход",
    "расходквтч",
    "квтч",
    "тұтыну",
    "тұтынуквтсағ",
];

/// Names of the column with a cumulative counter.
pub(super) const REGISTER: &[&str] = &[
    "registerkwh",
    "register",
    "registerread",
    "registerreadkwh",
    "cumulative",
    "cumulativekwh",
    "cumulativeenergykwh",
    "totalkwh",
    "kwhtotal",
    "meterreadkwh",
    "meterread",
    "indexkwh",
    "index",
    "dial",
    "energytotalkwh",
    "counterkwh",
    "counter",
    "readkwh",
    "показание",
    "показания",
    "показаниеквтч",
    "показанияквтч",
    "көрсеткіш",
];

/// Names of the column with quality codes.
pub(super) const QUALITY: &[&str] = &[
    "quality",
    "qualitycode",
    "qualityflag",
    "qualitymethod",
    "flag",
    "flags",
    "status",
    "statuscode",
    "readstatus",
    "readingstatus",
    "readingquality",
    "readquality",
    "valuequality",
    "estimated",
    "isestimated",
    "estimate",
    "estimatedflag",
    "isactual",
    "actual",
    "isvalid",
    "valid",
    "validity",
    "measured",
    "metodoobtencion",
    "качество",
    "статус",
    "достоверность",
    "validatiestatus",
];

/// Names of the column with a factor for the values.
pub(super) const MULTIPLIER: &[&str] = &[
    "multiplier",
    "ctratio",
    "meterconstant",
    "metermultiplier",
    "transformationratio",
    "ctmultiplier",
    "currenttransformerratio",
    "ktt",
    "wandlerfaktor",
    "relaciontransformacion",
    "коэффициенттрансформации",
    "коэффициент",
    "коэффициентучета",
    "коэфтрансформации",
    "расчетныйкоэффициент",
    "расчётныйкоэффициент",
    "ктт",
    "трансформациякоэффициенті",
];

/// Names of the column with the voltage, which a second pass reads below a transformer with a tap.
pub(super) const VOLTAGE: &[&str] =
    &["voltagev", "voltage", "volts", "voltagerms", "vrms", "meanvoltage", "averagevoltage", "avgvoltage"];

/// Names of columns that are neither meter, time nor value.
const BESIDE: &[&str] = &[
    "current",
    "currenta",
    "frequency",
    "powerfactor",
    "pf",
    "temperature",
    "temperaturec",
    "temp",
    "tempc",
    "humidity",
    "lat",
    "latitude",
    "lon",
    "lng",
    "longitude",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "weekday",
    "dayofweek",
    "kvarh",
    "kvar",
    "kva",
    "kvah",
    "reactiveenergy",
    "reactivepower",
    "cost",
    "price",
    "tariff",
    "stdortou",
    "acorn",
    "unit",
    "units",
    "uom",
    "interval",
    "intervallength",
    "intervalminutes",
    "rownumber",
    "index0",
    "indexlevel0",
    "unnamed0",
    "readingtype",
    "exportkwh",
    "gaskwh",
    "gas",
    "mprn",
    "eenheid",
    "omschrijving",
    "metertype",
    "адрес",
    "address",
    "итого",
    "всего",
    "total",
    "единицаизмерения",
];

/// Whether a column of this name is known to have something other than interval data.
pub(super) fn is_beside(key: &str) -> bool {
    BESIDE.contains(&key) || VOLTAGE.contains(&key) || key.is_empty()
}

/// Returns the unit stated in a column name.
pub(super) fn unit_in_name(name: &str) -> Option<Unit> {
    let mut words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase);
    let key: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    words.find_map(|word| Unit::from_symbol(&word)).or_else(|| cyrillic_unit(name)).or_else(|| {
        let known = [("kwh", Unit::KilowattHours), ("mwh", Unit::MegawattHours), ("watt", Unit::Watts)];
        known.into_iter().find(|(part, _)| key.contains(part)).map(|(_, unit)| unit)
    })
}

/// Returns the unit that a Russian or Kazakh name ends in: `кВт·ч`, `кВт*ч`, `кВт⋅сағ`, `Вт`.
fn cyrillic_unit(name: &str) -> Option<Unit> {
    let key: String = name.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let units = [
        ("квтч", Unit::KilowattHours),
        ("квтсағ", Unit::KilowattHours),
        ("мвтч", Unit::MegawattHours),
        ("мвтсағ", Unit::MegawattHours),
        ("втч", Unit::WattHours),
        ("квт", Unit::Kilowatts),
        ("мвт", Unit::Megawatts),
        ("вт", Unit::Watts),
    ];
    units.into_iter().find(|(symbol, _)| key.ends_with(symbol)).map(|(_, unit)| unit)
}

/// Whether a name speaks of mean demand, without a unit: `active_power`, `Wirkleistung`, `мощность`.
pub(super) fn is_demand_name(key: &str) -> bool {
    const WORDS: &[&str] =
        &["power", "demand", "leistung", "puissance", "potencia", "vermogen", "мощност", "қуат"];
    WORDS.iter().any(|word| key.contains(word))
}

/// Whether a value's name, in lower-case letters and digits, says that it is energy.
pub(super) fn is_energy_name(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "energ",
        "consum",
        "usage",
        "used",
        "import",
        "conso",
        "verbrauch",
        "arbeit",
        "afname",
        "verbruik",
        "энерг",
        "потребл",
        "расход",
        "тұтын",
    ];
    WORDS.iter().any(|word| key.contains(word))
}

/// Returns the stamp stated in the name of a time column.
pub(super) fn stamp_in_name(key: &str) -> Option<Stamp> {
    let has = |part: &str| {
        key.starts_with(part) || key.ends_with(part) || key.starts_with(&format!("interval{part}"))
    };
    if has("end") || key.contains("endtime") {
        Some(Stamp::End)
    } else if has("start") {
        Some(Stamp::Start)
    } else {
        None
    }
}

/// Parses a column name that is a date, as naive local time. [s]
pub(super) fn date_in_name(name: &str, order: DateOrder) -> Option<i64> {
    let name = name.trim().trim_start_matches(['X', 'x', 'D', 'd']).replace('_', "-");
    if name.len() < 8 || (name.bytes().all(|byte| byte.is_ascii_digit()) && name.len() != 8) {
        return None;
    }
    parse_time(name.as_bytes(), order).filter(|time| !time.is_instant).map(|time| time.seconds)
}

/// Parses a column name that is a clock time (`00:30`, `t0030`, `hh_00_30`). [s after midnight]
pub(super) fn clock_in_name(name: &str) -> Option<i64> {
    let text = name.trim().trim_start_matches(|c: char| !c.is_ascii_digit());
    let (hour, minute) = text.split_once([':', '_', 'h'])?;
    let minute = minute.get(..2).filter(|_| minute.len() == 2 || minute.get(2..3) == Some(":"))?;
    if hour.len() > 2 {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute < 60).then_some(hour * 3600 + minute * 60)
}

/// Splits a column name that ends in a number into prefix and number (`hh_12`, `V96`, `h0`).
pub(super) fn numbered_name(name: &str) -> Option<(&str, u32)> {
    let name = name.trim();
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name[prefix.len()..].parse().ok()?;
    Some((prefix, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_states_its_unit() {
        assert_eq!(unit_in_name("KWH/hh (per half hour) "), Some(Unit::KilowattHours));
        assert_eq!(unit_in_name("demand_kw"), Some(Unit::Kilowatts));
        assert_eq!(unit_in_name("energy_wh"), Some(Unit::WattHours));
        assert_eq!(unit_in_name("mean W"), Some(Unit::Watts));
        assert_eq!(unit_in_name("totalkWh"), Some(Unit::KilowattHours));
        assert_eq!(unit_in_name("reading_value"), None);
        assert_eq!(unit_in_name("active_power"), None);
        assert_eq!(unit_in_name("Потребление, кВт*ч"), Some(Unit::KilowattHours));
        assert_eq!(unit_in_name("Мощность, Вт"), Some(Unit::Watts));
        assert!(is_demand_name("activepower") && is_demand_name("активнаямощность"));
    }

    #[test]
    fn a_name_states_its_stamp() {
        assert_eq!(stamp_in_name("intervalend"), Some(Stamp::End));
        assert_eq!(stamp_in_name("endtime"), Some(Stamp::End));
        assert_eq!(stamp_in_name("startts"), Some(Stamp::Start));
        assert_eq!(stamp_in_name("timestamp"), None);
    }

    #[test]
    fn names_may_be_dates_clock_times_or_numbered() {
        assert_eq!(date_in_name("2014/1/1", DateOrder::DayFirst), Some(1_388_534_400));
        assert_eq!(date_in_name("20140101", DateOrder::DayFirst), Some(1_388_534_400));
        assert_eq!(date_in_name("kwh", DateOrder::DayFirst), None);
        assert_eq!(clock_in_name("00:30"), Some(1800));
        assert_eq!(clock_in_name("24:00:00"), Some(86_400));
        assert_eq!(clock_in_name("hh_01"), None);
        assert_eq!(numbered_name("hh_47"), Some(("hh_", 47)));
        assert_eq!(numbered_name("kwh"), None);
    }
}
