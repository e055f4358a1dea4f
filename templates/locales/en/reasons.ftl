# Reasons, by indicator, and the one sentence that stands above them. A value's unit comes with it.

# After a measured value. $limit is what 1 of 20 similar meters passes.
limits = { $passes ->
    [above] { " " }(19 of 20 similar meters stay below { $limit })
    [below] { " " }(19 of 20 similar meters exceed { $limit })
    [usual] { " " }(not unusual: 1 of 20 similar meters passes { $limit })
   *[unknown] { "" }
}
typical = { $peers ->
    [known] ; similar meters: { $median }
   *[unknown] { "" }
}
# How much something changes from day to day; over a short block, over how many days.
varying = { $days ->
    [one] seen on one day only
    [few] changing by { $spread } over the { $n_block_days } days of the block
   *[many] changing by { $spread } from day to day
}

reason-level_shift = { $when ->
    [between] From { $from } to { $to }
    [since] Since { $from }
   *[until] Until { $to }
}, { $measured } more{ limits }, { $hours ->
    [all] at every hour of the day
   *[some] at { $n_hours } hours of the day
}, on { $n_days } days; alike to within { $uneven } over hours and days, { $noise } times the usual change of the base load from day to day{ typical }

reason-base_load = Even in its quietest hours it draws at least { $measured } on 4 of 5 { $of ->
    [block] days of the block
   *[all] days
}{ limits }{ $mean ->
    [known] , { $of_mean } of the mean demand on those days
   *[unknown] { "" }
}{ typical }

reason-flatness = { $by ->
    [read] Demand changes by { $measured } from read to read{ limits }{ typical }
   *[day] The median demand lies within { $measured } of the base load{ limits }, { varying }{ $factor ->
        [known] ; load factor of the day { $load_factor }{ typical }
       *[unknown] { "" }
    }
}

reason-timer = { $measured } more between about { $from } and { $to }{ limits }, { varying }{ typical }

reason-blackout = While the internet was cut, its base load fell by { $measured }{ limits }{ typical }

reason-over_declaration = Mining of { $declared } is declared; { $beyond ->
    [some] the evidence is of { $kw } beyond it
   *[none] nothing stands out beyond it
}

reason-data_fault = The channel repeats one value on { $share } of its measured days; those days are no evidence

reason-smallest_rig = No steady load in it reaches { $level }, half of the smallest rig

reason-class = Of its class ({ $class }) { $n ->
    [one] { $n } other meter is judged: it looks more like a farm than { $share } of all meters
   *[other] { $n } other meters are judged: the middle one looks more like a farm than { $share } of all meters
}

reason-linked = Starts and stops together with { $others } under the same transformer: one case

reason-verdict = { $farm ->
    [found] A farm was found below { $parent } (verdict { $verdict })
   *[none] Someone looked below { $parent } and found no farm (verdict { $verdict }): neither it nor a meter below it is listed for its unmetered load
}

reason-energy_balance = { $when ->
    [between] From { $from } until { $until }
    [since] Since { $from }
    [until] Until { $until }
   *[always] Since before the data begins
} { $kw } pass the { $n_meters } meters below the transformer, { $hours ->
    [all] day and night
   *[some] { $n_hours } hours a day
}, steady to { $noise } from day to day; over all days its own meter shows { $supplied } on average, theirs { $registered }, and { $loss } are technical loss ({ $no_load_loss } without load, { $load_loss } with load)

reason-whereabouts = { $where ->
    [no_trace] None of the { $n_meters } meters below it shows a trace of the unmetered load: a tap between meters is likelier than an under-registering meter
    [denied] Of the { $n_meters } meters below it, { $n_denied } show a trace of the unmetered load, and voltages speak against them: a tap between meters is likelier than an under-registering meter
    [voltage] Since { $from } the voltage of { $n_fell } of { $n_heard } meters is lower than before beside the others', by up to { $fell } V (chance makes { $noise } V), most at { $deepest }: that points to their side of the line
    [place] The voltage fell most at phase { $phase }, bus { $buses } of the register
    [phase] The voltage fell most at phase { $phase } of the register
   *[bus] The voltage fell most at bus { $buses } of the register
}

reason-registered_share = Meter { $meter } and the unmetered load of { $parent }: { $traces } (chance { $chance } among the meters there and a tap)

# What speaks for one meter below a transformer.
reason-follows = where it shows 1 kW more, the unmetered load is { $slope } kW higher (correlation { $correlation } over { $n_hours } hours), as if it registered { $share } of what it feeds
reason-moved = { $way ->
    [fell] its own level fell by { $kw } on the day the unmetered load changed
   *[rose] its own level rose by { $kw } on the day the unmetered load changed
}
reason-estimated = its reads are estimated or edited from { $from } on
reason-voltage = { $as ->
    [deepest] its voltage fell by { $fell } V beside the others', as deep as any
   *[less] its voltage fell by { $fell } V beside the others', by { $deepest } V at the deepest: that speaks against it
}
reason-common = its load and the unmetered load have something in common

# One sentence for the telephone.
reason-summary = { $when ->
    [between] From { $from } until { $until } about { $kw }
    [since] Since { $from } about { $kw }
    [until] Until { $until } about { $kw }
   *[always] Since before the data begins about { $kw }
}{ $what ->
    [unmetered] { " " }{ $on ->
        [on] have been passing the { $n_meters } meters below { $parent }
       *[off] passed the { $n_meters } meters below { $parent }
    }
    [under] { " " }{ $on ->
        [on] have been flowing past this meter
       *[off] flowed past this meter
    }, as the meter of { $parent } above shows
   *[metered] { " " }{ $on ->
        [on] have been running
       *[off] were running
    }
}{ $hours ->
    [all] { " " }day and night, at every hour alike
    [clock] { " " }every day between about { $from_hour } and { $to_hour }
    [some] { " " }at { $n_hours } hours of the day
   *[unknown] { "" }
}{ $what ->
    [unmetered] , registered by none of them
   *[metered] { "" }
}{ $peers ->
    [rare] ; 19 of 20 meters like it never reach this
   *[usual] { "" }
}{ $internet ->
    [fell] ; it dropped while the internet was cut
   *[unknown] { "" }
}{ $declared ->
    [beyond] ; this is beyond the { $declared_kw } of mining that is declared
   *[none] { "" }
}.
