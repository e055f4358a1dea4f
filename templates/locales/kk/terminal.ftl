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
terminal-column-place = №
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
