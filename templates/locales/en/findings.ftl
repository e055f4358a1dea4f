# What was found in the data: one sentence with the value seen, what became of it, and the cure. The sentence stands
# after its code, file, meter and days, so it begins in lower case and ends without a full stop.
# Names of files, columns, keys and cells come as they are written. [[readings]] and words such as `stamp` are keys of
# the pipeline file and stay as they are, as do file endings and values of keys.

# Words of an earlier version, in English.
finding-as_said = { $words }

## Files

# $error is an error in English.
finding-file_skipped = { $error }
# $first is the other name of the same file.
finding-same_file = { $name }: it is { $first } under another name (a link, or a second way to it); read once
finding-same_bytes = { $name }: the same bytes as { $first }, which the store has; not read again
finding-file_gone = { $name }: it shares days with files that are new or changed and is not among the files of this run; on those days its digests stand where the others have no day. Name it again to have them made anew
# $damage says in English which part of the store is damaged.
finding-store_healed = { $damage }. All files of the store were read again in its place
# $was and $is are paths in the output folder.
finding-kept_aside = { $was } in the output folder was not as hashwatt wrote it; it is { $is } now
# $place is a folder or an archive, $files are names, $more counts further ones.
finding-other_files = { $place }: { $files }{ $more ->
    [0] { "" }
   *[other] { " " }and { $more } more
} left out: their endings are not those of exports. Name a file .csv, .parquet, .xml, .xlsx or .jsonl if it is one
# $day is finding-sent_day; the numbers are those of the messages.
finding-sent_again = { $days } days were sent more than once, such as { $day } in { $name } (number { $number }) and { $other } (number { $other_number }). Where two have a meter, the higher number counts, of equal ones the first by name; remove files that are void
# What a message is about: the day, and the first point in it. $element is a tag such as measuringpoint.
finding-sent_day = { $day } from { $element } { $point } on
# $broken says in English where and why reading stopped.
finding-partly_read = { $source }: { $broken }. What came before was judged; export the file again
# $shape is a value of the key `shape`.
finding-no_interval = { $source }: { $rows } rows and no interval in them. Check the columns ({ $shape })
# $first is a local time.
finding-no_clock_change = { $source }: { $n } intervals at local times that the zone skips, first { $first }; they were moved forward. Set clock = "standard" if these clocks do not change in summer
# $codes are texts from the column.
finding-unknown_codes = { $source }: column { $column } has quality codes that are not known: { $codes }; their intervals count as measured. Write A (measured), E (estimated) or N (missing)

## Rows that gave no interval

# $what is one of the clauses below, $cure one of the cures. $first is the row, $example its cell.
finding-rows_skipped = { $source }: { $n } intervals { $what }{ $seen ->
    [cell] , first in row { $first } (`{ $example }`)
    [row] , first in row { $first }
   *[nothing] { "" }
}, of { $rows } rows. { $cure }
# In an error on a file with no interval at all.
finding-rows_in_short = { $n } intervals { $what } (`{ $example }`). { $cure }
# Clauses after "12 intervals".
finding-without_meter = without a meter id
finding-without_time = without a time
finding-bad_time = with a time that cannot be read
finding-time_out_of_range = with a time outside 1990 to 2100
finding-other_zone = whose time has a zone where the first times have none, or none where they have one
finding-bad_value = with a value that is no number
finding-code_for_none = with a code that stands for no value (error code); no energy was taken
finding-value_nan = with the value NaN
finding-value_infinite = with an infinite value
finding-value_too_large = with a value above 1 GW, which no customer draws; no energy was taken
finding-other_kind = of another kind than interval data
finding-bad_record = in records that repeat a day, or are not as the format says
finding-short_row = with fewer fields than the header
finding-long_row = with more fields than the header; nothing of such a row was taken
finding-no_text = with a field that is no UTF-8 text; the field was left out
finding-zero_for_none = with a 0 amid values that never come near it, as written where nothing was measured; they count as missing
finding-value_missing = without a value
# Cures, each a sentence without its full stop.
finding-cure_meter = Give every row its meter
finding-cure_no_time = Give every row its time
finding-cure_bad_time = Write times as 2024-02-29 23:30
finding-cure_time_column = Check the time column and its unit
finding-cure_zone = Write all times with an offset, or none
finding-cure_value_column = Check the value column
finding-cure_leave_empty = Leave missing values empty
finding-cure_unit = Leave missing values empty, and check unit and multiplier
finding-cure_if_meant = Nothing to do if that is meant
finding-cure_record = Ask who wrote the file which record of the day is right, or export it again
finding-cure_export_again = Export the file again
finding-cure_quotes = Put a field that holds the separator, such as a decimal comma, in quotes, or export with another separator
finding-cure_utf8 = Export the file as UTF-8
finding-cure_zeros = Have missing values written empty; a load that is off for more than 3 hours, or falls by steps, is kept
finding-cure_nothing = Nothing to do: these are missing intervals

## What was guessed

# $names is finding-files, $key a key of [[readings]], $value its value, $reason one of the reasons below.
finding-guessed = { $names }: { $key } was taken as { $value }: { $reason }. State it in [[readings]] if that is wrong
finding-guess_accepted = { $names }: { $key } was taken as { $value }, though another is about as likely, because guesses were accepted: { $reason }. State { $key } in [[readings]] once you know
# What a format says for itself. $what is one of the words below, $value one of the values.
finding-noted = { $names }: { $what } was taken as { $value }: { $reason }.
finding-files = { $more ->
    [0] { $first }
   *[other] { $first } (and { $more } more files)
}
finding-about_channel = channel
finding-about_interval = interval
finding-about_meter = meter
finding-about_period = period
finding-about_sheet = sheet
finding-about_time_zone = time zone
# Values of what a format says. 01 and E are codes of active import; $others are other codes.
finding-import_without = active import (01), without { $others }
finding-import_e = active import (E)
finding-element = { $element }
finding-element_without = { $element }, without { $others }
finding-those_with_import = those with active import (01)
finding-in_order_of_start = in the order of their start
finding-sum_of = the sum of { $registers }
finding-minutes = { $n } min
finding-forward_energy = forward active energy
# Properties of Green Button by their English names.
finding-assumed = { $values }
finding-sheets_alike = those with the first sheet's header
finding-zone_of_run = the run's, { $zone }
finding-utc_for_want = UTC, for want of --timezone
# Reasons of what a format says.
finding-other_channels = 02 is export, 03 and 04 are reactive
finding-same_energy = those are made of the same energy
finding-no_measuringpoint = the file has no measuringpoint
finding-other_channels_alone = { $n } have other channels alone, such as { $first }
finding-channels_shuffled = { $n } channels have them in another order
# NMI is the Australian number of a connection.
finding-imports_added = import registers of one NMI were added up
finding-registers_left_out = { $others } were left out
finding-days_have_other_minutes = days have values for { $found } min, and their 200 record says { $stated } min
finding-were_left_out = left out were { $others }
finding-not_stated_in_file = the file does not state it
finding-sheets_left_out = { $sheets } have another header than the first and were left out; sheet in [[readings]] names another
finding-areas_state_zone = its areas state timezone { $zone }, which is UTC+{ $hours } in the published schema
finding-areas_state_other_zone = its areas state timezone { $zone }, which the published schema does not name
finding-local_time_parameters = its LocalTimeParameters state an offset of { $seconds } s from UTC
# Reasons of guesses.
finding-only_time_column = it is the only column that holds times
finding-only_text_column = it is the only column of text
finding-only_number_column = it is the only column of numbers left
finding-only_id_column = it is the only column that may hold ids
finding-file_names_meter = no column names the meter, so the file's name does
finding-columns_of_numbers = no column names the meter, and { $n } columns hold numbers
finding-interval_columns = { $n } interval columns `{ $first }` to `{ $last }`
finding-days_only = `{ $column }` holds days only
finding-named_so = column `{ $column }` is named so
finding-named_like_counter = column `{ $column }` is named like a cumulative counter
finding-named_like_demand = the column is named like a demand, and states no unit
finding-name_says_so = the name of column `{ $column }` says so
finding-no_name_states_unit = no column name states a unit
finding-only_rises = column `{ $column }` only ever rises, in steps small against its level
finding-other_kinds_of_reads = column `{ $column }` also holds other kinds of reads
finding-rows_are_channels = rows of one time are channels, and column `{ $column }` says which hold active import
finding-flag_constant = flag `{ $column }` is { $flag } in every row, which marks nothing
# $columns are finding-column_up_to, joined by "; ".
finding-never_changes = { $columns } never changes within a meter and was not used; if it is the transformers' ratio, set multiplier_column to it
finding-column_up_to = column `{ $column }` (up to { $factor })
finding-serial_days = numbers such as { $example } are days since 1899-12-30, as Excel counts them
finding-numbers_as_dates = whole numbers such as { $example } read as dates
finding-epoch = { $unit ->
    [s] seconds
    [ms] milliseconds
    [us] microseconds
   *[ns] nanoseconds
} since 1970 UTC, by the size of { $example }
finding-bytes_no_utf8 = its bytes are no UTF-8
finding-bytes_say_otherwise = the file says { $declared }, and its bytes say otherwise
finding-lines_no_table = the lines before the header are no table
finding-marks_read_one_way = { $telling } of { $all } numbers with a mark can be read in no other way, such as `{ $example }`
finding-marks_before_three = all { $n } numbers with a mark have three digits after it, such as `{ $example }`, and none is without
finding-groups_thousands = numbers below 1000 have no mark, and all others three digits after it: so it groups thousands
# $place says which of the two numbers of a date is the day.
finding-above_twelve = the { $place ->
    [first] first
   *[second] second
} number is above 12 in { $telling } of { $all } dates, such as `{ $example }`
finding-days_lie_close = read so, { $days } days lie within { $close }; in the other order they would lie within { $wide }
finding-dates_with_points = dates with points, such as `{ $example }`, are written day first everywhere
finding-most_write_day_first = most of the world writes the day first
finding-shown_by_other_files = its own dates do not show it, those of { $files } other files of the export do
finding-series_end_at_midnight = series of { $n } of { $meters } meters begin one interval after midnight and end at midnight
finding-meters_show_it = { $meters } meters show it
finding-mostly_end = such times mostly mark the end
finding-a_home_may = the middle meter then draws { $kw } kW, which a home may
finding-mostly_energy = interval data mostly is energy
finding-no_counter_falls = no counter falls so often
finding-no_load_rises = no load rises all day on nearly all days
finding-only_import = it is the only one named as active import

## Register, weather, events, verdicts

# $wrong is one of the clauses below; $more counts further rows with the same trouble.
finding-table_row = row { $row }: { $column } `{ $value }` { $wrong }{ $more ->
    [0] { "" }
   *[other] { " " }(and { $more } more rows)
}
# Clauses after the column and its cell.
finding-no_meter_id = is empty; the row was left out. Give every row its meter
finding-listed_again = is listed before with the same values; it counts once
finding-listed_otherwise = is listed before with other values; the first row stands, this one was left out. List it once
finding-no_power = is no power from 0 to 1 GW; it was left out. Write a plain number such as 15.5
finding-no_latitude = is no latitude; it was left out. Write degrees such as 43.24
finding-no_longitude = is no longitude; it was left out. Write degrees such as 76.91
finding-no_temperature = is no temperature between -70 and 60 °C; the row was left out. Write degrees Celsius
finding-no_instant = is no time; it was left out. Write it as 2024-02-29T23:30:00Z
finding-no_event = is not known; the row was left out. Write internet_blackout, outage or tariff_change
finding-event_open = has no start or no end; the row was left out. Give both
finding-event_backwards = ends before it starts; the row was left out. Check start and end
finding-event_long = lasts longer than a year; the row was left out. Check start and end
finding-no_verdict = is no verdict; the row was left out. Write suspected, confirmed, rejected or missed
finding-verdict_contradicts = contradicts an earlier row on the same meter, and nothing says which is later; the last row with a time counts, or else the last. Give both their decided_at
finding-verdicts_unknown = verdicts on { $ids } ids, { $first } among them, are on no meter and no residual of this run; they were not used. Check the ids
# Days of the weather or the events, and days of the readings.
finding-weather_days = weather: a temperature for { $n } of the { $days } days of the readings: it is of { $from } to { $to }, they are of { $readings_from } to { $readings_to }. The others were judged without it. Give the weather of the readings' days
finding-events_days = events: none of them is on a day of the readings: they are of { $from } to { $to }, the readings of { $readings_from } to { $readings_to }. Give those of the readings' days, if there were any
finding-street_row = row { $row }: it does not name an old and a new street

## Tips

# $what is one of the clauses below.
finding-tip_line = line { $line }: { $what }
# $why is one of the next three, or says in English why the row cannot be read.
finding-tip_unreadable = { $why }; the row was left out
finding-tip_no_object = it is no JSON object
finding-tip_no_json = it is no JSON: { $error }
finding-tip_no_row = { $error }
finding-tip_partly_read = some of it is no UTF-8 text or has no column; the rest was read
finding-tip_empty = it is empty; the row was left out
finding-tip_nowhere = it names no place: no meter, address, transformer or mark; it cannot be judged
finding-tip_no_id = it has no tip_id; it is named by its line
finding-tip_id_again = tip_id { $id } was there before; it is named with its line
finding-tip_long = { $column } has { $chars } characters; the first { $read } were read
finding-tip_controls = { $column } has control characters; they were taken out
finding-tip_html = { $column } has HTML; it is shown as text
finding-tip_position = lat { $lat } and lon { $lon } are no place on the globe; they were left out
finding-tip_no_date = received_at { $said } is no date; write 2022-01-25T06:00:00Z; the tip was read without one
finding-tip_claim = claim { $said } is none of mining, bypass, tap; it was left out

## Meters

finding-gap = { $missing } of { $expected } intervals are missing ({ $percent }%); the longest gap without any is { $longest } days
finding-gap_few = { $meters } meters miss less than 1% of their intervals, as meters do
finding-duplicate_identical = { $intervals } intervals on { $days } days came again with the same value; each counts once
finding-duplicate_conflicting = { $intervals } intervals on { $days } days came again with another value; the first in the input stands. Ask the head-end which is right
finding-reads_conflicting = { $n } reads of the counter came again with another value; the first in the input stands. Ask the head-end which is right
finding-counter_round = the counter went round { $n } time(s); the difference was taken across it
finding-counter_jumps = the counter rose { $n } time(s) by more than 50 times what it does at other times: a meter exchange to a higher start; the energy in between is unknown
finding-counter_fell = the counter fell { $n } time(s) without going round: an exchanged meter or a reset; the energy in between is unknown
# $value is empty, or the value as written with its unit and a comma: "5e12 kWh, ".
finding-impossible_intervals = { $source }: { $n } intervals of meter { $meter } are above 1 GW, which no customer draws; no energy was taken. First at { $start }: { $value }{ $kw } kW. Leave missing values empty, and check unit and multiplier
finding-impossible_more = { $meters } more meters have intervals above 1 GW, which no customer draws; no energy was taken. Check unit and multiplier
finding-impossible_days = { $days } days in the store of digests hold more than 1 GW, which no customer draws; they were left out. Remove the store's folder: the next run digests again what its files hold
finding-reads_daily = the reads are daily ({ $minutes } min), so nothing could be judged within a day: flatness, night ratio, ramps, timers; level, flatness across reads and onset were
finding-reads_longer = the reads are longer than a day ({ $minutes } min), so nothing could be judged within a day or from day to day: flatness, night ratio, ramps, timers, the day of an onset; level, flatness across reads and onset were
finding-few_days = { $days } days of interval data; onset and day-to-day flatness need { $enough } or more
finding-many_estimated = { $share } of its intervals are estimates (limit { $limit }); estimates never count as flat
finding-all_zero = all { $intervals } intervals are zero: disconnected, vacant, or supplied past the meter
finding-negative = { $intervals } intervals on { $days } days are below zero, the least { $least } kW: export, or a channel of the wrong sign
finding-spike = demand reached { $most } kW on { $days } days, above { $limit } kW: 10 times its usual daily maximum of { $usual } kW
finding-spike_of_connection = demand reached { $most } kW on { $days } days, above { $limit } kW: what a connection of { $connection } kW carries, or 10 times its usual maximum of { $usual } kW
finding-scale_changed = from { $day } on every quantile is { $factor } times what it was: the unit (Wh for kWh, kW for kWh), the transformers' ratio or the decimal point may have changed
finding-stuck = { $days } days repeat one value to the last digit (first { $first } kW); a real load varies. Nothing on these days counts as flat
# $hint is one of the three below it. Almaty is an example.
finding-no_timezone = no --timezone is given, and { $hint }: times that name no zone are taken as they stand, others as UTC, and days and nights may be cut hours off. Give the zone, for example --timezone Asia/Almaty
finding-zone_in_register = the register names the zone { $zone }
# $hours has its sign.
finding-zone_by_longitude = the register's coordinates lie around longitude { $lon }, where the sun is { $hours } h from UTC
finding-zone_by_script = the register's addresses are in Cyrillic, so the meters are hardly on UTC
# $hours has its sign: +6. "match" is a correlation.
finding-clock_shift = the daily pattern moves by { $hours } h around here (match { $moved } moved, { $unmoved } unmoved): the clock or its zone may have changed
finding-too_short = too few measured days to judge it (at least { $enough } are needed); it is listed last, with score 0
# After a finding on some meters, about all others of its kind.
finding-unjudged_more = so it is with { $meters } more meters, { $first } the first of them, none of which could be judged: too few of their days are measured. scores.parquet lists each, with score 0
finding-few_peers = { $meters } meters could be judged; with fewer than { $enough } to learn from, scores lean on a model of homes elsewhere and expected false leads are rough

## Meters against each other and the register

finding-ids_rounded = { $ids } ids look as if a spreadsheet had rounded them, so that each may stand for several meters. Export the ids as text, for example { $examples }
finding-ids_of_residuals = { $ids } ids begin like those of residuals, which list what flows past the meters. Name the meters otherwise, for example { $examples }
# $examples are finding-ids_alike, joined by "; ".
finding-leading_zeros = { $ids } ids differ from another in a leading zero alone, and each was judged as a meter of its own: { $examples }. Export ids as text in every file
finding-ids_alike = { $first } and { $others }
finding-total = `{ $meter }`: its energy is the sum of all other meters' together: a total, and no meter. Leave its rows out of the export, or give it the kind of a substation in the register
finding-not_in_register = { $meters } meters have interval data but no row in the register; they were judged without it, for example { $examples }
finding-no_interval_data = { $meters } meters are in the register but have no interval data; nothing was judged of them, for example { $examples }
finding-same_as_another = { $meters } have the same energy every day: one meter listed twice, or a copied channel
finding-far_above_class = mean demand { $kw } kW is { $times } times the median of its class ({ $usual } kW): Wh read as kWh?
# A typical home or meter against the most or the least that any draws.
finding-level = a typical { $who ->
    [home] home
   *[meter] meter
} draws { $kw } kW on average, { $level ->
    [high] more than { $limit } kW; in a unit a thousand times smaller (Wh for kWh, W for kW)
   *[low] less than { $limit } kW; in a unit a thousand times larger (kWh for Wh, kW for W)
} it would be { $other } kW. Every kW of this run depends on it: state unit (and multiplier) in [[readings]]

## The balance of transformers, feeders and substations

finding-own_parent = it is listed as its own parent_id; the link was left out of the balance. Give the parent that feeds it
finding-parents_in_a_circle = going up from it by parent_id ({ $parent }) comes back to it; the link was left out of the balance. Give the parent that feeds it
# $of_first counts the meters below $first.
finding-parents_unknown = { $parents } parent_id in the register name nothing that has a row or readings of its own, { $first } (of { $of_first } meters) among them: no balance can be drawn up for the { $meters } meters below them. Add the parents' meters to the readings
finding-children_silent = { $silent } of the { $all } meters below it have no interval data; in its balance they are taken to draw what the others do. Add their readings
finding-children_coarse = { $n } of the meters below it are read once a day or less often; in its balance their energy follows the others' hours
finding-ratio_doubtful = its residual rises with its load by more than technical loss can ({ $share } of the mean load): check its transformer ratio and the meters of large customers below it
finding-mostly_silent = { $silent } of the { $all } meters below it have no interval data, so what it supplies cannot be held against theirs; it was not balanced. Add their readings
finding-too_few_to_balance = { $days } days have its hours and its children's; a week is needed. It was not balanced. Daily reads of a transformer do not do
finding-wrong_parent = listed under { $listed }, but what it draws is missing in the residual there and too much in that of { $feeds }; it was counted under { $feeds }. Check the network and correct parent_id
finding-parent_doubtful = listed under { $listed }, but what it draws seems to be missing in the residual there, and is too much in no other; nothing was changed. Check what feeds it

## How a file is read, as `check` says it

# Names of properties, in a column of their own.
finding-fact_rows = rows
finding-fact_meter = meter
finding-fact_time = time
finding-fact_time_of_day = time of day
finding-fact_end = end
finding-fact_date_order = date order
finding-fact_clock = clock
finding-fact_stamp = stamp
finding-fact_value = value
finding-fact_unit = unit
finding-fact_decimal = decimal mark
finding-fact_thousands = thousands
finding-fact_multiplier = multiplier
finding-fact_factor = factor
finding-fact_quality = quality
finding-fact_rows_read = rows read
finding-fact_encoding = encoding
finding-fact_header = header
# Their values.
finding-as_it_is = { $value }
finding-rows_long = a row an interval
finding-rows_register = a row a read of a cumulative counter
finding-rows_wide = a row an instant, { $n } columns a meter each
finding-rows_daily = a row a meter-day, { $n } columns of { $minutes } min
finding-rows_dates = a row a meter, { $n } columns a day each
finding-named_column = column `{ $column }`
finding-two_columns = column `{ $first }` and `{ $second }`
# Names in backquotes with + or - between them.
finding-columns_added = column { $columns }
finding-name_of_file = the name of file or folder, here { $name }
finding-names_of_columns = the names of the value columns
finding-time_in_column = column `{ $column }`, { $form ->
    [zoned] timestamps with a zone
    [unzoned] timestamps without a zone
    [text_zoned] text with an offset
    [text_unzoned] text without a zone
    [seconds] seconds since 1970
    [parts] parts of a second since 1970
    [digits] dates in digits
   *[serial] day numbers of a spreadsheet
}
finding-day_of_folder = the day in the folder's name
finding-day_first = day before month (dmy)
finding-month_first = month before day (mdy)
finding-clock_instants = instants, independent of any zone
# UTC without more.
finding-clock_utc = { "UTC" }
finding-clock_standard = standard time of { $zone } all year
finding-clock_local = local time of { $zone }, with its clock changes
finding-clock_as_written = as written: no zone was given
finding-stamp_start = times mark the start of the interval
finding-stamp_end = times mark the end of the interval
finding-mark_point = point
finding-mark_comma = comma
finding-mark_space = space
finding-mark_apostrophe = apostrophe
finding-not_any = none
finding-times_column = each value times column `{ $column }`
# $conditions are finding-column_is, joined by "; ".
finding-only_where = only where { $conditions }
finding-column_is = `{ $column }` is { $texts }
finding-after_lines = after { $n } lines
# What says so.
finding-by_columns = by its columns
finding-by_column_name = by the column's name
finding-by_folder_name = by the folder's name
finding-by_name_and_cells = by the column's name and cells
finding-by_first_bytes = by its first bytes
finding-times_say_so = the times say so
finding-format_says_so = the format says so
finding-file_says_so = the file says so
finding-zone_given = the zone that was given
finding-times_stay = times without a zone stay as they are
finding-nothing_shows_end = nothing shows that they mark the end; it changes no kW
finding-unit_in_name = in the column's name
finding-multiplier_by_name = by the column's name; state "none" where the values have it already
