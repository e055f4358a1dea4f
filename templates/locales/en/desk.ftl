# What the desk says, in English. Ids are the same in every language.
skip = To the content
menu = Pages
menu-list = List
menu-map = Map
menu-visits = Visits
menu-moved = What moved
menu-watched = Closed places
menu-verdicts = Verdicts (CSV)
menu-report = Report
menu-people = People and programs
menu-access = Access log
language = Language
no-login = No login: this port is open to all
login = Log in
logout = Log out
login-intro = Suspects of a run, and the work on them.
login-failed = Name or password is not right, or the account is closed.
name = Name
password = Password
role = Role
role-viewer = Viewer
role-tip_desk = Tip desk
role-analyst = Analyst
role-administrator = Administrator
not-guilt = Evidence is not guilt.
not-guilt-long = A suspect is a place worth a visit. The score weighs evidence from meter data; it proves nothing about any person. Only an inspection can confirm or reject it.

unit-kw = kW
unit-kwh = kWh
unit-mwh = MWh
save = Save
cancel = Cancel
day = Day

list-title = Ranked list
list-found = { $n ->
    [one] { $shown } line
   *[other] { $shown } lines
}
pages = Pages of the list
page-before = Back
page-after = Next
filter-all = all
filter-search = Search
filter-search-hint = meter, place, transformer
filter-score = Score from
filter-kw = kW from
filter-sort = Order
filter-show-all = unlisted meters, too
filter-apply = Filter
filter-clear = Clear
views = Saved views
views-name = Name
views-save = Save this view
views-forget = Forget
columns = Columns
columns-apply = Show these
export-list = As CSV
# Ends of an interval, as names of columns in a spreadsheet.
csv-low = { $name }, from
csv-high = { $name }, to
keys = Keys: j and k move, Enter opens, 1 to 4 decide, ? shows all
# The keys of the desk, shown by "?".
keys-title = Keys
keys-move = to the next and the line before; on a suspect's page, its neighbours on the list
keys-open = opens the chosen line
keys-decide = suspected, confirmed, rejected, missed
keys-help = these keys
keys-close = Close
# Instead of the way, where places have no coordinates. $energy has its unit.
visits-facts_unknown = { $n ->
    [one] Way unknown: { $shown } place has no coordinates. Expected back in a year: { $energy }
   *[other] Way unknown: { $shown } places have no coordinates. Expected back in a year: { $energy }
}
sort-place = for visits: what is on first
sort-rank = by score
sort-kw = by rig, largest first
sort-onset = by onset, latest first
sort-energy = by energy since onset
sort-recoverable = by energy a visit would bring back
sort-burden = by burden of the transformer
sort-meter = by meter
column-place = No.
column-rank = Rank by score
column-meter = Meter
column-score = Score
column-kind = Looks like
column-rig = Rig
column-machines = Machines
column-onset = Onset
column-ended = End
# Whether the rig is on at the end of the data.
column-on = On now
column-visit_chance = A visit finds it
column-chance = There is a rig
column-expected_false = Expected false so far
column-energy = Energy since onset
column-money = At the tariff
column-recoverable = A visit brings back, a year
column-zone = Zone
column-transformer = Transformer
column-burden = Transformer's peak
column-address = Address
column-status = Status
column-assignee = Assigned to
assignee-nobody = nobody
onset-before = before the data
ended-not = still on

kind-none = nothing stands out
kind-metered_farm = flat block on a meter
kind-unmetered_load = unmetered load
kind-under_registering_meter = under-registering meter
kind-activity_mismatch = load unlike the registered activity
kind-over_declaration = more than was declared
kind-restarted_farm = block that started again

status-new = new
status-open = open
status-suspected = suspected
status-visit_requested = visit requested
status-visited = visited
status-confirmed = confirmed
status-rejected = rejected
status-missed = missed
status-closed = closed
status-restarted = draws again

verdict-suspected = Suspected
verdict-confirmed = Confirmed
verdict-rejected = Rejected
verdict-missed = Missed by the list

visit-farm_found = farm found
visit-nothing_found = nothing found
visit-no_access = no access
visit-other_cause = another cause

action-verdict = Verdict
action-assign = Assigned to
action-note = Note
action-visit_requested = Visit requested for
action-visit_result = Result of the visit
action-closed = Closed on

near = Neighbouring lines
back-to-list = Back to the list
line-before = Line above (k)
line-after = Line below (j)
not-listed = not on the visit list
# Titles of the parts of a list.
part-on = On now: a visit may find it
part-ended = Ended: a visit finds something only if it started again
part-unlisted = Not on the visit list
fact-address = Address
fact-zone = Zone
fact-rig = Rig
fact-machines = Machines
fact-onset = Onset
fact-ended = End
fact-last_seen = Last seen on
fact-chance = Chance that there is or was a rig
fact-visit_chance = Chance that a visit finds it running
fact-expected-false = Expected false down to here
fact-energy = Energy since onset
fact-money = At the tariff
fact-recoverable = A visit brings back, a year
fact-burden = Transformer's peak over its rating
fact-activity = Registered as
fact-premises = Premises
fact-tariff = Tariff
fact-contracted = Contracted
fact-declared = Declared mining
fact-licence = Licence
fact-peers = Peers
peers-share = { $group }; { $share } of them, itself included, score as high
reasons = Evidence
reasons-words = Measured against limit
reasons-weight = Weight
reasons-note = Weight: what it adds to the score's log-odds; below zero it speaks against mining.
rivals = What else could it be
rivals-name = Explanation
rivals-fit = Fit, 0 to 1
rival-mining = mining (the suspicion score)
rival-storage_heating = storage heating
rival-floor_heating = floor heating
rival-heat_pump = heat pump
rival-ev_charging = charging of a vehicle
rival-servers = servers
rival-cold_store = cold store
rival-telecom_site = telecom site
rival-street_lighting = street lighting
rival-bakery = bakery
rival-grow_lights = grow lights
rival-pumps = pumps
rival-moving_in = somebody moved in
rival-empty_flat = empty flat
rival-stuck_channel = stuck channel
rival-holiday_home = holiday home
rival-building_dryer = building dryer
rival-dehumidifier = dehumidifier
rival-oxygen_concentrator = oxygen concentrator
rival-pool_pump = pool pump
rival-air_conditioning = air conditioning
rival-water_heater = water heater
rival-laundry = laundry
work = Work on this place
work-look-only = Your role looks; analysts decide.
reason = Reason
save-verdict = Save verdict
save-verdict-next = Save, and on to the next
history = History
history-none = Nobody has written anything yet.
words-hidden = (hidden with the places)
gone = This run does not have the meter. Its case stays.
gone-last-line = Last line, in the run opened { $when }: rank { $rank }, score { $score }, rig { $kw }.
gone-no-line = No earlier run has left a line of it.
visits-gone = A visit is asked for, but this run does not have the meter, so no tour is planned:
list-gone = { $n ->
    [one] { $shown } case whose meter this run does not have
   *[other] { $shown } cases whose meters this run does not have
}
tree = Place in the network
tree-none = The register names no transformer.
tree-more = { $n ->
    [one] and { $shown } more below it
   *[other] and { $shown } more below it
}
linked = starts and stops together
charts = Charts
charts-none = The run keeps nothing of this meter that could be drawn.
days = Days
days-show = Show the days
days-none = The run keeps no days of this meter.
days-mean = Mean, kW
days-base = Base load (p05), kW
days-peak = Peak, kW
days-intervals = Intervals measured

chart-base_load = Base load (5th percentile) and mean demand through time
chart-heat_map = Demand by day and clock hour
chart-mean_day = Mean day before and after
chart-duration = Load duration curve
chart-residual = What the transformer feeds beyond its meters and loss

map-title = Transformers and suspects
map-note = Drawn from the register's coordinates, without a map server. Wheel to zoom, drag to move, click to open.
map-none = The register gives no coordinates.
map-hidden = Your role does not see places.
map-suspects = suspects
map-transformers = transformers
map-east = longitude
map-north = latitude
map-save = save as picture
map-below = { $n ->
    [one] { $shown } suspect below
   *[other] { $shown } suspects below
}

moved-title = What moved since the run before
moved-first = This is the first run at this desk; the next one will be held against it.
moved-found = { $n ->
    [one] { $shown } line moved
   *[other] { $shown } lines moved
}
moved-how = Move
moved-before = Before
moved-now = Now
moved-rank = rank { $rank }
move-risen = new on the visit list
move-fallen = no longer on the visit list
move-gone = no longer in the run
move-grown = draws more
move-shrunk = draws less

watched-title = Closed places
watched-note = Places that were closed are watched from then on; one that draws again stands first.
watched-none = Nothing has been closed yet.

visits-title = Batch of visits
visits-note = Places that are on, those first that bring back most energy for the hours they cost: the chance that a visit finds the rig running times what it uses in a year; an hour at each place, 20 km/h between them.
visits-n = Visits
visits-inspectors = Inspectors
visits-plan = Plan
visits-inspector = Inspector { $n }
visits-facts = { $km } km, { $hours } h, expected to bring back { $energy } a year
visits-tick = Request a visit
visits-day = By
visits-request = Request the ticked visits
visits-none = Nothing is left to visit here.

people-in = May log in
people-add = Let somebody in
people-keep-out = Keep out
people-let-in = Let in
tokens = Tokens of programs
tokens-note = A program sends its token as Authorization: Bearer. What it may ask is described here:
tokens-scopes = What it may do
tokens-made = Made by
tokens-revoked = revoked
tokens-make = Make a token
token-once = The token, shown this once:

access-title = Who looked at what
access-about = Person, meter or subject
access-at = When
access-from = From
access-what = What
access-subject = At what
access-login = logged in
access-login_failed = failed to log in
access-login_throttled = was kept waiting at login
access-refused = { $name } ({ $n }×)
access-logout = logged out
access-suspect = opened a suspect
access-export_list = exported the list
access-export_visits = exported visits
access-export_verdicts = exported verdicts
access-export_report = took the report
access-person_put = let somebody in
access-person_let_in = let somebody in again
access-person_kept_out = kept somebody out
access-token_made = made a token
access-token_revoked = revoked a token
access-api_list = read the list by program
access-api_suspect = read a suspect by program
access-api_cases = read cases by program
access-api_case = read a case by program

menu-tips = Tips
tip = Tip
tips-title = Take a call
tips-note = What a caller says is a claim. The meters say whether they show what is claimed.
tips-typed = Type what is said, or where; the answer stands here at once.
tips-last = Last tips
tips-none = No tip has been taken here yet.
tips-on = Tips on this place
tips-on-none = No tip at this desk means this place.
tip-text = What the caller says
tip-address = Address, as said
tip-meter = Meter's number
tip-transformer = Transformer
tip-lat = Latitude
tip-lon = Longitude
tip-mark = Mark on the map
tip-claim = Claim
tip-day = Day of the call
tip-caller = Who called, if they wish to say
tip-caller-name = Caller's name
tip-caller-phone = Caller's number
tip-caller-note = { $n ->
    [one] Kept apart from the tip, shown to administrators only, deleted after { $shown } day.
   *[other] Kept apart from the tip, shown to administrators only, deleted after { $shown } days.
}
tip-save = Save the tip
tip-answer = What the meters say
tip-places = Places that may be meant
tip-by = Found by
tip-confidence = Meant with
tip-data = Data
tip-chance = Chance of a rig
tip-smallest = Would have shown
tip-place = Place, as said
tip-taken-by = Taken by
tip-unknown = Not in the register:
tip-others = { $n ->
    [one] { $shown } other tip on this place.
   *[other] { $shown } other tips on this place.
}
tip-flood = Many tips on this place came within two weeks: together they weigh no more than the data.
tip-then = When it was taken the data said: { $answer }, chance { $chance }.
tip-hand-over = Hand over to an analyst
tip-handed = Handed over:
tip-no-line = No place that it may mean has a line in the run.
tip-who-called = Who called
tip-deleted-on = Deleted on
tip-forget = Delete now
tip-nobody = Nobody said, or it has been deleted.
claim-any = as the words say
claim-mining = mining at a meter
claim-bypass = supply past a meter
claim-tap = connection without a meter
answer-supported = supported
answer-not_supported = not supported
answer-not_judgeable = not judgeable
said-supported = The data of { $meter } supports it: a rig there has a chance of { $chance }. It is a place worth a visit, not proof.
said-rig = Rig: { $kw }; onset: { $onset }; end: { $ended }.
said-not_supported = The data covers the place and shows no rig: nine in ten of { $kw } or more would have come out.
said-not_supported-unknown = The data covers the place and shows no rig; the run cannot say how small a one it would have shown.
said-not_judgeable = The data cannot tell: { $why }.
why-no_place = the register has no such place
why-no_data = no interval data of this meter
why-too_short = too few days measured
why-gaps = too much missing or estimated
why-no_residual = no balance of the transformer
why-other_time = the data does not cover the time
matched-id = number
matched-address = address
matched-words = address in the words
matched-place = mark on the map
matched-transformer = transformer
tag-noise_day_and_night = noise day and night
tag-noise = noise
tag-fans = fans
tag-heat = heat
tag-melted_snow = melted snow
tag-cable = cable
tag-flickering_light = flickering light
tag-past_the_meter = past the meter
tag-containers = containers
tag-machines = machines
tag-mining = mining
tag-nobody_lives_there = nobody lives there
tag-floor = floor
tag-burning = burning
action-tip = Tip handed over
access-tip = opened a tip
access-tip_taken = took a tip
access-tip_caller = saw who called
access-caller_forgotten = deleted who called
error-place = A tip needs words or a place.
error-mark = The mark needs latitude and longitude in degrees, for example 43.24 and 76.90.

error-title = This was not done
error-forbidden = Your role does not include this.
error-foreign-form = The form does not belong to this session. Load the page again and repeat.
error-too-large = That is longer than anything this desk takes.
error-not-found = There is nothing at this address.
error-form = The form was not filled in as the page offers it.
# A field of a request: its name, and what its value must be (one of the texts below).
error-field = `{ $field }` must be { $must }
must-one_of = { $values } or { $last }
must-day = a day as YYYY-MM-DD
must-day_or_empty = a day as YYYY-MM-DD, or empty
must-number_or_empty = a number, or empty
must-person_or_empty = the name of a person who has an account here, or empty
must-empty = empty
must-words = a text: a verdict or a note needs a reason in words
error-password = The password is too short: take 15 characters or more; a sentence will do.
error-self = Nobody can keep themselves out.
error-changed = Somebody else has written on this place since you opened it. Load the page again, read what is new, then decide.
error-too-many = Too many tries. Wait { $shown } s.
error-other-name = This desk is open to all of this machine, and so answers to the names of this machine alone. Open it as http://127.0.0.1 with its port.
error-last-administrator = Somebody must stay who lets people in: make another administrator first.
error-failed = Something failed; nothing was half done. The log says what.

drawn-kw = kW
drawn-hour = hour of the day
drawn-base = base load (5th percentile)
drawn-mean = mean demand
drawn-meter = this meter's mean demand
drawn-residual_base = residual: base
drawn-residual_mean = residual: mean
drawn-onset = onset
drawn-end = end
drawn-missing = not measured
drawn-or_more = { $kw } or more
drawn-before_onset = before onset ({ $n } days)
drawn-from_onset = from onset ({ $n } days)
drawn-before_end = before the end ({ $n } days)
drawn-after_end = after the end ({ $n } days)
drawn-all = all days ({ $n })
drawn-before_onset_hours = before onset ({ $n } h)
drawn-from_onset_hours = from onset ({ $n } h)
drawn-before_end_hours = before the end ({ $n } h)
drawn-after_end_hours = after the end ({ $n } h)
drawn-all_hours = all hours ({ $n })
drawn-peers = peers' middle half
drawn-peers_median = peers' median
drawn-share_of_hours = share of hours
drawn-reached_in = reached in { $share } of the hours
drawn-fit = fit, 0 to 1
drawn-unknown = not known
drawn-save = save as image
drawn-to = { $from } to { $to }
drawn-about_heat_map = Demand by day and clock hour, { $span }, from 0 to { $kw }.{ $marks }
drawn-about_base_load = Base load and mean demand a day, { $span }; mean { $kw }.{ $marks }
drawn-about_mean_day = Mean demand by clock hour: { $curves }.
drawn-about_duration = Hourly demand from highest to lowest: { $curves }.
drawn-about_residual = What the transformer feeds beyond its meters, { $span }; mean { $kw }.{ $marks }
drawn-about_rivals = Explanations by fit: { $curves }.
drawn-about_curve = { $name }, { $low } to { $high }

# Work on many lines, taking back, due days, one's own password.
role-inspector = Inspector
menu-field = My visits
done = Saved:
undo = Undo (u)
take = Take this case (t)
tick = Tick
tick-all = Tick every line of this page
bulk = On many lines at once
bulk-scope = Which lines
bulk-ticked = the ticked ones
bulk-all = all lines of this list, on every page
bulk-do = What
bulk-note = All of them are written, or none; at most 5,000 at once. A verdict or a note needs a reason.
filter-late = late only
column-due = Due
action-due = To be done by
action-undo = Taken back
keys-save = saves; on a suspect's page, and goes on to the next place that waits
keys-take = takes the case: it is assigned to you
keys-undo = takes back what you have just written
keys-bulk = ticks the chosen line; opens the panel for many lines
account = Your account
account-password = Set another password
account-old = Password now
account-new = New password
account-again = New password again
account-note = 15 characters or more; a sentence will do. Other sessions of yours end.
account-differ = The two new passwords differ.
account-wrong = The password of now is not right.
account-done = The password is set. Other sessions of yours are over.
access-password_set = set a password of their own
access-order = opened a work order

# The inspector's pages. A text of look-… says what to look for at a place of that kind.
field-none = No visit is asked of you.
order = Work order
order-way = Show the way
order-evidence = All evidence
order-print = Print
order-no-address = The register has no address.
order-look = What to look for
order-look-always = Read the meter and its seals. Compare the draw at the connection with what the meter counts. Write what you see; take nothing apart.
order-chart = Mean demand by day
order-found = What was found
order-day = Day and time
order-inspector = Inspector
order-customer = Customer or witness
order-printed = Printed
look-none = Nothing stands out in the data; look at what runs day and night.
look-metered_farm = Machines with loud fans, warm air from windows or vents, a thick cable to one room, a load that does not change by day or night. Rule out heating, cold stores, servers and pumps.
look-unmetered_load = A cable that leaves before the meters: at the transformer, the cabinet, the riser, the pole. Rule out pumps, street lights and customers that nobody entered.
look-under_registering_meter = A conductor around the meter, a changed or heated terminal, broken seals, a wrong current transformer. Compare a clamp reading with the meter.
look-activity_mismatch = Whether the registered activity is what goes on there, and which machines run day and night beside it.
look-over_declaration = How many machines of the declared farm run, and what they draw at the connection.
look-restarted_farm = Whether the place that was found before runs again: machines, cables, warm air, the seals that were set.
error-other-lines = The list has other lines than the page showed. Load the page again, look, and repeat.
error-no-lines = No line is ticked.
error-too-many-lines = These are more than 5,000 lines. Narrow the list.

# Orders of the list.
sort-kind = by what it looks like
sort-machines = by machines, most first
sort-ended = by end, latest first
sort-on = by whether it is on
sort-visit_chance = by chance that a visit finds it
sort-chance = by chance that there is a rig
sort-expected_false = by expected false leads
sort-money = by money since onset
sort-zone = by zone
sort-transformer = by transformer
sort-address = by address
sort-status = by status
sort-assignee = by person
sort-due = by what is due first

# The evidence file of a place.
evidence = Evidence file
evidence-quality = Registered energy and quality of the data
evidence-days = Days with data
evidence-registered = Registered in the data
evidence-registered_since = Registered since the onset
evidence-expected = Intervals expected
evidence-measured = of these measured
evidence-estimated = of these estimated
evidence-how = How the score was made
evidence-how-long = The program planted simulated rigs and loads that resemble them into copies of the run's own meters, learnt to tell them apart, and scored each meter by models that saw neither it nor a copy of it. A weight is what one measurement adds to the score. The chance follows from how planted rigs and ordinary meters score. Peers are meters of the same register class with a similar load.
evidence-sources = What this file rests on
evidence-source = Source
evidence-chain = Each sum also covers the one before it, so none can be changed, added or left out without changing the last. To check the file: hashwatt verify FILE --run RUN
evidence-sum = Sum of all sources
evidence-made = Made
access-evidence = took an evidence file
