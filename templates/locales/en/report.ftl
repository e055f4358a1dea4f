# The report of a run (report.html), and words that it shares with the workbook and the terminal.

# $kw has its unit; $low and $high are numbers of the same unit.
words-rig = { $kw } ({ $low } to { $high })
words-machines = { $low } to { $high }
words-onset_before = before the data begins
words-ended_not = still on at the end of the data
# In a cell of a list: whether a rig is on, or the last day it was seen on.
words-on = on
words-off = off
words-until = until { $day }
# What the contract allows, and the draw of the rig; both with their unit.
words-above_contract = { $contract }; the rig alone draws { $kw }
words-no_days = no days
words-suspects = { $n ->
    [one] { $shown } suspect
   *[other] { $shown } suspects
}
# Stands after "among": 3 suspects among 248 meters and 8 residuals.
words-meters = { $n ->
    [one] { $shown } meter
   *[other] { $shown } meters
}
words-residuals = { $n ->
    [one] { $shown } residual
   *[other] { $shown } residuals
}
words-meters_and_residuals = { $meters } and { $residuals }
# $expected is a number such as 1.5.
words-false_leads = { $n ->
    [one] Of the { $shown } suspect, about { $expected } are expected to be false leads.
   *[other] Of the { $shown } suspects, about { $expected } are expected to be false leads.
}
# $most and $half are numbers in kW.
words-sensitivity = Of the rigs that were planted into copies of these meters, { $found ->
    [both] nine in ten of those of { $most } kW and more, and half of those of { $half } kW and more, come out
    [most] nine in ten of those of { $most } kW and more come out
    [half] half of those of { $half } kW and more come out
   *[none] less than half come out, however large,
} on the visit list.

# Explanations beside those that the desk names; the balance of a transformer has them.
rival-street_lighting_without_a_meter = street lighting without a meter
rival-meter_missing_in_the_data = meter missing in the data
rival-wrong_transformer_ratio = wrong transformer ratio

# Peer groups that are no class of the register.
group-residuals = residuals
group-not_judged = not judged

# What the register says that a point of the network is.
class-transformer = transformer
class-feeder = feeder
class-substation = substation

# How grave a finding is.
severity-note = note
severity-warning = warning
severity-skipped = skipped

# What an input is, in brackets after its path.
input-readings = readings
input-register = register
input-weather = weather
input-events = events
input-verdicts = verdicts

# Questions about what was guessed. $kwh is a number; $from and $to are clock hours such as 03:00.
asked-unit = The unit of the values was guessed as { $unit }. A typical meter then uses { $kwh } kWh a day; most homes use 3 to 30. Is that right? If not, state unit in [[readings]].
asked-zone = No time zone was given. By the clock of the data a typical meter draws least from { $from } to { $to }; most homes do so between 02:00 and 05:00. Is that right? If not, give --timezone, or clock in [[readings]].

report-title = { $suspects } among { $among }
report-none = No meter stands on the visit list. That is no proof that there is no farm.
report-where_it_stops = The list stops where a line is false with a chance above { $share }. Places that are not on the visit list may still be farms; the evidence there is weaker. All scores are in scores.parquet.
report-data = Data
report-time_zone = Zone
report-no_time_zone = not given: days of 24 h
report-n_meters = Meters with data
report-n_meter_days = Meter-days
report-inputs = Inputs
report-seed = Seed
# Before a list of counts and codes.
report-found = What was found in the data:
report-finding = Finding
report-severity = Severity
report-how_many = How many
report-search_hint = meter, place
report-kind = Kind
report-kw_from = Rig at least
report-score_from = Score at least
report-reset = Reset
# The page's script fills in the numbers.
report-shown = { $shown } of { $all } lines
report-column-rig = Rig (interval)
report-place = Place
# Stands for an address that is not known; $parent is a transformer.
report-at = at { $parent }
report-charts_left_out = Charts are drawn for the first { $shown } suspects; for the other { $others }, `hashwatt explain RUN METER` prints the evidence.
report-lines_left_out = { $n ->
    [one] The list stops at { $lines } lines; suspects.csv has { $shown } line more.
   *[other] The list stops at { $lines } lines; suspects.csv has { $shown } lines more.
}
# After a suspect's meter, smaller.
report-score_and_kind = score { $score }, { $kind }
report-flat_load = flat load
report-energy = Energy within the data
report-tariff = Tariff class
report-peers = Peer group
report-rivals_note = Each explanation is scored by itself; the scores do not sum to one.
report-no_script = The charts are drawn by the page's own script, which this viewer does not run.
report-chart-base_load = Base load and mean demand through time
report-chart-zoom = Ctrl and wheel, or the bar below, zoom in
report-chart-heat_map = Demand by day (across) and clock hour (down); striped: nothing measured
report-chart-no_hours = No hours of the day to show: the run keeps no interval shorter than a day of this meter.
report-chart-residual = What its transformer feeds beyond its meters and losses
report-chart-mean_day = Mean day, against the peers
report-chart-duration = Load duration, over the same days
report-found_here = Found in this meter's data
report-mean_days_note = Mean days around an onset are over { $days } days on either side. Machine counts follow from the draw of common mining machines; most since 2020 draw 2.8 to 3.65 kW.
