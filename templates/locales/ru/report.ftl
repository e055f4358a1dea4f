# Отчёт о расчёте (report.html) и слова, общие с книгой Excel и терминалом.

# $kw с единицей; $low и $high — числа в той же единице.
words-rig = { $kw } (от{ "\u00A0" }{ $low }{ "\u00A0" }до{ "\u00A0" }{ $high })
words-machines = { $low }–{ $high }
words-onset_before = до начала данных
words-ended_not = работает до конца данных
# In a cell of a list: whether a rig is on, or the last day it was seen on.
words-on = работает
words-off = не работает
words-until = до { $day }
# What the contract allows, and the draw of the rig; both with their unit.
words-above_contract = { $contract }; одна только ферма берёт { $kw }
words-no_days = нет ни одного дня
words-suspects = { $n ->
    [one] { $shown } подозрительное место
    [few] { $shown } подозрительных места
   *[many] { $shown } подозрительных мест
}
# В родительном падеже: «среди 248 счётчиков и 8 небалансов».
words-meters = { $n ->
    [one] { $shown } счётчика
   *[other] { $shown } счётчиков
}
words-residuals = { $n ->
    [one] { $shown } небаланса
   *[other] { $shown } небалансов
}
words-meters_and_residuals = { $meters } и { $residuals }
words-false_leads = { $n ->
    [one] Из { $shown } подозрительного места ложных ожидается около { $expected }.
   *[other] Из { $shown } подозрительных мест ложных ожидается около { $expected }.
}
words-sensitivity = Из установок, подсаженных в копии этих счётчиков, { $found ->
    [both] девять из десяти от { $most } кВт и половина от { $half } кВт попадают
    [most] девять из десяти от { $most } кВт попадают
    [half] половина от { $half } кВт попадает
   *[none] меньше половины, даже самых крупных, попадает
} в список на проверку.

rival-street_lighting_without_a_meter = уличное освещение без счётчика
rival-meter_missing_in_the_data = счётчика нет в данных
rival-wrong_transformer_ratio = неверный коэффициент ТТ

group-residuals = небалансы
group-not_judged = не оценивались

class-transformer = трансформатор
class-feeder = фидер
class-substation = подстанция

severity-note = примечание
severity-warning = предупреждение
severity-skipped = пропущено

input-readings = показания
input-register = реестр
input-weather = погода
input-events = события
input-verdicts = решения

# Questions about what was guessed. $kwh is a number; $from and $to are clock hours such as 03:00.
asked-unit = Единица значений принята за { $unit } по догадке. Обычный счётчик расходует тогда { $kwh } кВт·ч в день; большинство квартир и домов — от 3 до 30. Это верно? Если нет, укажите unit в [[readings]].
asked-zone = Часовой пояс не указан. По часам данных обычный счётчик берёт меньше всего с { $from } до { $to }; большинство домов — между 02:00 и 05:00. Это верно? Если нет, укажите --timezone или clock в [[readings]].

report-title = { $suspects } среди { $among }
report-none = В списке на проверку нет ни одного счётчика. Это не доказывает, что ферм нет.
report-where_it_stops = Список заканчивается там, где строка окажется ложной с вероятностью больше { $share }. Вне списка на проверку тоже могут быть фермы, но данные там говорят слабее. Все оценки — в scores.parquet.
report-data = Данные
report-time_zone = Часовой пояс
report-no_time_zone = не указан: сутки по 24 ч
report-n_meters = Счётчиков с данными
report-n_meter_days = Суток по счётчикам
report-inputs = Исходные файлы
report-seed = Начальное число
report-found = Что найдено в данных:
report-finding = Код находки
report-severity = Важность
report-how_many = Сколько
report-search_hint = счётчик, адрес
report-kind = Вид
report-kw_from = Мощность от
report-score_from = Оценка от
report-reset = Сбросить
report-shown = строк: { $shown } из { $all }
report-column-rig = Мощность (интервал)
report-place = Адрес
report-at = у { $parent }
report-charts_left_out = Графики нарисованы для первых { $shown } мест; для остальных ({ $others }) признаки печатает `hashwatt explain RUN METER`.
report-lines_left_out = { $n ->
    [one] В списке { $lines } строк; ещё { $shown } строка — в suspects.csv.
    [few] В списке { $lines } строк; ещё { $shown } строки — в suspects.csv.
   *[many] В списке { $lines } строк; ещё { $shown } строк — в suspects.csv.
}
report-score_and_kind = оценка { $score }, { $kind }
report-flat_load = ровная нагрузка
report-energy = Энергия за время данных
report-tariff = Тарифная группа
report-peers = Группа похожих потребителей
report-rivals_note = Каждое объяснение оценивается само по себе; сумма не равна единице.
report-no_script = Графики рисует скрипт страницы, а эта программа просмотра его не выполняет.
report-chart-base_load = Базовая и средняя нагрузка во времени
report-chart-zoom = масштаб: Ctrl и колесо или полоса внизу
report-chart-heat_map = Нагрузка по дням (вправо) и часам суток (вниз); штриховка — не измерено
report-chart-no_hours = Почасовых данных нет: расчёт не хранит по этому счётчику интервалов короче суток.
report-chart-residual = Что его трансформатор отпускает сверх счётчиков и потерь
report-chart-mean_day = Средний день рядом с похожими потребителями
report-chart-duration = Продолжительность нагрузки за те же дни
report-found_here = Найдено в данных этого счётчика
report-mean_days_note = Средние дни вокруг начала взяты за { $days } дн. с каждой стороны. Число майнеров (ASIC) выведено из мощности обычных моделей; большинство выпущенных с 2020 года потребляет от 2,8 до 3,65 кВт.
