# То же по-русски.
skip = К содержанию
menu = Страницы
menu-list = Список
menu-map = Карта
menu-visits = Выезды
menu-moved = Что изменилось
menu-watched = Закрытые места
menu-verdicts = Решения (CSV)
menu-report = Отчёт
menu-people = Люди и программы
menu-access = Журнал доступа
language = Язык
no-login = Без входа: порт открыт всем
login = Войти
logout = Выйти
login-intro = Подозрительные места одного расчёта и работа с ними.
login-failed = Имя или пароль неверны, либо учётная запись закрыта.
name = Имя
password = Пароль
role = Роль
role-viewer = Наблюдатель
role-tip_desk = Приём обращений
role-analyst = Аналитик
role-administrator = Администратор
not-guilt = Улика — не вина.
not-guilt-long = Подозрение означает, что на место стоит выехать. Оценка взвешивает данные счётчиков и ничего не доказывает о людях. Подтвердить или отклонить её может только проверка.

unit-kw = кВт
unit-kwh = кВт·ч
unit-mwh = МВт·ч
save = Сохранить
cancel = Отмена
day = День

list-title = Список по степени подозрения
list-found = { $n ->
    [one] { $shown } строка
    [few] { $shown } строки
   *[many] { $shown } строк
}
pages = Страницы списка
page-before = Назад
page-after = Дальше
filter-all = все
filter-search = Поиск
filter-search-hint = счётчик, адрес, трансформатор
filter-score = Оценка от
filter-kw = кВт от
filter-sort = Порядок
filter-show-all = и вне списка на проверку
filter-apply = Применить
filter-clear = Сбросить
views = Сохранённые виды
views-name = Название
views-save = Сохранить этот вид
views-forget = Забыть
columns = Столбцы
columns-apply = Показать эти
export-list = В CSV
# Ends of an interval, as names of columns in a spreadsheet.
csv-low = { $name }, от
csv-high = { $name }, до
keys = Клавиши: j и k — вниз и вверх, Enter — открыть, 1–4 — решить, ? — все клавиши
# The keys of the desk, shown by "?".
keys-title = Клавиши
keys-move = к следующей и предыдущей строке; на странице места — к соседним в списке
keys-open = открыть выбранную строку
keys-decide = под подозрением, подтверждено, отклонено, пропущено
keys-help = эти клавиши
keys-close = Закрыть
# Instead of the way, where places have no coordinates. $energy has its unit.
visits-facts_unknown = { $n ->
    [one] Путь неизвестен: у { $shown } места нет координат. Ожидается за год: { $energy }
    [few] Путь неизвестен: у { $shown } мест нет координат. Ожидается за год: { $energy }
   *[other] Путь неизвестен: у { $shown } мест нет координат. Ожидается за год: { $energy }
}
sort-place = для выездов: сначала работающие
sort-rank = по оценке
sort-kw = по мощности, сначала большие
sort-onset = по началу, сначала новые
sort-energy = по энергии с начала
sort-recoverable = по энергии, которую вернёт выезд
sort-burden = по нагрузке трансформатора
sort-meter = по счётчику
column-place = №
column-rank = Номер по оценке
column-meter = Счётчик
column-score = Оценка
column-kind = Похоже на
column-rig = Мощность фермы
column-machines = Майнеров (ASIC)
column-onset = Начало
column-ended = Конец
# Whether the rig is on at the end of the data.
column-on = Работает ли
column-visit_chance = Выезд её застанет
column-chance = Там ферма
column-expected_false = Ложных до этой строки
column-energy = Энергия с начала
column-money = По тарифу
column-recoverable = Выезд вернёт за год
column-zone = Зона
column-transformer = Трансформатор
column-burden = Пик трансформатора
column-address = Адрес
column-status = Состояние
column-assignee = Исполнитель
assignee-nobody = никто
onset-before = до начала данных
ended-not = работает

kind-none = ничего не выделяется
kind-metered_farm = ровная нагрузка на счётчике
kind-unmetered_load = нагрузка мимо счётчиков
kind-under_registering_meter = счётчик учитывает лишь часть
kind-activity_mismatch = нагрузка не по заявленной деятельности
kind-over_declaration = больше заявленного
kind-restarted_farm = нагрузка возобновилась

status-new = новое
status-open = в работе
status-suspected = подозрение
status-visit_requested = выезд назначен
status-visited = выезд состоялся
status-confirmed = подтверждено
status-rejected = отклонено
status-missed = не было в списке
status-closed = закрыто
status-restarted = снова потребляет

verdict-suspected = Подозрение
verdict-confirmed = Подтверждено
verdict-rejected = Отклонено
verdict-missed = Не было в списке

visit-farm_found = ферма найдена
visit-nothing_found = ничего не найдено
visit-no_access = нет доступа
visit-other_cause = другая причина

action-verdict = Решение
action-assign = Исполнитель
action-note = Заметка
action-visit_requested = Выезд к дате
action-visit_result = Итог выезда
action-closed = Закрыто

near = Соседние строки
back-to-list = К списку
line-before = Строка выше (k)
line-after = Строка ниже (j)
not-listed = не в списке на проверку
# Titles of the parts of a list.
part-on = Работают: выезд может их застать
part-ended = Остановились: выезд что-то найдёт, только если ферма включилась снова
part-unlisted = Не в списке на проверку
fact-address = Адрес
fact-zone = Зона
fact-rig = Мощность фермы
fact-machines = Майнеров (ASIC)
fact-onset = Начало
fact-ended = Конец
fact-last_seen = Последний день работы
fact-chance = Вероятность, что там есть или была ферма
fact-visit_chance = Вероятность, что выезд застанет её работающей
fact-expected-false = Ложных до этой строки
fact-energy = Энергия с начала
fact-money = По тарифу
fact-recoverable = Выезд вернёт за год
fact-burden = Пик трансформатора к номиналу
fact-activity = Зарегистрирован как
fact-premises = Помещение
fact-tariff = Тариф
fact-contracted = Договорная мощность
fact-declared = Заявленный майнинг
fact-licence = Лицензия
fact-peers = Похожие потребители
peers-share = { $group }; оценка не ниже у { $share } из них, включая его самого
reasons = Признаки
reasons-words = Измерено против предела
reasons-weight = Вес
reasons-note = Вес — сколько признак добавляет к логарифму шансов; ниже нуля он говорит против майнинга.
rivals = Чем ещё это может быть
rivals-name = Объяснение
rivals-fit = Совпадение, от 0 до 1
rival-mining = майнинг (сама оценка)
rival-storage_heating = накопительное отопление
rival-floor_heating = тёплый пол
rival-heat_pump = тепловой насос
rival-ev_charging = зарядка автомобиля
rival-servers = серверы
rival-cold_store = холодильный склад
rival-telecom_site = узел связи
rival-street_lighting = уличное освещение
rival-bakery = пекарня
rival-grow_lights = фитолампы
rival-pumps = насосы
rival-moving_in = новые жильцы
rival-empty_flat = пустая квартира
rival-stuck_channel = застрявшее показание
rival-holiday_home = дача
rival-building_dryer = строительная сушка
rival-dehumidifier = осушитель воздуха
rival-oxygen_concentrator = кислородный концентратор
rival-pool_pump = насос бассейна
rival-air_conditioning = кондиционер
rival-water_heater = водонагреватель
rival-laundry = прачечная
work = Работа по этому месту
work-look-only = Ваша роль только смотрит; решают аналитики.
reason = Основание
save-verdict = Сохранить решение
save-verdict-next = Сохранить и перейти к следующему
history = История
history-none = Пока никто ничего не писал.
words-hidden = (скрыто вместе с местами)
gone = В этом расчёте счётчика нет. Дело остаётся.
gone-last-line = Последняя строка, в расчёте от { $when }: № { $rank }, оценка { $score }, ферма { $kw }.
gone-no-line = Ни один прежний расчёт не оставил его строки.
visits-gone = Выезд запрошен, но в этом расчёте счётчика нет, поэтому маршрут не построен:
list-gone = { $n ->
    [one] { $shown } дело, счётчика которого нет в этом расчёте
    [few] { $shown } дела, счётчиков которых нет в этом расчёте
   *[many] { $shown } дел, счётчиков которых нет в этом расчёте
}
tree = Место в сети
tree-none = В реестре нет трансформатора.
tree-more = { $n ->
    [one] и ещё { $shown } под ним
    [few] и ещё { $shown } под ним
   *[many] и ещё { $shown } под ним
}
linked = включается и выключается вместе
charts = Графики
charts-none = Расчёт не хранит о счётчике ничего, что можно нарисовать.
days = Дни
days-show = Показать дни
days-none = Расчёт не хранит дней этого счётчика.
days-mean = Среднее, кВт
days-base = Базовая нагрузка (p05), кВт
days-peak = Пик, кВт
days-intervals = Измерено интервалов

chart-base_load = Базовая нагрузка (5-й процентиль) и среднее во времени
chart-heat_map = Нагрузка по дням и часам
chart-mean_day = Средний день до и после
chart-duration = Кривая продолжительности нагрузки
chart-residual = Небаланс: что трансформатор отпускает сверх счётчиков и потерь

map-title = Трансформаторы и подозрительные места
map-note = По координатам реестра, без сервера карт. Колесо — масштаб, перетаскивание — сдвиг, щелчок — открыть.
map-none = В реестре нет координат.
map-hidden = Ваша роль не видит мест.
map-suspects = подозрительные места
map-transformers = трансформаторы
map-east = долгота
map-north = широта
map-save = сохранить картинкой
map-below = { $n ->
    [one] под ним { $shown } место
    [few] под ним { $shown } места
   *[many] под ним { $shown } мест
}

moved-title = Что изменилось с прошлого расчёта
moved-first = Это первый расчёт здесь; следующий будет сравнён с ним.
moved-found = { $n ->
    [one] изменилась { $shown } строка
    [few] изменились { $shown } строки
   *[many] изменилось { $shown } строк
}
moved-how = Изменение
moved-before = Было
moved-now = Стало
moved-rank = № { $rank }
move-risen = новое в списке на проверку
move-fallen = больше не в списке на проверку
move-gone = нет в расчёте
move-grown = потребляет больше
move-shrunk = потребляет меньше

watched-title = Закрытые места
watched-note = За закрытыми местами ведётся наблюдение; то, что снова потребляет, стоит первым.
watched-none = Пока ничего не закрыто.

visits-title = Набор выездов
visits-note = Места, где ферма работает; первыми те, что вернут больше энергии за потраченные часы: вероятность, что выезд застанет ферму работающей, × её расход за год; час на место, 20 км/ч между ними.
visits-n = Выездов
visits-inspectors = Инспекторов
visits-plan = Составить
visits-inspector = Инспектор { $n }
visits-facts = { $km } км, { $hours } ч, ожидаемый возврат { $energy } за год
visits-tick = Назначить выезд
visits-day = К дате
visits-request = Назначить отмеченные
visits-none = Здесь больше некуда ехать.

people-in = Доступ
people-add = Дать доступ
people-keep-out = Закрыть доступ
people-let-in = Открыть доступ
tokens = Ключи программ
tokens-note = Программа передаёт ключ в заголовке Authorization: Bearer. Что она может спросить, описано здесь:
tokens-scopes = Что разрешено
tokens-made = Создан
tokens-revoked = отозван
tokens-make = Создать ключ
token-once = Ключ показывается один раз:

access-title = Кто что смотрел
access-about = Человек, счётчик или предмет
access-at = Когда
access-from = Откуда
access-what = Что
access-subject = Предмет
access-login = вход
access-login_failed = неудачный вход
access-login_throttled = вход приостановлен
access-refused = { $name } ({ $n }×)
access-logout = выход
access-suspect = открыто место
access-export_list = выгружен список
access-export_visits = выгружены выезды
access-export_verdicts = выгружены решения
access-export_report = взят отчёт
access-person_put = дан доступ
access-person_let_in = доступ открыт снова
access-person_kept_out = доступ закрыт
access-token_made = создан ключ
access-token_revoked = отозван ключ
access-api_list = список прочитан программой
access-api_suspect = место прочитано программой
access-api_cases = дела прочитаны программой
access-api_case = дело прочитано программой

menu-tips = Обращения
tip = Обращение
tips-title = Принять звонок
tips-note = Слова звонящего — утверждение. Счётчики говорят, видно ли то, что утверждается.
tips-typed = Введите, что говорят или где это; ответ появится здесь сразу.
tips-last = Последние обращения
tips-none = Здесь ещё не приняли ни одного обращения.
tips-on = Обращения об этом месте
tips-on-none = Ни одно обращение не указывает на это место.
tip-text = Что говорит звонящий
tip-address = Адрес, как назван
tip-meter = Номер счётчика
tip-transformer = Трансформатор
tip-lat = Широта
tip-lon = Долгота
tip-mark = Отметка на карте
tip-claim = Утверждение
tip-day = День звонка
tip-caller = Кто звонил, если хочет назваться
tip-caller-name = Имя звонящего
tip-caller-phone = Телефон звонящего
tip-caller-note = { $n ->
    [one] Хранится отдельно от обращения, видно только администраторам, удаляется через { $shown } день.
    [few] Хранится отдельно от обращения, видно только администраторам, удаляется через { $shown } дня.
   *[many] Хранится отдельно от обращения, видно только администраторам, удаляется через { $shown } дней.
}
tip-save = Сохранить обращение
tip-answer = Что говорят счётчики
tip-places = Какие места могли иметь в виду
tip-by = Найдено по
tip-confidence = Имели в виду с вероятностью
tip-data = Данные
tip-chance = Вероятность фермы
tip-smallest = Было бы видно от
tip-place = Адрес, как назван
tip-taken-by = Принял
tip-unknown = Нет в реестре:
tip-others = { $n ->
    [one] Ещё { $shown } обращение об этом месте.
    [few] Ещё { $shown } обращения об этом месте.
   *[many] Ещё { $shown } обращений об этом месте.
}
tip-flood = Много обращений об этом месте за две недели: вместе они весят не больше, чем данные.
tip-then = Когда приняли, данные говорили: { $answer }, вероятность { $chance }.
tip-hand-over = Передать аналитику
tip-handed = Передано:
tip-no-line = Ни одного из этих мест в расчёте нет.
tip-who-called = Кто звонил
tip-deleted-on = Удаляется
tip-forget = Удалить сейчас
tip-nobody = Не назвались, или уже удалено.
claim-any = как следует из слов
claim-mining = майнинг за счётчиком
claim-bypass = питание в обход счётчика
claim-tap = подключение без счётчика
answer-supported = подтверждается данными
answer-not_supported = не подтверждается
answer-not_judgeable = судить нельзя
said-supported = Данные { $meter } это подтверждают: вероятность фермы { $chance }. Это место, которое стоит осмотреть, а не доказательство.
said-rig = Мощность: { $kw }; начало: { $onset }; конец: { $ended }.
said-not_supported = Данные покрывают это место и фермы не показывают: девять из десяти от { $kw } были бы видны.
said-not_supported-unknown = Данные покрывают это место и фермы не показывают; насколько малую было бы видно, расчёт сказать не может.
said-not_judgeable = По данным судить нельзя: { $why }.
why-no_place = такого места в реестре нет
why-no_data = интервальных данных этого счётчика нет
why-too_short = измерено слишком мало дней
why-gaps = слишком много пропусков или оценок
why-no_residual = баланса трансформатора нет
why-other_time = данные не покрывают это время
matched-id = номеру
matched-address = адресу
matched-words = адресу в словах
matched-place = отметке на карте
matched-transformer = трансформатору
tag-noise_day_and_night = шум днём и ночью
tag-noise = шум
tag-fans = вентиляторы
tag-heat = тепло
tag-melted_snow = тает снег
tag-cable = кабель
tag-flickering_light = мигает свет
tag-past_the_meter = в обход счётчика
tag-containers = контейнеры
tag-machines = оборудование
tag-mining = майнинг
tag-nobody_lives_there = никто не живёт
tag-floor = этаж
tag-burning = запах гари
action-tip = Передано обращение
access-tip = открыл(а) обращение
access-tip_taken = принял(а) обращение
access-tip_caller = видел(а), кто звонил
access-caller_forgotten = удалил(а), кто звонил
error-place = Обращению нужны слова или место.
error-mark = Отметке нужны широта и долгота в градусах, например 43,24 и 76,90.

error-title = Не выполнено
error-forbidden = Ваша роль этого не позволяет.
error-foreign-form = Форма не относится к этому сеансу. Обновите страницу и повторите.
error-too-large = Это длиннее всего, что здесь принимается.
error-not-found = По этому адресу ничего нет.
error-form = Форма заполнена не так, как предлагает страница.
# A field of a request: its name, and what its value must be (one of the texts below).
error-field = Поле `{ $field }`: нужно { $must }
must-one_of = { $values } или { $last }
must-day = указать день в виде ГГГГ-ММ-ДД
must-day_or_empty = указать день в виде ГГГГ-ММ-ДД или ничего
must-number_or_empty = указать число или ничего
must-person_or_empty = указать имя человека с доступом сюда или ничего
must-empty = оставить пустым
must-words = написать основание словами: без него нет решения и заметки
error-password = Пароль слишком короткий: нужно 15 знаков или больше, подойдёт фраза.
error-self = Нельзя закрыть доступ самому себе.
error-changed = С тех пор как вы открыли страницу, здесь написал кто-то другой. Обновите страницу, прочтите новое и решите.
error-too-many = Слишком много попыток. Подождите { $shown } с.
error-other-name = Вход на этом рабочем месте не нужен, поэтому оно отвечает только по именам этого компьютера. Откройте http://127.0.0.1 с номером порта.
error-last-administrator = Кто-то должен впускать людей: сначала назначьте другого администратора.
error-failed = Произошла ошибка; ничего не сделано наполовину. Подробности в журнале.

drawn-kw = кВт
drawn-hour = час суток
drawn-base = базовая нагрузка (5-й процентиль)
drawn-mean = средняя нагрузка
drawn-meter = среднее этого счётчика
drawn-residual_base = небаланс: базовая нагрузка
drawn-residual_mean = небаланс: среднее
drawn-onset = начало
drawn-end = конец
drawn-missing = не измерено
drawn-or_more = { $kw } и больше
drawn-before_onset = до начала ({ $n } дн.)
drawn-from_onset = с начала ({ $n } дн.)
drawn-before_end = до конца ({ $n } дн.)
drawn-after_end = после конца ({ $n } дн.)
drawn-all = все дни ({ $n })
drawn-before_onset_hours = до начала ({ $n } ч)
drawn-from_onset_hours = с начала ({ $n } ч)
drawn-before_end_hours = до конца ({ $n } ч)
drawn-after_end_hours = после конца ({ $n } ч)
drawn-all_hours = все часы ({ $n })
drawn-peers = средняя половина похожих потребителей
drawn-peers_median = медиана похожих потребителей
drawn-share_of_hours = доля часов
drawn-reached_in = достигается в { $share } часов
drawn-fit = совпадение, от 0 до 1
drawn-unknown = неизвестно
drawn-save = сохранить картинкой
drawn-to = { $from } — { $to }
drawn-about_heat_map = Нагрузка по дням и часам, { $span }, от 0 до { $kw }.{ $marks }
drawn-about_base_load = Базовая нагрузка и среднее по дням, { $span }; среднее { $kw }.{ $marks }
drawn-about_mean_day = Средняя нагрузка по часам суток: { $curves }.
drawn-about_duration = Часовая нагрузка от большей к меньшей: { $curves }.
drawn-about_residual = Что трансформатор отпускает сверх счётчиков, { $span }; среднее { $kw }.{ $marks }
drawn-about_rivals = Объяснения по совпадению: { $curves }.
drawn-about_curve = { $name }, от { $low } до { $high }

# Work on many lines, taking back, due days, one's own password.
role-inspector = Инспектор
menu-field = Мои выезды
done = Сохранено:
undo = Отменить (u)
take = Взять дело (t)
tick = Отметить
tick-all = Отметить все строки страницы
bulk = Сразу для многих строк
bulk-scope = Для каких строк
bulk-ticked = отмеченные
bulk-all = все строки списка, на всех страницах
bulk-do = Что сделать
bulk-note = Записываются все или ни одна; не больше 5 000 за раз. Решению и заметке нужно основание.
filter-late = только просроченные
column-due = Срок
action-due = Сделать до
action-undo = Отменено
keys-save = сохранить; на странице места — и перейти к следующему, которое ждёт решения
keys-take = взять дело: исполнитель — вы
keys-undo = отменить то, что вы только что записали
keys-bulk = отметить выбранную строку; открыть запись для многих строк
account = Ваш доступ
account-password = Сменить пароль
account-old = Нынешний пароль
account-new = Новый пароль
account-again = Новый пароль ещё раз
account-note = 15 знаков или больше, подойдёт фраза. Другие ваши сеансы завершатся.
account-differ = Новые пароли не совпадают.
account-wrong = Нынешний пароль неверен.
account-done = Пароль сменён. Другие ваши сеансы завершены.
access-password_set = сменён свой пароль
access-order = открыто задание на выезд

# The inspector's pages. A text of look-… says what to look for at a place of that kind.
field-none = Выездов для вас нет.
order = Задание на выезд
order-way = Показать дорогу
order-evidence = Все признаки
order-print = Печать
order-no-address = В реестре нет адреса.
order-look = На что смотреть
order-look-always = Снимите показание счётчика, проверьте пломбы. Сравните нагрузку на вводе с тем, что учитывает счётчик. Запишите увиденное; ничего не разбирайте.
order-chart = Средняя нагрузка по дням
order-found = Что найдено
order-day = День и время
order-inspector = Инспектор
order-customer = Потребитель или свидетель
order-printed = Напечатано
look-none = В данных ничего не выделяется; смотрите, что работает днём и ночью.
look-metered_farm = Майнеры (ASIC) с громкими вентиляторами, тёплый воздух из окон или вытяжек, толстый кабель в одно помещение, нагрузка без перепада дня и ночи. Исключите отопление, холодильные склады, серверы и насосы.
look-unmetered_load = Кабель, который отходит до счётчиков: у трансформатора, в щите, в стояке, на опоре. Исключите насосы, уличное освещение и потребителей, не внесённых в реестр.
look-under_registering_meter = Проводник в обход счётчика, изменённые или греющиеся зажимы, сорванные пломбы, не тот трансформатор тока. Сравните показание клещей со счётчиком.
look-activity_mismatch = Ведётся ли заявленная деятельность и какое оборудование рядом с ней работает днём и ночью.
look-over_declaration = Сколько майнеров заявленной фермы работает и сколько они берут на вводе.
look-restarted_farm = Работает ли снова место, найденное раньше: майнеры, кабели, тёплый воздух, поставленные пломбы.
error-other-lines = В списке уже не те строки, что были на странице. Обновите страницу, посмотрите и повторите.
error-no-lines = Ни одна строка не отмечена.
error-too-many-lines = Строк больше 5 000. Сузьте список.

# Orders of the list.
sort-kind = по виду
sort-machines = по числу майнеров, от большего
sort-ended = по концу, сначала поздние
sort-on = по тому, работает ли
sort-visit_chance = по вероятности застать
sort-chance = по вероятности фермы
sort-expected_false = по числу ложных
sort-money = по сумме с начала
sort-zone = по зоне
sort-transformer = по трансформатору
sort-address = по адресу
sort-status = по состоянию
sort-assignee = по исполнителю
sort-due = по сроку, сначала ближайшие

# The evidence file of a place.
evidence = Материалы по месту
evidence-quality = Учтённая энергия и качество данных
evidence-days = Дней с данными
evidence-registered = Учтено за все дни
evidence-registered_since = Учтено с начала
evidence-expected = Интервалов ожидалось
evidence-measured = из них измерено
evidence-estimated = из них оценено
evidence-how = Как получена оценка
evidence-how-long = Программа добавила модели ферм и похожих на них нагрузок к копиям счётчиков этого же расчёта, научилась различать их и оценила каждый счётчик моделями, которые не видели ни его, ни его копии. Вес — сколько одно измерение добавляет к оценке. Вероятность следует из того, как оцениваются добавленные фермы и обычные счётчики. Похожие потребители — того же класса в реестре и с похожей нагрузкой.
evidence-sources = На чём основан этот файл
evidence-source = Источник
evidence-chain = Каждая сумма охватывает и предыдущую: ничего нельзя изменить, добавить или убрать, не изменив последней. Проверка: hashwatt verify FILE --run RUN
evidence-sum = Сумма всех источников
evidence-made = Создано
access-evidence = взяты материалы по месту
