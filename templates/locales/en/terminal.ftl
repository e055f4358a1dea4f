# What `detect` and `explain` print in a terminal. Lines are wrapped; columns are aligned by their widest cell.

# $rows and $meters are counted, for example "52 608 rows" and "3 meters".
terminal-read = Read { $read }.
terminal-read_rows = { $rows } of { $meters }
terminal-rows = { $n ->
    [one] { $shown } row
   *[other] { $shown } rows
}
# $days is a period such as 2021-12-02 to 2022-03-31.
terminal-span = { $n ->
    [one] { $days } ({ $shown } day)
   *[other] { $days } ({ $shown } days)
}
terminal-suspects = { $title }; of those that are on, the most suspicious first:
terminal-no_suspects = No suspects among { $among }: each would be a false lead with a chance above { $share }.
terminal-highest = Not suspects, but the highest scores:
terminal-column-number = no.
terminal-column-meter = meter
terminal-column-score = score
terminal-column-kind = kind
terminal-column-rig = rig kW (low-high)
terminal-column-machines = machines
terminal-column-since = since
terminal-column-chance = is a rig
terminal-column-visit = visit finds it
terminal-none_on = None of them is on at the end of the data.
terminal-ended = Ended: a visit finds something only if it started again.
terminal-before = before { $day }
terminal-before_data = before the data
terminal-more = { $n ->
    [one] { $shown } more suspect is in { $file }.
   *[other] { $shown } more suspects are in { $file }.
}
terminal-written = Written to { $folder }:
terminal-file-report = charts of every suspect, for a browser
terminal-file-suspects = the suspects with address and register, for a spreadsheet (also .csv, .geojson, .parquet)
terminal-file-scores = every meter with rank and reasons
terminal-file-findings = what was found in the data
terminal-file-run = inputs, settings, versions, counts
terminal-why = Why a meter stands where it does:
terminal-caution = A score is evidence, not proof: only a visit can confirm or reject a suspect.

terminal-findings = Findings by code:
terminal-no_findings = Findings: none.
terminal-column-severity = severity
terminal-column-count = count
terminal-column-code = code
# Before the place and the words of one finding of several.
terminal-example = for example { $finding }
# On standard error, before a finding on something that was skipped.
terminal-left_out = left out: { $finding }
terminal-of_meter = meter { $meter }

explain-head = { $meter }: suspicion score { $score }, rank { $rank } of { $all }
# Labels of facts, the longest of which sets the width.
explain-kind = looks like
explain-chance = chance
explain-visit = visit
explain-rig = rig
explain-machines = machines
explain-onset = onset
explain-ended = end
explain-last_seen = last seen on
explain-energy = energy
explain-peers = peer group
explain-chance_by_data = { $chance } that there is or was a rig, by the data alone
explain-visit_finds = { $chance } that a visit two weeks after the data finds it running
explain-reasons = Evidence (weight in log-odds: + speaks for mining, - against)
explain-none = none
explain-rivals = What else could it be (each scored by itself, 0 to 1)
explain-mining = mining
explain-no_days = No days of this meter are kept in the run.
explain-by_week = Base load by week (mean of daily 5th percentiles), { $days }
explain-by_month = Base load by month (mean of daily 5th percentiles), { $days }
explain-mean_day = Mean day of the last { $days } days, 00:00 to 24:00
explain-too_coarse = cannot be told from reads this coarse
# Lowest and highest value of a line of blocks; numbers in kW.
explain-range = { $low } to { $high } kW

# Counts that several commands print.
terminal-files = { $n ->
    [one] { $shown } file
   *[other] { $shown } files
}
terminal-days = { $n ->
    [one] { $shown } day
   *[other] { $shown } days
}
terminal-points = { $n ->
    [one] { $shown } usage point
   *[other] { $shown } usage points
}
terminal-transformers = { $n ->
    [one] { $shown } transformer
   *[other] { $shown } transformers
}
terminal-rigs = { $n ->
    [one] { $shown } rig
   *[other] { $shown } rigs
}
terminal-look_alikes = { $n ->
    [one] { $shown } look-alike
   *[other] { $shown } look-alikes
}
terminal-tips = { $n ->
    [one] { $shown } tip
   *[other] { $shown } tips
}
terminal-and_more = { $n ->
    [one] and { $shown } more
   *[other] and { $shown } more
}

# `digest`. $read is rows, meters and days.
terminal-digested = Digested { $read }, into { $folder }.

# `verify`. $holds says what the folder holds.
terminal-verified = { $folder }: { $holds }, { $files }, each as it was written.
terminal-damaged = { $folder }: { $holds }, { $files }, of which { $damaged } damaged or gone:
terminal-left_alone = Not written by hashwatt, and left alone:
terminal-verify_store = Its digests are in a store; look at that too: hashwatt verify { $store }
terminal-replayed = Replayed: { $files }, byte for byte what { $record } states.
holds-run = a run of hashwatt
holds-store = a store of digests
holds-triage = the answers of a triage
holds-backtest = the tables of a backtest
holds-district = a simulated district
holds-workspace = an unfinished run of hashwatt

# `simulate`. $points and the like are counted.
terminal-simulated = { $points } under { $transformers }, { $days } from { $first }, { $minutes } min, zone { $zone }, seed { $seed }: { $rows }.
terminal-planted = { $rigs }, { $look_alikes }, { $transformers } with unmetered load, { $tips }; { $file } says which.
terminal-files_written = Written:
terminal-to_run = To run on it:

# `triage`. Numbers of tips by answer.
terminal-triaged = { $tips }: { $supported } supported, { $not_supported } not supported, { $not_judgeable } not judgeable.
terminal-column-tip = tip
terminal-column-rank = rank
terminal-column-answer = the data
terminal-column-kw = rig
terminal-column-place = place
terminal-triage_written = Written: { $file }, a page a tip in { $folder }
terminal-tip_caution = A tip is a claim; what the data says to it is evidence, not proof.

# `check`. Labels of facts, the longest of which sets the width.
check-rows = rows
check-meters = meters
check-span = span
check-interval = interval
check-zone = zone
check-completeness = completeness
check-estimated = estimated
check-energy = energy
check-complete = { $share } of the expected intervals are there
check-estimated_share = { $share } of the intervals
check-minutes = { $minutes } min
check-n_meters = { $n ->
    [one] { $shown } meter
   *[other] { $shown } meters
}
check-no_zone = none given: times are taken as they stand and every day has 24 hours. If they are local time, give --timezone Area/City, for example --timezone Asia/Almaty
check-consumption = { $median } kWh a meter-month in the middle, { $least } at least, { $most } at most ({ $meters }). The middle meter uses { $day } kWh a day; most homes use 3 to 30. Is that right?
check-consumption_of_one = { $median } kWh a month. The only meter uses { $day } kWh a day; most homes use 3 to 30. Is that right?
check-other_units = The unit { $unit } of the values is a guess: it would be { $others }.
check-if_they_are = { $kwh } kWh if they are { $unit }
check-worst = Meters with the most warnings, { $shown } of { $all }:
check-column-findings = findings
check-column-codes = codes
check-how = { $n ->
    [0] How { $name } is read:
    [one] How { $name } (and { $shown } more file read alike) is read:
   *[other] How { $name } (and { $shown } more files read alike) is read:
}
check-certain = certain
check-guessed = guessed
check-accepted = accepted, though another reading is about as likely
# After a value: the settings say so.
check-stated = stated
check-rows_as_read = rows as read: cells as written, then meter, local start and energy
check-row = row { $row }
check-counter_at = counter at { $read }
check-no_value = no value
check-more_ways = { $n ->
    [one] and { $shown } more way of reading, for other files
   *[other] and { $shown } more ways of reading, for other files
}
check-mapping = Mapping, to paste into a pipeline file; with it nothing is guessed:
# Comments in the block to paste.
check-guess = guessed { $key } = { $value }: { $reason }
check-accept = accepted { $key } = { $value }: { $reason }
check-verdict = { $n ->
    [0] Verdict: ready
    [one] Verdict: ready, with { $shown } guess
   *[other] Verdict: ready, with { $shown } guesses
}{ $skipped ->
    [some] ; the findings say what was skipped
   *[none] { "" }
}.
# $cure is in English, as errors are.
check-not_readable = Verdict: not readable. { $cure }.

# The evidence file of a place.
terminal-evidence = Written to { $file }. Its last sum; keep it elsewhere:
    { $sum }
terminal-evidence_verified = { $file }: evidence on { $meter }, as it was made: { $links } links, last sum { $sum }.
terminal-evidence_damaged = { $file }: evidence on { $meter }, and not as it was made:
