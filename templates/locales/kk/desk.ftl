# Сол сөздер қазақша.
skip = Мазмұнға өту
menu = Беттер
menu-list = Тізім
menu-map = Карта
menu-visits = Тексеріс сапарлары
menu-moved = Не өзгерді
menu-watched = Жабылған орындар
menu-verdicts = Шешімдер (CSV)
menu-report = Есеп
menu-people = Адамдар мен бағдарламалар
menu-access = Қолжетімділік журналы
language = Тіл
no-login = Кірусіз: порт бәріне ашық
login = Кіру
logout = Шығу
login-intro = Бір есептеудің күдікті орындары және олармен жұмыс.
login-failed = Аты не құпиясөзі дұрыс емес, немесе тіркелгі жабық.
name = Аты
password = Құпиясөз
role = Рөлі
role-viewer = Бақылаушы
role-tip_desk = Хабарлама қабылдаушы
role-analyst = Талдаушы
role-administrator = Әкімші
not-guilt = Дерек — кінә емес.
not-guilt-long = Күдік дегеніміз — барып көруге тұрарлық орын. Баға есептегіш деректерін таразылайды және адам туралы ештеңе дәлелдемейді. Оны тек тексеріс растай немесе жоққа шығара алады.

unit-kw = кВт
unit-kwh = кВт·сағ
unit-mwh = МВт·сағ
save = Сақтау
cancel = Болдырмау
day = Күн

list-title = Күдік дәрежесі бойынша тізім
list-found = { $n ->
    [one] { $shown } жол
   *[other] { $shown } жол
}
pages = Тізім беттері
page-before = Артқа
page-after = Әрі қарай
filter-all = барлығы
filter-search = Іздеу
filter-search-hint = есептегіш, мекенжай, трансформатор
filter-score = Бағасы кемінде
filter-kw = кВт кемінде
filter-sort = Реті
filter-show-all = тексеру тізімінен тысқарылары да
filter-apply = Сүзу
filter-clear = Тазарту
views = Сақталған көріністер
views-name = Атауы
views-save = Осы көріністі сақтау
views-forget = Ұмыту
columns = Бағандар
columns-apply = Осыларды көрсету
export-list = CSV-ге
# Ends of an interval, as names of columns in a spreadsheet.
csv-low = { $name }, бастап
csv-high = { $name }, дейін
keys = Пернелер: j және k — төмен, жоғары; Enter — ашу; 1–4 — шешім; ? — барлық пернелер
# The keys of the desk, shown by "?".
keys-title = Пернелер
keys-move = келесі және алдыңғы жолға; орынның бетінде — тізімдегі көршілеріне
keys-open = таңдалған жолды ашады
keys-decide = күдікті, расталды, жоққа шығарылды, тізімде болмаған
keys-help = осы пернелер
keys-close = Жабу
# Instead of the way, where places have no coordinates. $energy has its unit.
visits-facts_unknown = { $n ->
    [one] Жол белгісіз: { $shown } орынның координаттары жоқ. Бір жылда күтілетіні: { $energy }
   *[other] Жол белгісіз: { $shown } орынның координаттары жоқ. Бір жылда күтілетіні: { $energy }
}
sort-place = сапарларға: алдымен қосулылары
sort-rank = бағасы бойынша
sort-kw = қуаты бойынша, алдымен үлкендері
sort-onset = басталуы бойынша, алдымен жаңалары
sort-energy = басталғаннан бергі энергия бойынша
sort-recoverable = сапар қайтаратын энергия бойынша
sort-burden = трансформатор жүктемесі бойынша
sort-meter = есептегіш бойынша
column-place = №
column-rank = Бағасы бойынша орны
column-meter = Есептегіш
column-score = Бағасы
column-kind = Неге ұқсайды
column-rig = Қондырғы
column-machines = Майнер (ASIC) саны
column-onset = Басталуы
column-ended = Аяқталуы
# Whether the rig is on at the end of the data.
column-on = Қосулы ма
column-visit_chance = Сапар үстінен түседі
column-chance = Онда ферма бар
column-expected_false = Осы жолға дейінгі қате
column-energy = Басталғаннан бергі энергия
column-money = Тариф бойынша
column-recoverable = Сапар бір жылда қайтарады
column-zone = Аймақ
column-transformer = Трансформатор
column-burden = Трансформатордың ең жоғары жүктемесі
column-address = Мекенжай
column-status = Күйі
column-assignee = Орындаушы
assignee-nobody = ешкім
onset-before = деректен бұрын
ended-not = әлі қосулы

kind-none = ештеңе ерекшеленбейді
kind-metered_farm = есептегіштегі тегіс жүктеме
kind-unmetered_load = есептегіштен тыс жүктеме
kind-under_registering_meter = есептегіш бір бөлігін ғана есептейді
kind-activity_mismatch = жүктеме тіркелген қызметке ұқсамайды
kind-over_declaration = мәлімделгеннен көп
kind-restarted_farm = жүктеме қайта басталды

status-new = жаңа
status-open = жұмыста
status-suspected = күдікті
status-visit_requested = сапар тағайындалды
status-visited = сапар болды
status-confirmed = расталды
status-rejected = жоққа шығарылды
status-missed = тізімде болмаған
status-closed = жабылды
status-restarted = қайта тұтынады

verdict-suspected = Күдікті
verdict-confirmed = Расталды
verdict-rejected = Жоққа шығарылды
verdict-missed = Тізімде болмаған

visit-farm_found = ферма табылды
visit-nothing_found = ештеңе табылмады
visit-no_access = кіргізбеді
visit-other_cause = басқа себеп

action-verdict = Шешім
action-assign = Орындаушы
action-note = Жазба
action-visit_requested = Сапар күні
action-visit_result = Сапар нәтижесі
action-closed = Жабылған күні

near = Көрші жолдар
back-to-list = Тізімге оралу
line-before = Жоғарғы жол (k)
line-after = Төменгі жол (j)
not-listed = тексеру тізімінде жоқ
# Titles of the parts of a list.
part-on = Қосулы: сапар үстінен түсуі мүмкін
part-ended = Тоқтаған: ферма қайта қосылса ғана сапар бірдеңе табады
part-unlisted = Тексеру тізімінде жоқ
fact-address = Мекенжай
fact-zone = Аймақ
fact-rig = Қондырғы
fact-machines = Майнер (ASIC) саны
fact-onset = Басталуы
fact-ended = Аяқталуы
fact-last_seen = Соңғы жұмыс күні
fact-chance = Онда ферма бар не болған ықтималдығы
fact-visit_chance = Сапар оның жұмысының үстінен түсу ықтималдығы
fact-expected-false = Осы жолға дейінгі қате
fact-energy = Басталғаннан бергі энергия
fact-money = Тариф бойынша
fact-recoverable = Сапар бір жылда қайтарады
fact-burden = Трансформатордың ең жоғары жүктемесі, номиналға шаққанда
fact-activity = Тіркелген қызметі
fact-premises = Үй-жай
fact-tariff = Тариф
fact-contracted = Шарттағы қуат
fact-declared = Мәлімделген майнинг
fact-licence = Лицензия
fact-peers = Ұқсас тұтынушылар
peers-share = { $group }; өзін қосқанда, олардың { $share } бөлігінің бағасы одан төмен емес
reasons = Белгілер
reasons-words = Өлшенген мән мен шек
reasons-weight = Салмағы
reasons-note = Салмақ — мүмкіндіктер логарифміне қосатын үлесі; нөлден төмен болса, майнингке қарсы айтады.
rivals = Тағы не болуы мүмкін
rivals-name = Түсіндірме
rivals-fit = Сәйкестігі, 0-ден 1-ге дейін
rival-mining = майнинг (бағаның өзі)
rival-storage_heating = жинақтаушы жылыту
rival-floor_heating = жылы еден
rival-heat_pump = жылу сорғысы
rival-ev_charging = көлік зарядтау
rival-servers = серверлер
rival-cold_store = тоңазытқыш қойма
rival-telecom_site = байланыс торабы
rival-street_lighting = көше шамдары
rival-bakery = наубайхана
rival-grow_lights = өсімдік шамдары
rival-pumps = сорғылар
rival-moving_in = жаңа тұрғындар
rival-empty_flat = бос пәтер
rival-stuck_channel = тұрып қалған көрсеткіш
rival-holiday_home = саяжай
rival-building_dryer = құрылыс кептіргіші
rival-dehumidifier = ауа құрғатқыш
rival-oxygen_concentrator = оттегі концентраторы
rival-pool_pump = бассейн сорғысы
rival-air_conditioning = кондиционер
rival-water_heater = су жылытқыш
rival-laundry = кір жуу орны
work = Осы орын бойынша жұмыс
work-look-only = Сіздің рөліңіз тек қарайды; талдаушылар шешеді.
reason = Негіздеме
save-verdict = Шешімді сақтау
save-verdict-next = Сақтап, келесісіне өту
history = Тарихы
history-none = Әзірге ешкім ештеңе жазбаған.
words-hidden = (орындармен бірге жасырылған)
gone = Бұл есептеуде есептегіш жоқ. Оның ісі сақталады.
gone-last-line = Соңғы жолы, { $when } ашылған есептеуде: { $rank }-орын, баға { $score }, ферма { $kw }.
gone-no-line = Бұрынғы есептеулердің ешқайсысында оның жолы сақталмаған.
visits-gone = Бару сұралған, бірақ бұл есептеуде есептегіш жоқ, сондықтан бағыт жоспарланбады:
list-gone = { $n ->
    [one] есептегіші бұл есептеуде жоқ { $shown } іс
   *[other] есептегіштері бұл есептеуде жоқ { $shown } іс
}
tree = Желідегі орны
tree-none = Тізілімде трансформатор көрсетілмеген.
tree-more = { $n ->
    [one] және астында тағы { $shown }
   *[other] және астында тағы { $shown }
}
linked = бірге қосылып, бірге өшеді
charts = Сызбалар
charts-none = Есептеуде бұл есептегіш туралы сызатын ештеңе сақталмаған.
days = Күндер
days-show = Күндерді көрсету
days-none = Есептеуде бұл есептегіштің күндері сақталмаған.
days-mean = Орташа, кВт
days-base = Негізгі жүктеме (p05), кВт
days-peak = Ең жоғары, кВт
days-intervals = Өлшенген аралықтар

chart-base_load = Негізгі жүктеме (5-процентиль) мен орташа қуат уақыт бойынша
chart-heat_map = Күн мен сағат бойынша жүктеме
chart-mean_day = Орташа күн: дейін және кейін
chart-duration = Жүктеме ұзақтығының қисығы
chart-residual = Трансформатордың есептегіштер мен шығыннан артық бергені

map-title = Трансформаторлар мен күдікті орындар
map-note = Тізілімдегі координаттар бойынша, карта серверінсіз. Дөңгелекпен үлкейту, сүйреп жылжыту, шертіп ашу.
map-none = Тізілімде координаттар жоқ.
map-hidden = Сіздің рөліңіз орындарды көрмейді.
map-suspects = күдікті орындар
map-transformers = трансформаторлар
map-east = бойлық
map-north = ендік
map-save = сурет етіп сақтау
map-below = { $n ->
    [one] астында { $shown } орын
   *[other] астында { $shown } орын
}

moved-title = Алдыңғы есептеуден бері не өзгерді
moved-first = Бұл — осындағы алғашқы есептеу; келесісі онымен салыстырылады.
moved-found = { $n ->
    [one] { $shown } жол өзгерді
   *[other] { $shown } жол өзгерді
}
moved-how = Өзгеріс
moved-before = Бұрын
moved-now = Қазір
moved-rank = { $rank }-орын
move-risen = тексеру тізіміне жаңадан түсті
move-fallen = тексеру тізімінен шықты
move-gone = есептеуде жоқ
move-grown = көбірек тұтынады
move-shrunk = азырақ тұтынады

watched-title = Жабылған орындар
watched-note = Жабылған орындар бақылауда болады; қайта тұтынатыны бірінші тұрады.
watched-none = Әзірге ештеңе жабылған жоқ.

visits-title = Сапарлар жиыны
visits-note = Ферма қосулы орындар; жұмсалған сағатқа ең көп энергия қайтаратындары бірінші: сапардың жұмыс істеп тұрған ферманың үстінен түсу ықтималдығы × оның жылдық шығыны; әр орынға бір сағат, араларында 20 км/сағ.
visits-n = Сапар саны
visits-inspectors = Инспектор саны
visits-plan = Жоспарлау
visits-inspector = { $n }-инспектор
visits-facts = { $km } км, { $hours } сағ, бір жылда { $energy } қайтады деп күтіледі
visits-tick = Сапар тағайындау
visits-day = Мерзімі
visits-request = Белгіленгендерін тағайындау
visits-none = Мұнда баратын орын қалмады.

people-in = Кіру рұқсаты
people-add = Рұқсат беру
people-keep-out = Рұқсатты жабу
people-let-in = Рұқсатты ашу
tokens = Бағдарлама кілттері
tokens-note = Бағдарлама кілтін Authorization: Bearer тақырыбында жібереді. Не сұрай алатыны мұнда сипатталған:
tokens-scopes = Не істей алады
tokens-made = Жасаған
tokens-revoked = қайтарып алынды
tokens-make = Кілт жасау
token-once = Кілт бір-ақ рет көрсетіледі:

access-title = Кім нені қарады
access-about = Адам, есептегіш немесе нысан
access-at = Қашан
access-from = Қайдан
access-what = Не істеді
access-subject = Нысан
access-login = кірді
access-login_failed = кіре алмады
access-login_throttled = кіру кідіртілді
access-refused = { $name } ({ $n }×)
access-logout = шықты
access-suspect = орынды ашты
access-export_list = тізімді жүктеді
access-export_visits = сапарларды жүктеді
access-export_verdicts = шешімдерді жүктеді
access-export_report = есепті алды
access-person_put = рұқсат берді
access-person_let_in = рұқсатты қайта ашты
access-person_kept_out = рұқсатты жапты
access-token_made = кілт жасады
access-token_revoked = кілтті қайтарып алды
access-api_list = бағдарлама тізімді оқыды
access-api_suspect = бағдарлама орынды оқыды
access-api_cases = бағдарлама істерді оқыды
access-api_case = бағдарлама істі оқыды

menu-tips = Хабарламалар
tip = Хабарлама
tips-title = Қоңырау қабылдау
tips-note = Қоңырау шалушының сөзі — мәлімдеме. Ол айтқанды көрсететінін есептегіштер айтады.
tips-typed = Не айтылғанын немесе қай жер екенін жазыңыз; жауап осында бірден шығады.
tips-last = Соңғы хабарламалар
tips-none = Мұнда әлі бірде-бір хабарлама қабылданған жоқ.
tips-on = Осы жер туралы хабарламалар
tips-on-none = Бірде-бір хабарлама осы жерді көрсетпейді.
tip-text = Қоңырау шалушы не дейді
tip-address = Мекенжай, айтылғандай
tip-meter = Есептегіш нөмірі
tip-transformer = Трансформатор
tip-lat = Ендік
tip-lon = Бойлық
tip-mark = Картадағы белгі
tip-claim = Мәлімдеме
tip-day = Қоңырау күні
tip-caller = Кім қоңырау шалды, атын айтқысы келсе
tip-caller-name = Қоңырау шалушының аты
tip-caller-phone = Қоңырау шалушының телефоны
tip-caller-note = { $n ->
    [one] Хабарламадан бөлек сақталады, тек әкімшілерге көрінеді, { $shown } күннен кейін жойылады.
   *[other] Хабарламадан бөлек сақталады, тек әкімшілерге көрінеді, { $shown } күннен кейін жойылады.
}
tip-save = Хабарламаны сақтау
tip-answer = Есептегіштер не дейді
tip-places = Айтылуы мүмкін жерлер
tip-by = Қалай табылды
tip-confidence = Осы жер болу ықтималдығы
tip-data = Деректер
tip-chance = Ферма ықтималдығы
tip-smallest = Мынадан бастап көрінер еді
tip-place = Жер, айтылғандай
tip-taken-by = Қабылдаған
tip-unknown = Тізілімде жоқ:
tip-others = { $n ->
    [one] Осы жер туралы тағы { $shown } хабарлама.
   *[other] Осы жер туралы тағы { $shown } хабарлама.
}
tip-flood = Екі аптада осы жер туралы хабарлама көп: бәрі бірге деректерден артық салмақ бермейді.
tip-then = Қабылданған кезде деректер мынаны айтты: { $answer }, ықтималдығы { $chance }.
tip-hand-over = Талдаушыға беру
tip-handed = Берілді:
tip-no-line = Бұл жерлердің ешқайсысы есептеуде жоқ.
tip-who-called = Кім қоңырау шалды
tip-deleted-on = Жойылатын уақыты
tip-forget = Қазір жою
tip-nobody = Атын айтпады немесе жойылған.
claim-any = сөзіне қарай
claim-mining = есептегіштегі майнинг
claim-bypass = есептегішті айналып өту
claim-tap = есептегішсіз қосылу
answer-supported = деректер қолдайды
answer-not_supported = деректер қолдамайды
answer-not_judgeable = айту мүмкін емес
said-supported = { $meter } деректері мұны қолдайды: ферма ықтималдығы { $chance }. Бұл — барып көруге тұрарлық жер, дәлел емес.
said-rig = Қуаты: { $kw }; басталуы: { $onset }; соңы: { $ended }.
said-not_supported = Деректер бұл жерді қамтиды және ферма көрсетпейді: { $kw } және одан жоғары он ферманың тоғызы көрінер еді.
said-not_supported-unknown = Деректер бұл жерді қамтиды және ферма көрсетпейді; қаншалықты кішісі көрінерін есептеу айта алмайды.
said-not_judgeable = Деректер бойынша айту мүмкін емес: { $why }.
why-no_place = тізілімде мұндай жер жоқ
why-no_data = бұл есептегіштің аралық деректері жоқ
why-too_short = өлшенген күндер тым аз
why-gaps = бос немесе бағаланған мәндер тым көп
why-no_residual = трансформатордың балансы жоқ
why-other_time = деректер бұл уақытты қамтымайды
matched-id = нөмірі бойынша
matched-address = мекенжайы бойынша
matched-words = сөздегі мекенжай бойынша
matched-place = картадағы белгі бойынша
matched-transformer = трансформаторы бойынша
tag-noise_day_and_night = күні-түні шу
tag-noise = шу
tag-fans = желдеткіштер
tag-heat = жылу
tag-melted_snow = еріген қар
tag-cable = кабель
tag-flickering_light = жыпылықтаған жарық
tag-past_the_meter = есептегішті айналып
tag-containers = контейнерлер
tag-machines = жабдық
tag-mining = майнинг
tag-nobody_lives_there = ешкім тұрмайды
tag-floor = қабат
tag-burning = күйік иісі
action-tip = Хабарлама берілді
access-tip = хабарламаны ашты
access-tip_taken = хабарлама қабылдады
access-tip_caller = кім қоңырау шалғанын көрді
access-caller_forgotten = кім қоңырау шалғанын жойды
error-place = Хабарламаға сөз немесе жер керек.
error-mark = Белгіге градуспен ендік пен бойлық керек, мысалы 43,24 және 76,90.

error-title = Орындалмады
error-forbidden = Сіздің рөліңізге бұл рұқсат етілмеген.
error-foreign-form = Бұл форма осы сеанстікі емес. Бетті жаңартып, қайталаңыз.
error-too-large = Бұл мұнда қабылданатын көлемнен ұзын.
error-not-found = Бұл мекенжайда ештеңе жоқ.
error-form = Форма бет ұсынғандай толтырылмаған.
# A field of a request: its name, and what its value must be (one of the texts below).
error-field = `{ $field }` өрісі: { $must } керек
must-one_of = { $values } немесе { $last }
must-day = ЖЖЖЖ-АА-КК түріндегі күн
must-day_or_empty = ЖЖЖЖ-АА-КК түріндегі күн немесе бос
must-number_or_empty = сан немесе бос
must-person_or_empty = осында кіре алатын адамның аты немесе бос
must-empty = бос болуы
must-words = негіздеме сөзбен: онсыз шешім мен жазба болмайды
error-password = Құпиясөз тым қысқа: 15 не одан көп таңба керек, сөйлем де жарайды.
error-self = Өзіңізге рұқсатты жаба алмайсыз.
error-changed = Сіз ашқаннан бері мұнда басқа біреу жазды. Бетті жаңартып, жаңасын оқып, содан кейін шешіңіз.
error-too-many = Тым көп әрекет. { $shown } с күтіңіз.
error-other-name = Бұл жұмыс орнына кіру үшін құпиясөз сұралмайды, сондықтан ол тек осы компьютердің аттарына жауап береді. http://127.0.0.1 мекенжайын портымен ашыңыз.
error-last-administrator = Адамдарды енгізетін біреу қалуы керек: алдымен басқа әкімші тағайындаңыз.
error-failed = Қате болды; ештеңе жартылай орындалған жоқ. Егжей-тегжейі журналда.

drawn-kw = кВт
drawn-hour = тәулік сағаты
drawn-base = негізгі жүктеме (5-процентиль)
drawn-mean = орташа қуат
drawn-meter = осы есептегіштің орташасы
drawn-residual_base = теңгерімсіздік: негізгі жүктеме
drawn-residual_mean = теңгерімсіздік: орташа
drawn-onset = басталуы
drawn-end = аяқталуы
drawn-missing = өлшенбеген
drawn-or_more = { $kw } және одан көп
drawn-before_onset = басталғанға дейін ({ $n } күн)
drawn-from_onset = басталғаннан бері ({ $n } күн)
drawn-before_end = аяқталғанға дейін ({ $n } күн)
drawn-after_end = аяқталғаннан кейін ({ $n } күн)
drawn-all = барлық күндер ({ $n })
drawn-before_onset_hours = басталғанға дейін ({ $n } сағ)
drawn-from_onset_hours = басталғаннан бері ({ $n } сағ)
drawn-before_end_hours = аяқталғанға дейін ({ $n } сағ)
drawn-after_end_hours = аяқталғаннан кейін ({ $n } сағ)
drawn-all_hours = барлық сағаттар ({ $n })
drawn-peers = ұқсас тұтынушылардың ортаңғы жартысы
drawn-peers_median = ұқсас тұтынушылардың медианасы
drawn-share_of_hours = сағаттар үлесі
drawn-reached_in = сағаттардың { $share } бөлігінде жетеді
drawn-fit = сәйкестігі, 0-ден 1-ге дейін
drawn-unknown = белгісіз
drawn-save = сурет етіп сақтау
drawn-to = { $from } – { $to }
drawn-about_heat_map = Күн мен сағат бойынша жүктеме, { $span }, 0-ден { $kw } дейін.{ $marks }
drawn-about_base_load = Күндік негізгі жүктеме мен орташа қуат, { $span }; орташасы { $kw }.{ $marks }
drawn-about_mean_day = Тәулік сағаты бойынша орташа қуат: { $curves }.
drawn-about_duration = Сағаттық жүктеме, үлкенінен кішісіне қарай: { $curves }.
drawn-about_residual = Трансформатордың есептегіштерден артық бергені, { $span }; орташасы { $kw }.{ $marks }
drawn-about_rivals = Түсіндірмелердің сәйкестігі: { $curves }.
drawn-about_curve = { $name }, { $low } – { $high }

# Work on many lines, taking back, due days, one's own password.
role-inspector = Инспектор
menu-field = Менің шығуларым
done = Сақталды:
undo = Қайтару (u)
take = Істі алу (t)
tick = Белгілеу
tick-all = Беттегі барлық жолды белгілеу
bulk = Бірден көп жолға
bulk-scope = Қай жолдарға
bulk-ticked = белгіленгендерге
bulk-all = тізімнің барлық жолына, барлық бетте
bulk-do = Не істеу
bulk-note = Бәрі жазылады немесе бірде-бірі; бір жолы ең көбі 5 000. Шешім мен жазбаға негіздеме керек.
filter-late = тек мерзімі өткендер
column-due = Мерзімі
action-due = Орындау мерзімі
action-undo = Қайтарылды
keys-save = сақтау; орын бетінде — шешім күткен келесі орынға өту
keys-take = істі алу: орындаушы — сіз
keys-undo = жаңа ғана жазғаныңызды қайтару
keys-bulk = таңдалған жолды белгілеу; көп жолға жазуды ашу
account = Сіздің кіруіңіз
account-password = Құпиясөзді ауыстыру
account-old = Қазіргі құпиясөз
account-new = Жаңа құпиясөз
account-again = Жаңа құпиясөз тағы бір рет
account-note = 15 таңба немесе одан көп, сөйлем де жарайды. Басқа сеанстарыңыз аяқталады.
account-differ = Жаңа құпиясөздер бірдей емес.
account-wrong = Қазіргі құпиясөз дұрыс емес.
account-done = Құпиясөз ауыстырылды. Басқа сеанстарыңыз аяқталды.
access-password_set = өз құпиясөзін ауыстырды
access-order = шығу тапсырмасын ашты

# The inspector's pages. A text of look-… says what to look for at a place of that kind.
field-none = Сізге тапсырылған шығу жоқ.
order = Шығу тапсырмасы
order-way = Жолды көрсету
order-evidence = Барлық белгілер
order-print = Басып шығару
order-no-address = Тізілімде мекенжай жоқ.
order-look = Неге қарау керек
order-look-always = Есептегіш көрсеткішін жазыңыз, пломбаларын тексеріңіз. Енгізудегі жүктемені есептегіш санағанымен салыстырыңыз. Көргеніңізді жазыңыз; ештеңені бөлшектемеңіз.
order-chart = Күндік орташа жүктеме
order-found = Не табылды
order-day = Күні мен уақыты
order-inspector = Инспектор
order-customer = Тұтынушы немесе куәгер
order-printed = Басып шығарылды
look-none = Деректе ерекше ештеңе жоқ; күндіз-түні не жұмыс істейтінін қараңыз.
look-metered_farm = Желдеткіші шулы майнерлер (ASIC), терезе не желдеткіштен шыққан жылы ауа, бір бөлмеге тартылған жуан кабель, күндіз-түні өзгермейтін жүктеме. Жылыту, тоңазытқыш қойма, сервер мен сорғы емес екенін тексеріңіз.
look-unmetered_load = Есептегіштерге дейін бөлінген кабель: трансформаторда, қалқанда, тік құбырда, тіректе. Сорғы, көше жарығы және тізілімге енбеген тұтынушы емес екенін тексеріңіз.
look-under_registering_meter = Есептегішті айналып өткен сым, өзгертілген не қызған қысқыштар, жұлынған пломба, басқа ток трансформаторы. Қысқыш өлшегішті есептегішпен салыстырыңыз.
look-activity_mismatch = Тіркелген қызмет жүріп жатыр ма және қасында күндіз-түні қандай жабдық жұмыс істейді.
look-over_declaration = Мәлімделген ферманың қанша майнері жұмыс істейді және енгізуде қанша тұтынады.
look-restarted_farm = Бұрын табылған орын қайта жұмыс істей ме: майнерлер, кабельдер, жылы ауа, қойылған пломбалар.
error-other-lines = Тізімде беттегіден басқа жолдар. Бетті жаңартып, қарап, қайталаңыз.
error-no-lines = Бірде-бір жол белгіленбеген.
error-too-many-lines = Жол 5 000-нан көп. Тізімді тарылтыңыз.

# Orders of the list.
sort-kind = түрі бойынша
sort-machines = майнер саны бойынша, көбінен
sort-ended = аяқталуы бойынша, кейінгісінен
sort-on = жұмыс істеп тұрғаны бойынша
sort-visit_chance = шығу табу ықтималдығы бойынша
sort-chance = ферма ықтималдығы бойынша
sort-expected_false = жалған саны бойынша
sort-money = басталғаннан бергі ақша бойынша
sort-zone = аймақ бойынша
sort-transformer = трансформатор бойынша
sort-address = мекенжай бойынша
sort-status = күйі бойынша
sort-assignee = орындаушы бойынша
sort-due = мерзімі бойынша, жақынынан

# The evidence file of a place.
evidence = Орын бойынша материалдар
evidence-quality = Есепке алынған энергия және дерек сапасы
evidence-days = Дерегі бар күн саны
evidence-registered = Барлық күнде есепке алынды
evidence-registered_since = Басталғаннан бері есепке алынды
evidence-expected = Күтілген аралық саны
evidence-measured = оның өлшенгені
evidence-estimated = оның бағаланғаны
evidence-how = Баға қалай алынды
evidence-how-long = Бағдарлама осы есептің есептегіштерінің көшірмелеріне ферма үлгілерін және оларға ұқсас жүктемелерді қосты, оларды ажыратуды үйренді және әр есептегішті оны да, көшірмесін де көрмеген үлгілермен бағалады. Салмақ — бір өлшемнің бағаға қосатыны. Ықтималдық қосылған фермалар мен қарапайым есептегіштердің бағасынан шығады. Ұқсас тұтынушылар — тізілімде бір класты, жүктемесі ұқсас.
evidence-sources = Бұл файл неге сүйенеді
evidence-source = Дереккөз
evidence-chain = Әр қосынды алдыңғысын да қамтиды: соңғысын өзгертпей ештеңені өзгертуге, қосуға не алып тастауға болмайды. Тексеру: hashwatt verify FILE --run RUN
evidence-sum = Барлық дереккөздің қосындысы
evidence-made = Жасалды
access-evidence = орын бойынша материалдарды алды
