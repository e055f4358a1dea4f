# Есептеу туралы есеп (report.html) және кітап пен терминалға ортақ сөздер.

# $kw бірлігімен бірге; $low мен $high — сол бірліктегі сандар.
words-rig = { $kw } ({ $low }{ "\u00A0" }…{ "\u00A0" }{ $high })
words-machines = { $low }–{ $high }
words-onset_before = деректер басталғанға дейін
words-ended_not = деректер соңында әлі қосулы
# In a cell of a list: whether a rig is on, or the last day it was seen on.
words-on = қосулы
words-off = өшірулі
words-until = { $day } дейін
# What the contract allows, and the draw of the rig; both with their unit.
words-above_contract = { $contract }; ферманың өзі ғана { $kw } алады
words-no_days = бірде-бір күн жоқ
words-suspects = { $n ->
    [one] { $shown } күдікті орын
   *[other] { $shown } күдікті орын
}
# Одан кейін «ішінде» тұрады.
words-meters = { $n ->
    [one] { $shown } есептегіш
   *[other] { $shown } есептегіш
}
words-residuals = { $n ->
    [one] { $shown } теңгерімсіздік
   *[other] { $shown } теңгерімсіздік
}
words-meters_and_residuals = { $meters } және { $residuals }
words-false_leads = { $n ->
    [one] { $shown } күдікті орынның шамамен { $expected } қате болады деп күтіледі.
   *[other] { $shown } күдікті орынның шамамен { $expected } қате болады деп күтіледі.
}
words-sensitivity = Осы есептегіштердің көшірмелеріне енгізілген қондырғылардан { $found ->
    [both] { $most } кВт-тан бастап оннан тоғызы, { $half } кВт-тан бастап жартысы
    [most] { $most } кВт-тан бастап оннан тоғызы
    [half] { $half } кВт-тан бастап жартысы
   *[none] ең ірілерінің де жартысынан азы
} тексеру тізіміне түседі.

rival-street_lighting_without_a_meter = есептегішсіз көше шамдары
rival-meter_missing_in_the_data = деректерде есептегіш жоқ
rival-wrong_transformer_ratio = ТТ коэффициенті қате

group-residuals = теңгерімсіздіктер
group-not_judged = бағаланбаған

class-transformer = трансформатор
class-feeder = фидер
class-substation = қосалқы станция

severity-note = ескертпе
severity-warning = ескерту
severity-skipped = өткізілді

input-readings = көрсеткіштер
input-register = тізілім
input-weather = ауа райы
input-events = оқиғалар
input-verdicts = шешімдер

# Questions about what was guessed. $kwh is a number; $from and $to are clock hours such as 03:00.
asked-unit = Мәндердің бірлігі болжаммен { $unit } деп алынды. Сонда әдеттегі есептегіш тәулігіне { $kwh } кВт·сағ жұмсайды; үйлердің көбі 3-тен 30-ға дейін жұмсайды. Бұл дұрыс па? Дұрыс болмаса, [[readings]] ішінде unit көрсетіңіз.
asked-zone = Уақыт белдеуі көрсетілмеген. Деректер сағаты бойынша әдеттегі есептегіш ең аз қуатты { $from } мен { $to } аралығында алады; үйлердің көбі — 02:00 мен 05:00 аралығында. Бұл дұрыс па? Дұрыс болмаса, --timezone не [[readings]] ішінде clock көрсетіңіз.

report-title = { $among } ішінде { $suspects }
report-none = Тексеру тізімінде бірде-бір есептегіш жоқ. Бұл ферма жоқ екенін дәлелдемейді.
report-where_it_stops = Тізім жолдың қате болу ықтималдығы { $share } шамасынан асатын жерде тоқтайды. Тексеру тізімінен тыс жерде де фермалар болуы мүмкін, бірақ ондағы деректер әлсіздеу. Барлық бағалар scores.parquet файлында.
report-data = Деректер
report-time_zone = Уақыт белдеуі
report-no_time_zone = көрсетілмеген: тәулік 24 сағ
report-n_meters = Деректері бар есептегіштер
report-n_meter_days = Есептегіш бойынша тәулік
report-inputs = Бастапқы файлдар
report-seed = Бастапқы сан
report-found = Деректерде не табылды:
report-finding = Табылғанның коды
report-severity = Маңызы
report-how_many = Саны
report-search_hint = есептегіш, мекенжай
report-kind = Түрі
report-kw_from = Қуаты кемінде
report-score_from = Бағасы кемінде
report-reset = Тазарту
report-shown = { $all } жолдың { $shown } көрсетілген
report-column-rig = Қуаты (аралығы)
report-place = Мекенжай
report-at = { $parent } қасында
report-charts_left_out = Сызбалар алғашқы { $shown } орын үшін салынған; қалған { $others } орынның белгілерін `hashwatt explain RUN METER` шығарады.
report-lines_left_out = { $n ->
    [one] Тізімде { $lines } жол бар; тағы { $shown } жол suspects.csv файлында.
   *[other] Тізімде { $lines } жол бар; тағы { $shown } жол suspects.csv файлында.
}
report-score_and_kind = бағасы { $score }, { $kind }
report-flat_load = тегіс жүктеме
report-energy = Деректер аралығындағы энергия
report-tariff = Тариф тобы
report-peers = Ұқсас тұтынушылар тобы
report-rivals_note = Әр түсіндірме өз алдына бағаланады; қосындысы бірге тең емес.
report-no_script = Сызбаларды беттің өз скрипті салады, бұл бағдарлама оны орындамайды.
report-chart-base_load = Негізгі және орташа жүктеме уақыт бойынша
report-chart-zoom = үлкейту: Ctrl мен дөңгелек немесе төмендегі жолақ
report-chart-heat_map = Күн (оңға) мен тәулік сағаты (төмен) бойынша жүктеме; жолақ-жолақ жер өлшенбеген
report-chart-no_hours = Сағаттық деректер жоқ: есептеуде бұл есептегіштің тәуліктен қысқа аралықтары сақталмаған.
report-chart-residual = Трансформаторының есептегіштер мен шығыннан артық бергені
report-chart-mean_day = Орташа күн, ұқсас тұтынушылармен қатар
report-chart-duration = Сол күндердегі жүктеме ұзақтығы
report-found_here = Осы есептегіштің деректерінен табылғаны
report-mean_days_note = Басталу маңындағы орташа күндер екі жағынан { $days } күннен алынған. Майнер (ASIC) саны кең тараған үлгілердің қуатынан шығады; 2020 жылдан бергілерінің көбі 2,8–3,65 кВт тұтынады.
