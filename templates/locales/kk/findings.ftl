# Деректерден табылғандар: не көрінді, не істелді және қалай түзетуге болады — бір сөйлем. Ол кодтан, файлдан,
# есептегіштен және күндерден кейін тұрады, сондықтан кіші әріптен басталып, нүктесіз аяқталады.
# Файл, баған, кілт және ұяшық атаулары жазылғандай қалады; [[readings]] және `stamp` сияқты кілттер — баптау файлынан.

finding-as_said = { $words }

## Файлдар

# $error — ағылшынша қате.
finding-file_skipped = файл пайдаланылмады: { $error }
finding-same_file = { $name }: бұл — басқа атпен берілген { $first } (сілтеме немесе оған екінші жол); бір рет оқылды
finding-same_bytes = { $name }: байттары қоймада бар { $first } файлымен бірдей; қайта оқылмады
finding-file_gone = { $name }: жаңа немесе өзгерген файлдармен ортақ күндері бар, бірақ осы есептеудің файлдары арасында жоқ; басқаларында жоқ күндерге оның жиынтықтары қалады. Жиынтықтар қайта жасалуы үшін оны қайта көрсетіңіз
finding-store_healed = { $damage }. Оның орнына қойманың барлық файлдары қайта оқылды
finding-kept_aside = нәтиже қалтасындағы { $was } hashwatt жазған күйінде емес еді; енді ол — { $is }
finding-other_files = { $place }: { $files }{ $more ->
    [0] { "" }
   *[other] { " " }және тағы { $more } файл
} оқылмады: кеңейтімдері экспорттікі емес. Экспорт болса, файлды .csv, .parquet, .xml, .xlsx немесе .jsonl деп атаңыз
finding-sent_again = { $days } күн бірнеше рет жіберілген, мысалы { $day }: { $name } (нөмірі { $number }) және { $other } (нөмірі { $other_number }) ішінде. Есептегіш екеуінде де болса, үлкен нөмір есепке алынады, тең болса — аты бойынша бірінші; күші жоқ файлдарды алып тастаңыз
finding-sent_day = { $day }, { $element } { $point } бастап
finding-partly_read = { $source }: оқу үзілді: { $broken }. Оған дейін оқылғаны есепке алынды; файлды қайта экспорттаңыз
finding-no_interval = { $source }: { $rows } жол бар, бірақ аралық жоқ. Бағандарды тексеріңіз ({ $shape })
finding-no_clock_change = { $source }: { $n } аралық белдеуде болмаған жергілікті уақытта тұр, біріншісі { $first }; олар алға жылжытылды. Бұл сағаттар жазда ауыстырылмаса, clock = "standard" деп беріңіз
finding-unknown_codes = { $source }: { $column } бағанында белгісіз сапа кодтары бар: { $codes }; ондай аралықтар өлшенген деп саналады. A (өлшенген), E (есептік) немесе N (жоқ) деп жазыңыз

## Аралық бермеген жолдар

finding-rows_skipped = { $source }: { $rows } жолдағы { $n } аралық { $what }{ $seen ->
    [cell] , алғаш { $first } жолда (`{ $example }`)
    [row] , алғаш { $first } жолда
   *[nothing] { "" }
}. { $cure }
finding-rows_in_short = { $n } аралық { $what } (`{ $example }`). { $cure }
finding-without_meter = есептегіш нөмірінсіз
finding-without_time = уақытсыз
finding-bad_time = оқылмайтын уақытпен
finding-time_out_of_range = 1990–2100 жылдардан тыс уақытпен
finding-other_zone = алғашқыларында белдеу жоқ кезде белдеумен немесе бар кезде белдеусіз
finding-bad_value = сан емес мәнмен
finding-code_for_none = мән жоқ дегенді білдіретін кодпен (қате коды); энергия есепке алынбады
finding-value_nan = NaN мәнімен
finding-value_infinite = шексіз мәнмен
finding-value_too_large = 1 ГВт-тан асатын мәнмен, мұнша ешкім тұтынбайды; энергия есепке алынбады
finding-other_kind = аралық деректерден басқа түрде
finding-bad_record = күнді қайталайтын немесе форматқа сай емес жазбаларда
finding-short_row = өрістері тақырыптағыдан аз жолдарда
finding-long_row = өрістері тақырыптағыдан көп жолдарда; ондай жолдан ештеңе алынбады
finding-no_text = UTF-8 емес өріспен; өріс алынбады
finding-zero_for_none = нөлге ешқашан жақындамайтын мәндер арасындағы нөлмен, өлшенбеген жерде осылай жазылады; жоқ деп саналады
finding-value_missing = мәнсіз
finding-cure_meter = Әр жолда есептегішті көрсетіңіз
finding-cure_no_time = Әр жолда уақытты көрсетіңіз
finding-cure_bad_time = Уақытты былай жазыңыз: 2024-02-29 23:30
finding-cure_time_column = Уақыт бағанын және оның бірлігін тексеріңіз
finding-cure_zone = Белдеу ығысуын барлық уақытта жазыңыз немесе ешқайсысында жазбаңыз
finding-cure_value_column = Мәндер бағанын тексеріңіз
finding-cure_leave_empty = Жоқ мәндерді бос қалдырыңыз
finding-cure_unit = Жоқ мәндерді бос қалдырыңыз, бірлік пен көбейткішті тексеріңіз
finding-cure_if_meant = Солай көзделген болса, ештеңе істеудің қажеті жоқ
finding-cure_record = Сол күннің қай жазбасы дұрыс екенін файлды жазған адамнан сұраңыз немесе қайта экспорттаңыз
finding-cure_export_again = Файлды қайта экспорттаңыз
finding-cure_quotes = Ішінде бөлгіш бар өрісті (мысалы, ондық үтір) тырнақшаға алыңыз немесе басқа бөлгішпен экспорттаңыз
finding-cure_utf8 = Файлды UTF-8 түрінде экспорттаңыз
finding-cure_zeros = Жоқ мәндер бос жазылсын; 3 сағаттан ұзақ өшірулі тұратын немесе сатылап төмендейтін жүктеме сақталады
finding-cure_nothing = Ештеңе істеудің қажеті жоқ: бұлар жоқ аралықтар

## Болжамдар

finding-guessed = { $names }: { $key } мәні { $value } деп алынды: { $reason }. Дұрыс болмаса, [[readings]] ішінде көрсетіңіз
finding-guess_accepted = { $names }: { $key } мәні { $value } деп алынды, бірақ басқасы да дерлік сондай ықтимал; болжамдарға рұқсат берілген: { $reason }. Анық білгенде { $key } мәнін [[readings]] ішінде көрсетіңіз
finding-noted = { $names }: { $what } — { $value }: { $reason }.
finding-files = { $more ->
    [0] { $first }
   *[other] { $first } (және тағы { $more } файл)
}
finding-about_channel = арна
finding-about_interval = аралық
finding-about_meter = есептегіш
finding-about_period = кезең
finding-about_sheet = парақ
finding-about_time_zone = уақыт белдеуі
finding-import_without = активті қабылдау (01), { $others } алынбады
finding-import_e = активті қабылдау (E)
finding-element = { $element }
finding-element_without = { $element }, { $others } алынбады
finding-those_with_import = активті қабылдауы (01) барлар
finding-in_order_of_start = басталу реті бойынша
finding-sum_of = { $registers } қосындысы
finding-minutes = { $n } мин
finding-forward_energy = тура бағыттағы активті энергия
finding-assumed = { $values }
finding-sheets_alike = тақырыбы бірінші парақтікіндей парақтар
finding-zone_of_run = есептеудің белдеуі, { $zone }
finding-utc_for_want = UTC, өйткені --timezone берілмеген
finding-other_channels = 02 — беру, 03 пен 04 — реактивті энергия
finding-same_energy = қалғандары сол энергиядан құралған
finding-no_measuringpoint = файлда measuringpoint жоқ
finding-other_channels_alone = { $n } нүктеде тек басқа арналар бар, мысалы { $first }
finding-channels_shuffled = { $n } арнада олар басқа ретпен тұр
finding-imports_added = бір NMI қабылдау регистрлері қосылды
finding-registers_left_out = { $others } алынбады
finding-days_have_other_minutes = тәулік мәндері { $found } мин сайын тұр, ал 200 жазбасында { $stated } мин делінген
finding-were_left_out = алынбағаны: { $others }
finding-not_stated_in_file = файлда бұл жазылмаған
finding-sheets_left_out = { $sheets } парақтарының тақырыбы басқа, олар алынбады; басқа парақты [[readings]] ішіндегі sheet береді
finding-areas_state_zone = area ішінде timezone { $zone } көрсетілген, жарияланған схемада бұл UTC+{ $hours }
finding-areas_state_other_zone = area ішінде timezone { $zone } көрсетілген, жарияланған схемада ол жоқ
finding-local_time_parameters = LocalTimeParameters ішінде UTC-ден ығысу { $seconds } с делінген
finding-only_time_column = уақыты бар жалғыз баған
finding-only_text_column = мәтіні бар жалғыз баған
finding-only_number_column = сандары бар қалған жалғыз баған
finding-only_id_column = нөмірлер болуы мүмкін жалғыз баған
finding-file_names_meter = есептегішті ешбір баған атамайды, оны файлдың аты атайды
finding-columns_of_numbers = есептегішті ешбір баған атамайды, ал сандары бар { $n } баған бар
finding-interval_columns = аралықтары бар { $n } баған, `{ $first }` – `{ $last }`
finding-days_only = `{ $column }` бағанында тек күндер бар
finding-named_so = `{ $column }` бағаны солай аталған
finding-named_like_counter = `{ $column }` бағаны өспелі көрсеткіш ретінде аталған
finding-named_like_demand = баған қуат ретінде аталған, бірлігі көрсетілмеген
finding-name_says_so = `{ $column }` бағанының аты солай дейді
finding-no_name_states_unit = ешбір бағанның аты бірлікті көрсетпейді
finding-only_rises = `{ $column }` бағаны тек өседі, қадамы деңгейіне қарағанда аз
finding-other_kinds_of_reads = `{ $column }` бағанында көрсеткіштердің басқа түрлері де бар
finding-rows_are_channels = бір уақыттағы жолдар — арналар, ал `{ $column }` бағаны қайсысы активті қабылдау екенін айтады
finding-flag_constant = `{ $column }` белгісі барлық жолда { $flag }, сондықтан ештеңені белгілемейді
finding-never_changes = { $columns } бір есептегіште өзгермейді және пайдаланылмады; бұл трансформация коэффициенті болса, оны multiplier_column ішінде көрсетіңіз
finding-column_up_to = `{ $column }` бағаны ({ $factor } дейін)
finding-serial_days = { $example } сияқты сандар — Excel санайтындай 30.12.1899 күнінен бергі күндер
finding-numbers_as_dates = { $example } сияқты бүтін сандар күн ретінде оқылады
finding-epoch = { $example } шамасына қарағанда, 1970 жылдан бергі UTC { $unit ->
    [s] секундтары
    [ms] миллисекундтары
    [us] микросекундтары
   *[ns] наносекундтары
}
finding-bytes_no_utf8 = байттары UTF-8 емес
finding-bytes_say_otherwise = файл { $declared } дейді, ал байттары басқа
finding-lines_no_table = тақырыпқа дейінгі жолдар кесте емес
finding-marks_read_one_way = белгісі бар { $all } санның { $telling } тек осылай оқылады, мысалы `{ $example }`
finding-marks_before_three = белгісі бар { $n } санның бәрінде одан кейін үш цифр бар, мысалы `{ $example }`, белгісіз сан жоқ
finding-groups_thousands = 1000-нан кіші сандарда белгі жоқ, қалғандарында одан кейін үш цифр бар: демек, ол мыңдықтарды бөледі
finding-above_twelve = { $all } күннің { $telling } ішінде { $place ->
    [first] бірінші
   *[second] екінші
} сан 12-ден үлкен, мысалы `{ $example }`
finding-days_lie_close = осылай оқығанда { $days } күн { $close } күн ішінде жатыр; басқа ретпен { $wide } күн ішінде жатар еді
finding-dates_with_points = нүктемен жазылған күндер, мысалы `{ $example }`, барлық жерде күннен басталады
finding-most_write_day_first = көп елде алдымен күн жазылады
finding-shown_by_other_files = өз күндерінен көрінбейді, экспорттың басқа { $files } файлынан көрінеді
finding-series_end_at_midnight = { $meters } есептегіштің { $n } қатары түн ортасынан бір аралықтан кейін басталып, түн ортасында аяқталады
finding-meters_show_it = бұл { $meters } есептегіштен көрінеді
finding-mostly_end = мұндай уақыт көбіне соңын білдіреді
finding-a_home_may = сонда ортадағы есептегіш { $kw } кВт тұтынады, үйде солай болуы мүмкін
finding-mostly_energy = аралық деректер көбіне энергия болады
finding-no_counter_falls = өспелі көрсеткіш мұнша жиі төмендемейді
finding-no_load_rises = жүктеме дерлік күн сайын күні бойы өспейді
finding-only_import = активті қабылдау деп аталған жалғызы

## Тізілім, ауа райы, оқиғалар, шешімдер

finding-table_row = { $row } жол: { $column } `{ $value }` { $wrong }{ $more ->
    [0] { "" }
   *[other] { " " }(және тағы { $more } жол)
}
finding-no_meter_id = — бос; жол алынбады. Әр жолда есептегішті көрсетіңіз
finding-listed_again = жоғарыда сол мәндермен бар; бір рет саналды
finding-listed_otherwise = жоғарыда басқа мәндермен бар; бірінші жол күшінде, бұл жол алынбады. Оны бір рет көрсетіңіз
finding-no_power = — 0-ден 1 ГВт-қа дейінгі қуат емес; мән алынбады. 15.5 сияқты жай сан жазыңыз
finding-no_latitude = — ендік емес; мән алынбады. Градуспен жазыңыз, мысалы 43.24
finding-no_longitude = — бойлық емес; мән алынбады. Градуспен жазыңыз, мысалы 76.91
finding-no_temperature = — -70 пен 60 °C аралығындағы температура емес; жол алынбады. Цельсий градусымен жазыңыз
finding-no_instant = — уақыт емес; мән алынбады. Былай жазыңыз: 2024-02-29T23:30:00Z
finding-no_event = — белгісіз оқиға; жол алынбады. internet_blackout, outage немесе tariff_change деп жазыңыз
finding-event_open = басы немесе соңы жоқ; жол алынбады. Екеуін де көрсетіңіз
finding-event_backwards = басталмай тұрып аяқталады; жол алынбады. start пен end мәндерін тексеріңіз
finding-event_long = бір жылдан ұзаққа созылады; жол алынбады. start пен end мәндерін тексеріңіз
finding-no_verdict = — шешім емес; жол алынбады. suspected, confirmed, rejected немесе missed деп жазыңыз
finding-verdict_contradicts = сол есептегіш туралы бұрынғы жолға қайшы, қайсысы кейінгі екені айтылмаған; уақыты бар соңғы жол, ол жоқ болса соңғы жол есепке алынады. Екеуіне де decided_at беріңіз
finding-verdicts_unknown = шешімдердегі { $ids } нөмір, соның ішінде { $first }, осы есептеудің есептегіштері мен теңгерімсіздіктері арасында жоқ; олар пайдаланылмады. Нөмірлерді тексеріңіз
finding-weather_days = ауа райы: көрсеткіштердің { $days } күнінің { $n } күніне температура бар: ауа райы { $from } – { $to }, көрсеткіштер { $readings_from } – { $readings_to }. Қалған күндер онсыз бағаланды. Көрсеткіш күндерінің ауа райын беріңіз
finding-events_days = оқиғалар: ешқайсысы көрсеткіш күндеріне келмейді: оқиғалар { $from } – { $to }, көрсеткіштер { $readings_from } – { $readings_to }. Көрсеткіш күндерінде оқиға болса, соларды беріңіз
finding-street_row = { $row } жол: онда көшенің ескі және жаңа аты жоқ

## Азаматтардың хабарламалары

finding-tip_line = { $line } жол: { $what }
finding-tip_unreadable = { $why }; жол алынбады
finding-tip_no_object = бұл JSON объектісі емес
finding-tip_no_json = бұл JSON емес: { $error }
finding-tip_no_row = { $error }
finding-tip_partly_read = бір бөлігі UTF-8 мәтіні емес немесе бағаны жоқ; қалғаны оқылды
finding-tip_empty = ол бос; жол алынбады
finding-tip_nowhere = онда жер көрсетілмеген: есептегіш те, мекенжай да, трансформатор да, картадағы белгі де жоқ; бағалау мүмкін емес
finding-tip_no_id = tip_id жоқ; хабарлама жолы бойынша аталды
finding-tip_id_again = tip_id { $id } бұрын болған; хабарлама жолымен бірге аталды
finding-tip_long = { $column } ішінде { $chars } таңба бар; алғашқы { $read } таңбасы оқылды
finding-tip_controls = { $column } ішінде басқару таңбалары бар; олар алып тасталды
finding-tip_html = { $column } ішінде HTML бар; ол мәтін ретінде көрсетілді
finding-tip_position = lat { $lat } пен lon { $lon } — жер шарындағы орын емес; олар алынбады
finding-tip_no_date = received_at { $said } — күн емес; 2022-01-25T06:00:00Z деп жазыңыз; хабарлама күнсіз оқылды
finding-tip_claim = claim { $said } — mining те, bypass та, tap та емес; алынбады

## Есептегіштер

finding-gap = { $expected } аралықтың { $missing } аралығы жоқ ({ $percent } %); аралықсыз ең ұзақ үзіліс { $longest } күн
finding-gap_few = { $meters } есептегіште аралықтардың 1 %-дан азы жоқ, бұл қалыпты жағдай
finding-duplicate_identical = { $days } күнде { $intervals } аралық сол мәнмен қайта келді; әрқайсысы бір рет саналды
finding-duplicate_conflicting = { $days } күнде { $intervals } аралық басқа мәнмен қайта келді; кіріс деректегі біріншісі күшінде. Қайсысы дұрыс екенін жинау жүйесінен сұраңыз
finding-reads_conflicting = { $n } көрсеткіш басқа мәнмен қайта келді; кіріс деректегі біріншісі күшінде. Қайсысы дұрыс екенін жинау жүйесінен сұраңыз
finding-counter_round = көрсеткіш санау шегінен { $n } рет өтті; тұтыну сол өту арқылы алынды
finding-counter_jumps = көрсеткіш әдеттегіден 50 еседен артық { $n } рет өсті: есептегіш бастапқы көрсеткіші үлкенге ауыстырылған; арадағы энергия белгісіз
finding-counter_fell = көрсеткіш санау шегінен өтпей { $n } рет төмендеді: есептегіш ауыстырылған немесе нөлге қойылған; арадағы энергия белгісіз
finding-impossible_intervals = { $source }: { $meter } есептегішінің { $n } аралығы 1 ГВт-тан асады, мұнша ешкім тұтынбайды; энергия есепке алынбады. Біріншісі { $start }: { $value }{ $kw } кВт. Жоқ мәндерді бос қалдырыңыз, бірлік пен көбейткішті тексеріңіз
finding-impossible_more = тағы { $meters } есептегіште 1 ГВт-тан асатын аралықтар бар, мұнша ешкім тұтынбайды; энергия есепке алынбады. Бірлік пен көбейткішті тексеріңіз
finding-impossible_days = тәуліктік жиынтықтар қоймасындағы { $days } күн 1 ГВт-тан асады, мұнша ешкім тұтынбайды; олар алынбады. Қойманың қалтасын жойыңыз: келесі есептеу өз файлдарын қайта өңдейді
finding-reads_daily = көрсеткіштер тәуліктік ({ $minutes } мин), сондықтан тәулік ішін бағалау мүмкін болмады: тегістік, түн мен күннің қатынасы, секірістер, таймерлер; деңгей, көрсеткіштен көрсеткішке тегістік және басталуы бағаланды
finding-reads_longer = көрсеткіштер тәуліктен сирек ({ $minutes } мин), сондықтан тәулік ішін де, күннен күнге де бағалау мүмкін болмады: тегістік, түн мен күннің қатынасы, секірістер, таймерлер, басталған күні; деңгей, көрсеткіштен көрсеткішке тегістік және басталуы бағаланды
finding-few_days = { $days } күннің аралық дерегі бар; басталуы мен күннен күнге тегістік үшін { $enough } немесе одан көп күн керек
finding-many_estimated = аралықтарының { $share } бөлігі есептік (шегі { $limit }); есептік мәндер ешқашан тегіс деп саналмайды
finding-all_zero = барлық { $intervals } аралық нөлге тең: ажыратылған, бос тұр немесе есептегіштен тыс қоректенеді
finding-negative = { $days } күнде { $intervals } аралық нөлден төмен, ең азы { $least } кВт: желіге беру немесе таңбасы қате арна
finding-spike = қуат { $days } күнде { $most } кВт-қа жетті, { $limit } кВт-тан артық: бұл әдеттегі тәуліктік ең жоғары { $usual } кВт-тан 10 есе көп
finding-spike_of_connection = қуат { $days } күнде { $most } кВт-қа жетті, { $limit } кВт-тан артық: { $connection } кВт қосылу көтеретіннен немесе әдеттегі ең жоғары { $usual } кВт-тан 10 есе көп
finding-scale_changed = { $day } күнінен бастап әр квантиль бұрынғысынан { $factor } есе: бірлік (кВт·сағ орнына Вт·сағ, кВт·сағ орнына кВт), трансформация коэффициенті немесе ондық белгінің орны өзгерген болуы мүмкін
finding-stuck = { $days } күн бір мәнді соңғы цифрына дейін қайталайды (біріншісі { $first } кВт); нағыз жүктеме құбылады. Бұл күндері ештеңе тегіс деп саналмайды
finding-no_timezone = --timezone берілмеген, ал { $hint }: белдеуі көрсетілмеген уақыт сол күйінде, қалғаны UTC деп алынады, сондықтан тәулік пен түннің шегі бірнеше сағатқа жылжуы мүмкін. Белдеуді беріңіз, мысалы --timezone Asia/Almaty
finding-zone_in_register = тізілімде { $zone } белдеуі аталған
finding-zone_by_longitude = тізілімдегі координаталар { $lon } бойлық маңында, онда күн уақыты UTC-ден { $hours } сағ өзгеше
finding-zone_by_script = тізілімдегі мекенжайлар кириллицамен жазылған, сондықтан есептегіштер UTC бойынша жүруі екіталай
finding-clock_shift = тәуліктік график осы тұста { $hours } сағатқа жылжиды (жылжытқанда корреляция { $moved }, жылжытпағанда { $unmoved }): сағат немесе белдеуі өзгерген болуы мүмкін
finding-too_short = бағалау үшін өлшенген күндер тым аз (кемінде { $enough } керек); тізім соңында 0 бағасымен тұр
finding-unjudged_more = тағы { $meters } есептегіште де солай, біріншісі { $first }; оларды бағалау мүмкін емес: өлшенген күндер тым аз. Бәрі scores.parquet ішінде 0 бағасымен тұр
finding-few_peers = { $meters } есептегішті бағалауға болды; { $enough } есептегіштен аз болса, бағалар басқа жердегі үйлердің моделіне сүйенеді, ал күтілетін қате орындар саны дөрекі болады

## Есептегіштер өзара және тізілімге қарсы

finding-ids_rounded = { $ids } нөмір электрондық кесте дөңгелеткенге ұқсайды, сондықтан бірі бірнеше есептегішті білдіруі мүмкін. Нөмірлерді мәтін ретінде экспорттаңыз, мысалы { $examples }
finding-ids_of_residuals = { $ids } нөмір есептегіштерден тыс ағатынды көрсететін теңгерімсіздік нөмірлеріндей басталады. Есептегіштерді басқаша атаңыз, мысалы { $examples }
finding-leading_zeros = { $ids } нөмір басқасынан тек басындағы нөлдермен ерекшеленеді, әрқайсысы жеке есептегіш ретінде бағаланды: { $examples }. Барлық файлда нөмірлерді мәтін ретінде экспорттаңыз
finding-ids_alike = { $first } және { $others }
finding-total = `{ $meter }`: энергиясы басқа барлық есептегіштердің қосындысына тең: бұл есептегіш емес, жиынтық. Жолдарын экспорттан алып тастаңыз немесе тізілімде оған қосалқы станция түрін беріңіз
finding-not_in_register = { $meters } есептегіштің аралық дерегі бар, бірақ тізілімде жолы жоқ; олар онсыз бағаланды, мысалы { $examples }
finding-no_interval_data = { $meters } есептегіш тізілімде бар, бірақ аралық дерегі жоқ; олар туралы ештеңе айтылмады, мысалы { $examples }
finding-same_as_another = { $meters } күн сайын бірдей энергия көрсетеді: бір есептегіш екі рет көрсетілген немесе арна көшірілген
finding-far_above_class = орташа қуаты { $kw } кВт, сыныбының медианасы { $usual } кВт, қатынасы { $times }: Вт·сағ кВт·сағ ретінде оқылды ма?
finding-level = { $who ->
    [home] әдеттегі үй
   *[meter] әдеттегі есептегіш
} орташа { $kw } кВт тұтынады, { $level ->
    [high] { $limit } кВт-тан көп; мың есе кіші бірлікте (кВт·сағ орнына Вт·сағ, кВт орнына Вт)
   *[low] { $limit } кВт-тан аз; мың есе үлкен бірлікте (Вт·сағ орнына кВт·сағ, Вт орнына кВт)
} { $other } кВт болар еді. Есептеудің әр кВт-ы осыған байланысты: [[readings]] ішінде unit (және multiplier) мәнін көрсетіңіз

## Трансформаторлар, фидерлер және қосалқы станциялар балансы

finding-own_parent = ол өзіне parent_id ретінде көрсетілген; баланста бұл байланыс есепке алынбады. Оны не қоректендіретінін көрсетіңіз
finding-parents_in_a_circle = parent_id бойынша жоғары жүргенде ({ $parent }) жол өзіне қайтып келеді; баланста бұл байланыс есепке алынбады. Оны не қоректендіретінін көрсетіңіз
finding-parents_unknown = тізілімдегі { $parents } parent_id үшін жол да, өз көрсеткіші де жоқ, соның ішінде { $first } ({ $of_first } есептегіш); олардың астындағы { $meters } есептегіш үшін баланс жасау мүмкін емес. Жоғары тұрған есептегіштердің көрсеткіштерін қосыңыз
finding-children_silent = астындағы { $all } есептегіштің { $silent } есептегішінде аралық дерек жоқ; баланста олар басқалары сияқты тұтынады деп алынды. Көрсеткіштерін қосыңыз
finding-children_coarse = астындағы { $n } есептегіш тәулігіне бір рет немесе одан сирек оқылады; баланста олардың энергиясы басқалардың сағаттары бойынша бөлінді
finding-ratio_doubtful = теңгерімсіздігі жүктемемен бірге техникалық шығыннан жылдам өседі (орташа жүктеменің { $share } бөлігі): трансформация коэффициентін және астындағы ірі тұтынушылардың есептегіштерін тексеріңіз
finding-mostly_silent = астындағы { $all } есептегіштің { $silent } есептегішінде аралық дерек жоқ, сондықтан бергенін олармен салыстыру мүмкін емес; баланс жасалмады. Көрсеткіштерін қосыңыз
finding-too_few_to_balance = өз сағаттары мен астындағылардың сағаттары { $days } күнге бар; бір апта керек. Баланс жасалмады. Трансформатордың тәуліктік көрсеткіштері жеткіліксіз
finding-wrong_parent = { $listed } астында көрсетілген, бірақ ондағы теңгерімсіздікте оның тұтынуы жетіспейді, ал { $feeds } астында артық; ол { $feeds } астында есептелді. Желіні тексеріп, parent_id мәнін түзетіңіз
finding-parent_doubtful = { $listed } астында көрсетілген, бірақ ондағы теңгерімсіздікте оның тұтынуы жетіспейтін сияқты, ал еш жерде артық емес; ештеңе өзгертілмеді. Оны не қоректендіретінін тексеріңіз

## Файл қалай оқылады, `check` жауабында

finding-fact_rows = жолдар
finding-fact_meter = есептегіш
finding-fact_time = уақыт
finding-fact_time_of_day = тәулік уақыты
finding-fact_end = соңы
finding-fact_date_order = күн реті
finding-fact_clock = сағат
finding-fact_stamp = белгі
finding-fact_value = мән
finding-fact_unit = бірлік
finding-fact_decimal = ондық белгі
finding-fact_thousands = мыңдықтар
finding-fact_multiplier = көбейткіш
finding-fact_factor = коэффициент
finding-fact_quality = сапа
finding-fact_rows_read = қай жолдар
finding-fact_encoding = кодтау
finding-fact_header = тақырып
finding-as_it_is = { $value }
finding-rows_long = жол — бір аралық
finding-rows_register = жол — өспелі көрсеткіш
finding-rows_wide = жол — бір сәт, { $n } бағанның әрқайсысы — есептегіш
finding-rows_daily = жол — есептегіштің бір тәулігі, { $minutes } минуттық { $n } баған
finding-rows_dates = жол — есептегіш, { $n } бағанның әрқайсысы — бір күн
finding-named_column = `{ $column }` бағаны
finding-two_columns = `{ $first }` және `{ $second }` бағандары
finding-columns_added = { $columns } бағаны
finding-name_of_file = файлдың немесе қалтаның аты, мұнда { $name }
finding-names_of_columns = мәндер бағандарының аттары
finding-time_in_column = `{ $column }` бағаны, { $form ->
    [zoned] белдеуі бар уақыт белгілері
    [unzoned] белдеуі жоқ уақыт белгілері
    [text_zoned] ығысуы бар мәтін
    [text_unzoned] белдеуі жоқ мәтін
    [seconds] 1970 жылдан бергі секундтар
    [parts] 1970 жылдан бергі секунд бөліктері
    [digits] цифрмен жазылған күндер
   *[serial] электрондық кестенің күн нөмірлері
}
finding-day_of_folder = қалта атындағы күн
finding-day_first = күн айдан бұрын (dmy)
finding-month_first = ай күннен бұрын (mdy)
finding-clock_instants = сәттер, белдеуге тәуелсіз
finding-clock_utc = { "UTC" }
finding-clock_standard = { $zone } белдеу уақыты жыл бойы
finding-clock_local = { $zone } жергілікті уақыты, сағат ауысуымен
finding-clock_as_written = жазылғандай: белдеу берілмеген
finding-stamp_start = уақыт аралықтың басын білдіреді
finding-stamp_end = уақыт аралықтың соңын білдіреді
finding-mark_point = нүкте
finding-mark_comma = үтір
finding-mark_space = бос орын
finding-mark_apostrophe = апостроф
finding-not_any = жоқ
finding-times_column = әр мән `{ $column }` бағанына көбейтіледі
finding-only_where = тек { $conditions } болғанда
finding-column_is = `{ $column }` ішінде { $texts }
finding-after_lines = { $n } жолдан кейін
finding-by_columns = бағандары бойынша
finding-by_column_name = бағанның аты бойынша
finding-by_folder_name = қалтаның аты бойынша
finding-by_name_and_cells = бағанның аты мен ұяшықтары бойынша
finding-by_first_bytes = алғашқы байттары бойынша
finding-times_say_so = уақыттың өзі солай дейді
finding-format_says_so = формат солай дейді
finding-file_says_so = файл солай дейді
finding-zone_given = берілген белдеу
finding-times_stay = белдеусіз уақыт сол күйінде қалады
finding-nothing_shows_end = соңын білдіретіні ештеңеден көрінбейді; кВт өзгермейді
finding-unit_in_name = бағанның атында
finding-multiplier_by_name = бағанның аты бойынша; мәндер көбейтіліп қойған болса, "none" деп беріңіз
