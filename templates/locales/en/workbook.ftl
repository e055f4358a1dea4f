# The workbook of suspects (suspects.xlsx).

# Names of sheets: at most 31 characters, none of : \ / ? * [ ] and no apostrophe.
sheet-suspects = Suspects
sheet-reasons = Reasons
sheet-about = About

# Title of the document.
sheet-title = hashwatt: suspects

# Shown at the pointer, over a link to the other sheet.
sheet-all_reasons = All reasons
sheet-back_to_list = Back to the list

# Lines of the sheet about the run: names on the left, texts on the right.
about-not_proof = Evidence, not proof
about-weight = Weight
about-weight_words = On the sheet of reasons: what a reason adds to the score's log-odds. Negative speaks against mining.
about-run = The run
about-days = { $days }, local days
about-no_time_zone = not given; days of 24 h
about-list = Visit list
about-list_words = a meter is listed while the chance that it is a false lead is at most { $share }
about-smallest_rig = Smallest rig
about-tariff = Tariff
about-tariff_words = { $price } a kWh
about-no_tariff = not given
about-tariffs = several prices, by class and period, from the settings
about-columns = Columns of the sheet of suspects

# Columns: heading and, after it, meaning. English headings are those of suspects.csv, which programs read.
heading-place = place
meaning-place = Place on the visit list: rigs that are on first, then those that ended, each by rank
heading-rank = rank
meaning-rank = Rank by score among all lines; 1 is the most suspicious
heading-meter_id = meter_id
meaning-meter_id = The meter; residual: is what a transformer feeds beyond its meters
heading-score = score
meaning-score = Suspicion score, 0 to 1; higher is more suspicious
heading-kind = kind
meaning-kind = What the evidence looks like
heading-summary = summary
meaning-summary = The evidence in one sentence
heading-rig_kw = rig_kw
meaning-rig_kw = Draw of the flat block while on [kW]
heading-rig_kw_low = rig_kw_low
meaning-rig_kw_low = Lower end of its interval [kW]
heading-rig_kw_high = rig_kw_high
meaning-rig_kw_high = Upper end of its interval [kW]
heading-machines_low = machines_low
meaning-machines_low = Fewest machines that draw it
heading-machines_high = machines_high
meaning-machines_high = Most machines that draw it
heading-onset = onset
meaning-onset = First local day; empty: before the data begins
heading-ended = ended
meaning-ended = First local day after it; empty: still on at the end of the data
heading-is_on = is_on
meaning-is_on = Whether it is on at the end of the data
heading-last_seen_on = last_seen_on
meaning-last_seen_on = Last local day on which it was seen on
heading-p_value = p_value
meaning-p_value = Share of the meter's peers, itself included, that score at least as high
heading-chance = chance
meaning-chance = Chance that there is or was a rig, 0 to 1, by the data alone
heading-visit_chance = visit_chance
meaning-visit_chance = Chance that a visit two weeks after the data finds it running, 0 to 1
heading-expected_false = expected_false
meaning-expected_false = How many of the suspects from place 1 to this one are expected to be false
heading-energy_kwh_since_onset = energy_kwh_since_onset
meaning-energy_kwh_since_onset = Energy of the block in the hours it was on, within the data [kWh]
heading-energy_kwh_low = energy_kwh_low
meaning-energy_kwh_low = Lower end of its interval [kWh]
heading-energy_kwh_high = energy_kwh_high
meaning-energy_kwh_high = Upper end of its interval [kWh]
heading-money_since_onset = money_since_onset
meaning-money_since_onset = That energy at the tariffs of the settings; empty without them
heading-best_rival = best_rival
meaning-best_rival = The other explanation that fits best
heading-best_rival_score = best_rival_score
meaning-best_rival_score = How well it fits, 0 to 1
heading-address = address
meaning-address = From the register
heading-parent_id = parent_id
meaning-parent_id = Transformer, feeder or substation
heading-activity = activity
meaning-activity = From the register
heading-premises = premises
meaning-premises = From the register
heading-tariff = tariff
meaning-tariff = From the register
heading-contracted_kw = contracted_kw
meaning-contracted_kw = What the connection may draw [kW]
heading-declared_mining_kw = declared_mining_kw
meaning-declared_mining_kw = Mining declared to the state [kW]
heading-licence = licence
meaning-licence = Licence of a declared farm
heading-lat = lat
meaning-lat = Latitude, WGS 84 [degrees]
heading-lon = lon
meaning-lon = Longitude, WGS 84 [degrees]
heading-zone = zone
meaning-zone = Zone of the network, from the register
heading-case = case
meaning-case = Shared by lines that start and stop together under one parent
heading-strongest_reason = strongest_reason
meaning-strongest_reason = The reason with the largest weight; the sheet of reasons has all
heading-indicator = indicator
heading-weight = weight
heading-reason = reason
