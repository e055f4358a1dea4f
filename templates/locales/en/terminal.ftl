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
terminal-column-place = no.
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
