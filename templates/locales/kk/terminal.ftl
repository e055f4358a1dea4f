# Терминалда `detect` пен `explain` не шығарады.

terminal-read = Оқылғаны: { $read }.
terminal-read_rows = { $meters } бойынша { $rows }
terminal-rows = { $n ->
    [one] { $shown } жол
   *[other] { $shown } жол
}
terminal-span = { $n ->
    [one] { $days } ({ $shown } күн)
   *[other] { $days } ({ $shown } күн)
}
terminal-suspects = { $title }; алдымен қосулылары, ең күдіктілері бірінші:
terminal-no_suspects = { $among } ішінде күдікті орын жоқ: әрқайсысының қате болу ықтималдығы { $share } шамасынан асар еді.
terminal-highest = Күдікті емес, бірақ бағасы ең жоғарылары:
terminal-column-number = №
terminal-column-meter = есептегіш
terminal-column-score = бағасы
terminal-column-kind = неге ұқсайды
terminal-column-rig = қуаты, кВт (аралығы)
terminal-column-machines = майнер (ASIC) саны
terminal-column-since = қай күннен
terminal-column-chance = онда ферма бар
terminal-column-visit = сапар үстінен түседі
terminal-none_on = Деректер соңында ешқайсысы қосулы емес.
terminal-ended = Тоқтаған: ферма қайта қосылса ғана сапар бірдеңе табады.
terminal-before = { $day } дейін
terminal-before_data = деректерге дейін
terminal-more = { $n ->
    [one] Тағы { $shown } күдікті орын { $file } файлында.
   *[other] Тағы { $shown } күдікті орын { $file } файлында.
}
terminal-written = { $folder } қалтасына жазылды:
terminal-file-report = әр күдікті орынның сызбалары, браузерге арналған
terminal-file-suspects = мекенжайы және тізілім деректерімен күдікті орындар, электрондық кестеге арналған (.csv, .geojson, .parquet түрінде де бар)
terminal-file-scores = тізімдегі орны және белгілерімен барлық есептегіштер
terminal-file-findings = деректерде не табылды
terminal-file-run = бастапқы файлдар, баптаулар, нұсқалар, сандар
terminal-why = Есептегіш неге осы орында тұр:
terminal-caution = Баға — белгі ғана, дәлел емес: күдікті тек барып тексеру растайды немесе жоққа шығарады.

terminal-findings = Табылғандар код бойынша:
terminal-no_findings = Ештеңе табылмады.
terminal-column-severity = маңызы
terminal-column-count = саны
terminal-column-code = код
terminal-example = мысалы, { $finding }
terminal-left_out = өткізілді: { $finding }
terminal-of_meter = есептегіш { $meter }

explain-head = { $meter }: күдік бағасы { $score }, { $all } жолдың № { $rank }
explain-kind = неге ұқсайды
explain-chance = ықтималдығы
explain-visit = сапар
explain-rig = қуаты
explain-machines = майнер (ASIC) саны
explain-onset = басталуы
explain-ended = аяқталуы
explain-last_seen = соңғы жұмыс күні
explain-energy = энергия
explain-peers = ұқсастары
explain-chance_by_data = { $chance }: тек деректер бойынша онда ферма бар не болған
explain-visit_finds = { $chance }: деректерден екі апта кейінгі сапар оның жұмысының үстінен түседі
explain-reasons = Белгілер (салмағы — мүмкіндіктер логарифмі: + майнингті қолдайды, - қарсы)
explain-none = жоқ
explain-rivals = Тағы не болуы мүмкін (әрқайсысы өз алдына, 0-ден 1-ге дейін)
explain-mining = майнинг
explain-no_days = Есептеуде бұл есептегіштің күндері жоқ.
explain-by_week = Апталар бойынша негізгі жүктеме (тәуліктік 5-процентильдердің орташасы), { $days }
explain-by_month = Айлар бойынша негізгі жүктеме (тәуліктік 5-процентильдердің орташасы), { $days }
explain-mean_day = Соңғы { $days } күннің орташа күні, 00:00–24:00
explain-too_coarse = мұндай сирек көрсеткіштерден айту мүмкін емес
explain-range = { $low } … { $high } кВт

terminal-files = { $n ->
    [one] { $shown } файл
   *[other] { $shown } файл
}
terminal-days = { $n ->
    [one] { $shown } күн
   *[other] { $shown } күн
}
terminal-points = { $n ->
    [one] { $shown } есепке алу нүктесі
   *[other] { $shown } есепке алу нүктесі
}
terminal-transformers = { $n ->
    [one] { $shown } трансформатор
   *[other] { $shown } трансформатор
}
terminal-rigs = { $n ->
    [one] { $shown } ферма
   *[other] { $shown } ферма
}
terminal-look_alikes = { $n ->
    [one] { $shown } ұқсас тұтынушы
   *[other] { $shown } ұқсас тұтынушы
}
terminal-tips = { $n ->
    [one] { $shown } хабарлама
   *[other] { $shown } хабарлама
}
terminal-and_more = { $n ->
    [one] және тағы { $shown }
   *[other] және тағы { $shown }
}

terminal-digested = Жинақталды: { $read }; { $folder } қалтасына жазылды.

terminal-verified = { $folder }: { $holds }, { $files }, бәрі жазылған күйінде.
terminal-damaged = { $folder }: { $holds }, { $files }, соның { $damaged } бүлінген немесе жоқ:
terminal-left_alone = hashwatt жазбаған, тиілмеді:
terminal-verify_store = Жиынтықтары қоймада; оны да тексеріңіз: hashwatt verify { $store }
terminal-replayed = Қайталанды: { $files }, { $record } жазғанмен байтпа-байт бірдей.
holds-run = hashwatt есептеуі
holds-store = тәуліктік жиынтықтар қоймасы
holds-triage = хабарламаларға жауаптар
holds-backtest = тексеру кестелері
holds-district = модельдік аудан
holds-workspace = hashwatt аяқталмаған есептеуі

terminal-simulated = { $points }, үстінде { $transformers }; { $first } бастап { $days }, { $minutes } минуттан, белдеуі { $zone }, seed { $seed }: { $rows }.
terminal-planted = { $rigs }, { $look_alikes }, есепке алынбаған жүктемесі бар { $transformers }, { $tips }; қайсысы екенін { $file } айтады.
terminal-files_written = Жазылды:
terminal-to_run = Есептеуді іске қосу:

terminal-triaged = { $tips }: расталады { $supported }, расталмайды { $not_supported }, бағалау мүмкін емес { $not_judgeable }.
terminal-column-tip = хабарлама
terminal-column-rank = №
terminal-column-answer = деректер
terminal-column-kw = қуаты
terminal-column-place = мекенжайы
terminal-triage_written = Жазылды: { $file }, әр хабарламаға бір бет { $folder } ішінде
terminal-tip_caution = Хабарлама — пікір; деректердің оған айтқаны — белгі, дәлел емес.

check-rows = жолдар
check-meters = есептегіштер
check-span = кезең
check-interval = аралық
check-zone = белдеу
check-completeness = толықтығы
check-estimated = есептік
check-energy = энергия
check-complete = күтілген аралықтардың { $share } бөлігі бар
check-estimated_share = аралықтардың { $share } бөлігі
check-minutes = { $minutes } мин
check-n_meters = { $n ->
    [one] { $shown } есептегіш
   *[other] { $shown } есептегіш
}
check-no_zone = берілмеген: уақыт сол күйінде алынады, әр тәулікте 24 сағат. Жергілікті уақыт болса, --timezone Аймақ/Қала деп беріңіз, мысалы --timezone Asia/Almaty
check-consumption = ортадағы есептегіште айына { $median } кВт·сағ, ең азы { $least }, ең көбі { $most } ({ $meters }). Ортадағы есептегіш тәулігіне { $day } кВт·сағ тұтынады; көп үй 3-тен 30-ға дейін тұтынады. Солай ма?
check-consumption_of_one = айына { $median } кВт·сағ. Жалғыз есептегіш тәулігіне { $day } кВт·сағ тұтынады; көп үй 3-тен 30-ға дейін тұтынады. Солай ма?
check-other_units = Мәндердің { $unit } бірлігі — болжам: { $others } болар еді.
check-if_they_are = олар { $unit } болса, { $kwh } кВт·сағ
check-worst = Ескертуі ең көп есептегіштер, { $all } ішінен { $shown }:
check-column-findings = табылған
check-column-codes = кодтар
check-how = { $n ->
    [0] { $name } қалай оқылады:
    [one] { $name } (және тағы { $shown } файл) қалай оқылады:
   *[other] { $name } (және тағы { $shown } файл) қалай оқылады:
}
check-certain = белгілі
check-guessed = болжанған
check-accepted = қабылданған, бірақ басқа оқылуы да дерлік сондай ықтимал
check-stated = берілген
check-rows_as_read = оқылған жолдар: жазылған ұяшықтар, содан кейін есептегіш, жергілікті басы және энергия
check-row = { $row } жол
check-counter_at = көрсеткіш { $read }
check-no_value = мән жоқ
check-more_ways = { $n ->
    [one] және басқа файлдар үшін тағы { $shown } оқу тәсілі
   *[other] және басқа файлдар үшін тағы { $shown } оқу тәсілі
}
check-mapping = Баптау файлына қоятын блок; онымен ештеңе болжанбайды:
check-guess = болжанған { $key } = { $value }: { $reason }
check-accept = қабылданған { $key } = { $value }: { $reason }
check-verdict = { $n ->
    [0] Қорытынды: дайын
    [one] Қорытынды: дайын, { $shown } болжаммен
   *[other] Қорытынды: дайын, { $shown } болжаммен
}{ $skipped ->
    [some] ; не өткізілгенін табылғандар айтады
   *[none] { "" }
}.
check-not_readable = Қорытынды: оқылмайды. { $cure }.

# The evidence file of a place.
terminal-evidence = { $file } файлына жазылды. Соңғы қосынды; оны бөлек сақтаңыз:
    { $sum }
terminal-evidence_verified = { $file }: { $meter } бойынша материалдар жасалған күйінде: буын саны { $links }, соңғы қосынды { $sum }.
terminal-evidence_damaged = { $file }: { $meter } бойынша материалдар жасалған күйінде емес:
