# Находки в данных: одно предложение о том, что увидено, что с этим сделано и как исправить. Оно стоит после кода,
# файла, счётчика и дней, поэтому начинается со строчной буквы и кончается без точки.
# Имена файлов, столбцов, ключей и ячеек остаются как написаны; [[readings]] и ключи вроде `stamp` — из файла настроек.

finding-as_said = { $words }

## Файлы

# $error — ошибка на английском.
finding-file_skipped = файл не использован: { $error }
finding-same_file = { $name }: это { $first } под другим именем (ссылка или второй путь к нему); прочитан один раз
finding-same_bytes = { $name }: те же байты, что в { $first }, который уже есть в хранилище; повторно не читался
finding-file_gone = { $name }: у него общие дни с новыми или изменёнными файлами, а среди файлов этого расчёта его нет; его сводки остаются за те дни, которых нет у других. Укажите его снова, чтобы сводки пересчитались
finding-store_healed = { $damage }. Вместо этого все файлы хранилища прочитаны заново
finding-kept_aside = { $was } в папке результатов был не таким, каким его записал hashwatt; теперь это { $is }
finding-other_files = { $place }: не прочитаны { $files }{ $more ->
    [0] { "" }
   *[other] { " " }и ещё { $more }
}: у выгрузок другие расширения. Если это выгрузка, назовите файл .csv, .parquet, .xml, .xlsx или .jsonl
finding-sent_again = { $days ->
    [one] { $days } день прислан
    [few] { $days } дня присланы
   *[many] { $days } дней присланы
} больше одного раза, например { $day } в { $name } (номер { $number }) и { $other } (номер { $other_number }). Где счётчик есть в обоих, действует больший номер, при равных — первый по имени; уберите недействительные файлы
finding-sent_day = { $day }, начиная с { $element } { $point }
finding-partly_read = { $source }: чтение прервалось: { $broken }. Что прочитано до этого, учтено; выгрузите файл заново
finding-no_interval = { $source }: строк { $rows }, а интервалов в них нет. Проверьте столбцы ({ $shape })
finding-no_clock_change = { $source }: { $n ->
    [one] { $n } интервал стоит
    [few] { $n } интервала стоят
   *[many] { $n } интервалов стоят
} на местном времени, которого в поясе не было, первый — { $first }; они сдвинуты вперёд. Если эти часы летом не переводят, задайте clock = "standard"
finding-unknown_codes = { $source }: в столбце { $column } неизвестные коды качества: { $codes }; такие интервалы считаются измеренными. Пишите A (измерено), E (расчётное) или N (нет)

## Строки, не давшие интервала

finding-rows_skipped = { $source }: { $n ->
    [one] { $n } интервал
    [few] { $n } интервала
   *[many] { $n } интервалов
} { $what }{ $seen ->
    [cell] , впервые в строке { $first } (`{ $example }`)
    [row] , впервые в строке { $first }
   *[nothing] { "" }
}; всего строк { $rows }. { $cure }
finding-rows_in_short = { $n ->
    [one] { $n } интервал
    [few] { $n } интервала
   *[many] { $n } интервалов
} { $what } (`{ $example }`). { $cure }
finding-without_meter = без номера счётчика
finding-without_time = без времени
finding-bad_time = со временем, которое не читается
finding-time_out_of_range = со временем вне 1990–2100 годов
finding-other_zone = с поясом у времени, хотя у первых его нет, или без пояса, хотя у первых он есть
finding-bad_value = со значением, которое не является числом
finding-code_for_none = с кодом отсутствия значения (код ошибки); энергия не учтена
finding-value_nan = со значением NaN
finding-value_infinite = с бесконечным значением
finding-value_too_large = со значением больше 1 ГВт, столько не потребляет никто; энергия не учтена
finding-other_kind = другого вида, не интервальные данные
finding-bad_record = в записях, которые повторяют день или не соответствуют формату
finding-short_row = в строках, где полей меньше, чем в заголовке
finding-long_row = в строках, где полей больше, чем в заголовке; из таких строк ничего не взято
finding-no_text = с полем не в UTF-8; поле пропущено
finding-zero_for_none = с нулём среди значений, далёких от нуля, как пишут там, где измерения не было; считаются пропущенными
finding-value_missing = без значения
finding-cure_meter = Укажите счётчик в каждой строке
finding-cure_no_time = Укажите время в каждой строке
finding-cure_bad_time = Пишите время так: 2024-02-29 23:30
finding-cure_time_column = Проверьте столбец времени и его единицу
finding-cure_zone = Пишите смещение пояса у всех времён или ни у одного
finding-cure_value_column = Проверьте столбец значений
finding-cure_leave_empty = Оставляйте отсутствующие значения пустыми
finding-cure_unit = Оставляйте отсутствующие значения пустыми и проверьте единицу и множитель
finding-cure_if_meant = Если так и задумано, ничего делать не надо
finding-cure_record = Спросите у того, кто записал файл, какая запись за день верна, или выгрузите заново
finding-cure_export_again = Выгрузите файл заново
finding-cure_quotes = Возьмите в кавычки поле, в котором есть разделитель (например, десятичная запятая), или выгрузите с другим разделителем
finding-cure_utf8 = Выгрузите файл в UTF-8
finding-cure_zeros = Пусть отсутствующие значения будут пустыми; нагрузка, которая отключена дольше 3 часов или падает ступенями, сохраняется
finding-cure_nothing = Ничего делать не надо: это пропущенные интервалы

## Что предположено

finding-guessed = { $names }: { $key } принято равным { $value }: { $reason }. Если неверно, задайте в [[readings]]
finding-guess_accepted = { $names }: { $key } принято равным { $value }, хотя почти столь же вероятно другое: предположения разрешены, и { $reason }. Когда узнаете точно, задайте { $key } в [[readings]]
finding-noted = { $names }: { $what }: { $value }, так как { $reason }.
finding-files = { $more ->
    [0] { $first }
    [one] { $first } (и ещё { $more } файл)
    [few] { $first } (и ещё { $more } файла)
   *[many] { $first } (и ещё { $more } файлов)
}
finding-about_channel = канал
finding-about_interval = интервал
finding-about_meter = счётчик
finding-about_period = период
finding-about_sheet = лист
finding-about_time_zone = часовой пояс
finding-import_without = активный приём (01), без { $others }
finding-import_e = активный приём (E)
finding-element = { $element }
finding-element_without = { $element }, без { $others }
finding-those_with_import = только с активным приёмом (01)
finding-in_order_of_start = по порядку начала
finding-sum_of = сумма { $registers }
finding-minutes = { $n } мин
finding-forward_energy = активная энергия в прямом направлении
finding-assumed = { $values }
finding-sheets_alike = листы с заголовком первого
finding-zone_of_run = пояс расчёта, { $zone }
finding-utc_for_want = UTC, потому что --timezone не задан
finding-other_channels = 02 — отдача, 03 и 04 — реактивная энергия
finding-same_energy = остальные сложены из той же энергии
finding-no_measuringpoint = в файле нет measuringpoint
finding-other_channels_alone = { $n ->
    [one] у { $n } точки есть
   *[many] у { $n } точек есть
} только другие каналы, например { $first }
finding-channels_shuffled = в { $n ->
    [one] { $n } канале
   *[many] { $n } каналах
} они стоят в другом порядке
finding-imports_added = регистры приёма одного NMI сложены
finding-registers_left_out = { $others } не взяты
finding-days_have_other_minutes = значения суток стоят через { $found } мин, а в их записи 200 указано { $stated } мин
finding-were_left_out = не взято: { $others }
finding-not_stated_in_file = в файле этого нет
finding-sheets_left_out = у листов { $sheets } другой заголовок, они не взяты; другой лист задаёт sheet в [[readings]]
finding-areas_state_zone = в area указан timezone { $zone }, в опубликованной схеме это UTC+{ $hours }
finding-areas_state_other_zone = в area указан timezone { $zone }, которого нет в опубликованной схеме
finding-local_time_parameters = в LocalTimeParameters указано смещение от UTC { $seconds } с
finding-only_time_column = это единственный столбец со временем
finding-only_text_column = это единственный столбец с текстом
finding-only_number_column = это единственный оставшийся столбец с числами
finding-only_id_column = это единственный столбец, где могут быть номера
finding-file_names_meter = счётчик не назван ни в одном столбце, его называет имя файла
finding-columns_of_numbers = счётчик не назван ни в одном столбце, а столбцов с числами { $n }
finding-interval_columns = столбцов с интервалами { $n }, от `{ $first }` до `{ $last }`
finding-days_only = в `{ $column }` только дни
finding-named_so = так назван столбец `{ $column }`
finding-named_like_counter = столбец `{ $column }` назван как показание нарастающим итогом
finding-named_like_demand = столбец назван как мощность, единица не указана
finding-name_says_so = так говорит имя столбца `{ $column }`
finding-no_name_states_unit = ни один столбец не называет единицу
finding-only_rises = столбец `{ $column }` только растёт, шагами, малыми по сравнению с уровнем
finding-other_kinds_of_reads = в столбце `{ $column }` есть и другие виды показаний
finding-rows_are_channels = строки одного времени — это каналы, и столбец `{ $column }` говорит, где активный приём
finding-flag_constant = признак `{ $column }` равен { $flag } во всех строках и потому ничего не отмечает
finding-never_changes = { $columns } не меняется в пределах счётчика и не использован; если это коэффициент трансформации, укажите его в multiplier_column
finding-column_up_to = столбец `{ $column }` (до { $factor })
finding-serial_days = числа вроде { $example } — дни с 30.12.1899, как их считает Excel
finding-numbers_as_dates = целые числа вроде { $example } читаются как даты
finding-epoch = { $unit ->
    [s] секунды
    [ms] миллисекунды
    [us] микросекунды
   *[ns] наносекунды
} с 1970 года UTC, судя по величине { $example }
finding-bytes_no_utf8 = его байты — не UTF-8
finding-bytes_say_otherwise = файл говорит { $declared }, а его байты — другое
finding-lines_no_table = строки перед заголовком — не таблица
finding-marks_read_one_way = { $telling } из { $all } чисел со знаком можно прочитать только так, например `{ $example }`
finding-marks_before_three = у всех чисел со знаком ({ $n }) после него три цифры, например `{ $example }`, и чисел без знака нет
finding-groups_thousands = у чисел меньше 1000 знака нет, у остальных после него три цифры: значит, он отделяет тысячи
finding-above_twelve = { $place ->
    [first] первое
   *[second] второе
} число больше 12 в { $telling } из { $all } дат, например `{ $example }`
finding-days_lie_close = при таком чтении { $days ->
    [one] { $days } день лежит
    [few] { $days } дня лежат
   *[many] { $days } дней лежат
} в пределах { $close }, при другом порядке лежали бы в пределах { $wide }
finding-dates_with_points = даты с точками, например `{ $example }`, везде пишут с дня
finding-most_write_day_first = в большинстве стран первым пишут день
finding-shown_by_other_files = по его датам этого не видно, а по датам других файлов выгрузки ({ $files }) видно
finding-series_end_at_midnight = ряды { $n } из { $meters } счётчиков начинаются через один интервал после полуночи и кончаются в полночь
finding-meters_show_it = это видно по { $meters ->
    [one] { $meters } счётчику
   *[many] { $meters } счётчикам
}
finding-mostly_end = такое время обычно отмечает конец
finding-a_home_may = тогда средний по ряду счётчик потребляет { $kw } кВт, как может быть в доме
finding-mostly_energy = интервальные данные — чаще всего энергия
finding-no_counter_falls = показание нарастающим итогом так часто не падает
finding-no_load_rises = нагрузка не растёт весь день почти каждый день
finding-only_import = только он назван активным приёмом

## Реестр, погода, события, решения

finding-table_row = строка { $row }: { $column } `{ $value }` { $wrong }{ $more ->
    [0] { "" }
    [one] { " " }(и ещё { $more } строка)
    [few] { " " }(и ещё { $more } строки)
   *[many] { " " }(и ещё { $more } строк)
}
finding-no_meter_id = — пусто; строка пропущена. Укажите счётчик в каждой строке
finding-listed_again = уже есть выше с теми же значениями; учтён один раз
finding-listed_otherwise = уже есть выше с другими значениями; действует первая строка, эта пропущена. Укажите его один раз
finding-no_power = — не мощность от 0 до 1 ГВт; значение пропущено. Пишите простое число, например 15.5
finding-no_latitude = — не широта; значение пропущено. Пишите градусы, например 43.24
finding-no_longitude = — не долгота; значение пропущено. Пишите градусы, например 76.91
finding-no_temperature = — не температура от -70 до 60 °C; строка пропущена. Пишите градусы Цельсия
finding-no_instant = — не время; значение пропущено. Пишите так: 2024-02-29T23:30:00Z
finding-no_event = — неизвестное событие; строка пропущена. Пишите internet_blackout, outage или tariff_change
finding-event_open = без начала или без конца; строка пропущена. Укажите оба
finding-event_backwards = кончается раньше, чем начинается; строка пропущена. Проверьте start и end
finding-event_long = длится больше года; строка пропущена. Проверьте start и end
finding-no_verdict = — не решение; строка пропущена. Пишите suspected, confirmed, rejected или missed
finding-verdict_contradicts = противоречит более ранней строке о том же счётчике, и не сказано, какая позже; действует последняя строка со временем, а если его нет — последняя. Укажите у обеих decided_at
finding-verdicts_unknown = в решениях есть номера, которых в этом расчёте нет ни среди счётчиков, ни среди небалансов: { $ids }, среди них { $first }; эти решения не использованы. Проверьте номера
finding-weather_days = погода: температура есть за { $n } из { $days } дней показаний: погода с { $from } по { $to }, показания с { $readings_from } по { $readings_to }. Остальные дни оценены без неё. Дайте погоду за дни показаний
finding-events_days = события: ни одно не приходится на дни показаний: события с { $from } по { $to }, показания с { $readings_from } по { $readings_to }. Дайте события за дни показаний, если они были
finding-street_row = строка { $row }: в ней нет старого и нового названия улицы

## Сообщения граждан

finding-tip_line = строка { $line }: { $what }
finding-tip_unreadable = { $why }; строка пропущена
finding-tip_no_object = это не объект JSON
finding-tip_no_json = это не JSON: { $error }
finding-tip_no_row = { $error }
finding-tip_partly_read = часть её — не текст в UTF-8 или не имеет столбца; остальное прочитано
finding-tip_empty = она пуста; строка пропущена
finding-tip_nowhere = в ней не названо место: ни счётчика, ни адреса, ни трансформатора, ни точки на карте; оценить нельзя
finding-tip_no_id = нет tip_id; сообщение названо по строке
finding-tip_id_again = tip_id { $id } уже был; сообщение названо вместе со строкой
finding-tip_long = { $column }: { $chars ->
    [one] { $chars } знак
    [few] { $chars } знака
   *[many] { $chars } знаков
}; прочитаны первые { $read }
finding-tip_controls = в { $column } есть управляющие знаки; они убраны
finding-tip_html = в { $column } есть HTML; он показан как текст
finding-tip_position = lat { $lat } и lon { $lon } — не место на земном шаре; они пропущены
finding-tip_no_date = received_at { $said } — не дата; пишите 2022-01-25T06:00:00Z; сообщение прочитано без даты
finding-tip_claim = claim { $said } — не mining, не bypass и не tap; пропущено

## Счётчики

finding-gap = нет { $missing } из { $expected } интервалов ({ $percent } %); самый длинный пропуск целых суток, дней: { $longest }
finding-gap_few = у { $meters ->
    [one] { $meters } счётчика
   *[many] { $meters } счётчиков
} нет меньше 1 % интервалов, это обычное дело
finding-duplicate_identical = { $intervals ->
    [one] { $intervals } интервал пришёл
    [few] { $intervals } интервала пришли
   *[many] { $intervals } интервалов пришли
} повторно с тем же значением (дней: { $days }); каждый учтён один раз
finding-duplicate_conflicting = { $intervals ->
    [one] { $intervals } интервал пришёл
    [few] { $intervals } интервала пришли
   *[many] { $intervals } интервалов пришли
} повторно с другим значением (дней: { $days }); действует первое во входных данных. Спросите в системе сбора, какое верно
finding-reads_conflicting = { $n ->
    [one] { $n } показание пришло
    [few] { $n } показания пришли
   *[many] { $n } показаний пришли
} повторно с другим значением; действует первое во входных данных. Спросите в системе сбора, какое верно
finding-counter_round = показание перешло через предел счётного механизма, раз: { $n }; расход взят через этот переход
finding-counter_jumps = показание выросло больше чем в 50 раз против обычного, раз: { $n }: счётчик заменён на другой с большим начальным показанием; энергия за этот промежуток неизвестна
finding-counter_fell = показание упало не из-за перехода через предел, раз: { $n }: счётчик заменён или сброшен; энергия за этот промежуток неизвестна
finding-impossible_intervals = { $source }: у счётчика { $meter } { $n ->
    [one] { $n } интервал
    [few] { $n } интервала
   *[many] { $n } интервалов
} больше 1 ГВт, столько не потребляет никто; энергия не учтена. Первый { $start }: { $value }{ $kw } кВт. Оставляйте отсутствующие значения пустыми и проверьте единицу и множитель
finding-impossible_more = ещё у { $meters ->
    [one] { $meters } счётчика
   *[many] { $meters } счётчиков
} есть интервалы больше 1 ГВт, столько не потребляет никто; энергия не учтена. Проверьте единицу и множитель
finding-impossible_days = в хранилище суточных сводок { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
} больше 1 ГВт, столько не потребляет никто; они не взяты. Удалите папку хранилища: следующий расчёт заново обработает свои файлы
finding-reads_daily = показания суточные ({ $minutes } мин), поэтому внутри суток судить нельзя: ровность, отношение ночи ко дню, скачки, таймеры; уровень, ровность от показания к показанию и начало оценены
finding-reads_longer = показания реже раза в сутки ({ $minutes } мин), поэтому нельзя судить ни внутри суток, ни изо дня в день: ровность, отношение ночи ко дню, скачки, таймеры, день начала; уровень, ровность от показания к показанию и начало оценены
finding-few_days = { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
} интервальных данных; для начала и для ровности изо дня в день нужно { $enough } или больше
finding-many_estimated = { $share } его интервалов расчётные (предел { $limit }); расчётные никогда не считаются ровными
finding-all_zero = все интервалы нулевые ({ $intervals }): отключён, помещение пустует или питание идёт мимо счётчика
finding-negative = { $intervals ->
    [one] { $intervals } интервал
    [few] { $intervals } интервала
   *[many] { $intervals } интервалов
} ниже нуля (дней: { $days }), наименьший { $least } кВт: отдача в сеть или канал с неверным знаком
finding-spike = мощность доходила до { $most } кВт (дней: { $days }), больше { $limit } кВт: это в 10 раз больше обычного суточного максимума { $usual } кВт
finding-spike_of_connection = мощность доходила до { $most } кВт (дней: { $days }), больше { $limit } кВт: столько, сколько выдержит присоединение на { $connection } кВт, или в 10 раз больше обычного максимума { $usual } кВт
finding-scale_changed = с { $day } все квантили равны прежним, умноженным на { $factor }: могла смениться единица (Вт·ч вместо кВт·ч, кВт вместо кВт·ч), коэффициент трансформации или место десятичного знака
finding-stuck = { $days ->
    [one] { $days } день повторяет
    [few] { $days } дня повторяют
   *[many] { $days } дней повторяют
} одно значение до последней цифры (первое { $first } кВт); настоящая нагрузка колеблется. В эти дни ничто не считается ровным
finding-no_timezone = --timezone не задан, а { $hint }: время без указания пояса берётся как есть, остальное — как UTC, и границы суток и ночи могут быть сдвинуты на часы. Задайте пояс, например --timezone Asia/Almaty
finding-zone_in_register = реестр называет пояс { $zone }
finding-zone_by_longitude = координаты реестра лежат около долготы { $lon }, где солнечное время отличается от UTC на { $hours } ч
finding-zone_by_script = адреса в реестре написаны кириллицей, поэтому счётчики вряд ли идут по UTC
finding-clock_shift = суточный график здесь сдвигается на { $hours } ч (корреляция со сдвигом { $moved }, без сдвига { $unmoved }): могли перевестись часы или смениться пояс
finding-too_short = измеренных дней слишком мало, чтобы судить (нужно не меньше { $enough }); стоит в конце списка с оценкой 0
finding-unjudged_more = так же ещё у { $meters ->
    [one] { $meters } счётчика
   *[many] { $meters } счётчиков
}, первый из них { $first }; оценить их нельзя: измеренных дней слишком мало. Все они есть в scores.parquet с оценкой 0
finding-few_peers = оценить удалось { $meters ->
    [one] { $meters } счётчик
    [few] { $meters } счётчика
   *[many] { $meters } счётчиков
}; если счётчиков меньше { $enough }, оценка опирается на модель домов из других мест, а ожидаемое число ложных мест грубое

## Счётчики между собой и с реестром

finding-ids_rounded = { $ids ->
    [one] { $ids } номер выглядит
    [few] { $ids } номера выглядят
   *[many] { $ids } номеров выглядят
} округлёнными электронной таблицей, так что за одним может стоять несколько счётчиков. Выгрузите номера как текст, например { $examples }
finding-ids_of_residuals = { $ids ->
    [one] { $ids } номер начинается
    [few] { $ids } номера начинаются
   *[many] { $ids } номеров начинаются
} как у небалансов, в которых собрано то, что идёт мимо счётчиков. Назовите эти счётчики иначе, например { $examples }
finding-leading_zeros = { $ids ->
    [one] { $ids } номер отличается
    [few] { $ids } номера отличаются
   *[many] { $ids } номеров отличаются
} от другого только нулями в начале, и каждый оценён как отдельный счётчик: { $examples }. Во всех файлах выгружайте номера как текст
finding-ids_alike = { $first } и { $others }
finding-total = `{ $meter }`: его энергия равна сумме всех остальных счётчиков: это итог, а не счётчик. Уберите его строки из выгрузки или дайте ему в реестре вид подстанции
finding-not_in_register = у { $meters ->
    [one] { $meters } счётчика
   *[many] { $meters } счётчиков
} есть интервальные данные, но нет строки в реестре; они оценены без неё, например { $examples }
finding-no_interval_data = { $meters ->
    [one] { $meters } счётчик есть
    [few] { $meters } счётчика есть
   *[many] { $meters } счётчиков есть
} в реестре, но без интервальных данных; о них ничего не сказано, например { $examples }
finding-same_as_another = у { $meters } одна и та же энергия каждый день: один счётчик указан дважды или канал скопирован
finding-far_above_class = средняя мощность { $kw } кВт, медиана его класса { $usual } кВт, отношение { $times }: Вт·ч прочитаны как кВт·ч?
finding-level = { $who ->
    [home] типичный дом
   *[meter] типичный счётчик
} потребляет в среднем { $kw } кВт, { $level ->
    [high] больше { $limit } кВт; в единице в тысячу раз меньше (Вт·ч вместо кВт·ч, Вт вместо кВт)
   *[low] меньше { $limit } кВт; в единице в тысячу раз больше (кВт·ч вместо Вт·ч, кВт вместо Вт)
} было бы { $other } кВт. От этого зависит каждый кВт расчёта: задайте unit (и multiplier) в [[readings]]

## Баланс трансформаторов, фидеров и подстанций

finding-own_parent = он указан сам себе как parent_id; в балансе эта связь не учтена. Укажите, что его питает
finding-parents_in_a_circle = вверх по parent_id ({ $parent }) путь возвращается к нему же; в балансе эта связь не учтена. Укажите, что его питает
finding-parents_unknown = parent_id, у которых в реестре нет строки и нет своих показаний: { $parents }, среди них { $first } (счётчиков под ним: { $of_first }); для счётчиков под ними ({ $meters }) баланс не составить. Добавьте показания вышестоящих счётчиков
finding-children_silent = у { $silent } из { $all } счётчиков под ним нет интервальных данных; в балансе они приняты такими же, как остальные. Добавьте их показания
finding-children_coarse = { $n ->
    [one] { $n } счётчик под ним снимается
    [few] { $n } счётчика под ним снимаются
   *[many] { $n } счётчиков под ним снимаются
} раз в сутки или реже; в балансе их энергия распределена по часам остальных
finding-ratio_doubtful = его небаланс растёт с нагрузкой быстрее, чем могут технические потери ({ $share } средней нагрузки): проверьте коэффициент трансформации и счётчики крупных потребителей под ним
finding-mostly_silent = у { $silent } из { $all } счётчиков под ним нет интервальных данных, поэтому его отпуск не с чем сравнить; баланс не составлен. Добавьте их показания
finding-too_few_to_balance = дней, за которые есть его часы и часы счётчиков под ним: { $days }; нужна неделя. Баланс не составлен. Суточных показаний трансформатора недостаточно
finding-wrong_parent = указан под { $listed }, но там его потребления в небалансе не хватает, а под { $feeds } оно лишнее; он посчитан под { $feeds }. Проверьте сеть и исправьте parent_id
finding-parent_doubtful = указан под { $listed }, но там его потребления в небалансе, похоже, не хватает, а лишним оно нигде не оказалось; ничего не изменено. Проверьте, что его питает

## Как читается файл, в ответе `check`

finding-fact_rows = строки
finding-fact_meter = счётчик
finding-fact_time = время
finding-fact_time_of_day = время суток
finding-fact_end = конец
finding-fact_date_order = порядок даты
finding-fact_clock = часы
finding-fact_stamp = метка
finding-fact_value = значение
finding-fact_unit = единица
finding-fact_decimal = десятичный знак
finding-fact_thousands = тысячи
finding-fact_multiplier = множитель
finding-fact_factor = коэффициент
finding-fact_quality = качество
finding-fact_rows_read = какие строки
finding-fact_encoding = кодировка
finding-fact_header = заголовок
finding-as_it_is = { $value }
finding-rows_long = строка — интервал
finding-rows_register = строка — показание нарастающим итогом
finding-rows_wide = строка — момент времени, столбец — счётчик (столбцов { $n })
finding-rows_daily = строка — сутки счётчика, столбцов { $n } по { $minutes } мин
finding-rows_dates = строка — счётчик, столбец — день (столбцов { $n })
finding-named_column = столбец `{ $column }`
finding-two_columns = столбцы `{ $first }` и `{ $second }`
finding-columns_added = столбец { $columns }
finding-name_of_file = имя файла или папки, здесь { $name }
finding-names_of_columns = имена столбцов со значениями
finding-time_in_column = столбец `{ $column }`, { $form ->
    [zoned] метки времени с поясом
    [unzoned] метки времени без пояса
    [text_zoned] текст со смещением пояса
    [text_unzoned] текст без пояса
    [seconds] секунды с 1970 года
    [parts] доли секунды с 1970 года
    [digits] даты цифрами
   *[serial] номера дней электронной таблицы
}
finding-day_of_folder = день в имени папки
finding-day_first = день перед месяцем (dmy)
finding-month_first = месяц перед днём (mdy)
finding-clock_instants = моменты, от пояса не зависят
finding-clock_utc = { "UTC" }
finding-clock_standard = поясное время { $zone } круглый год
finding-clock_local = местное время { $zone }, с переводом часов
finding-clock_as_written = как написано: пояс не задан
finding-stamp_start = время отмечает начало интервала
finding-stamp_end = время отмечает конец интервала
finding-mark_point = точка
finding-mark_comma = запятая
finding-mark_space = пробел
finding-mark_apostrophe = апостроф
finding-not_any = нет
finding-times_column = каждое значение умножается на столбец `{ $column }`
finding-only_where = только где { $conditions }
finding-column_is = в `{ $column }` стоит { $texts }
finding-after_lines = после { $n ->
    [one] { $n } строки
   *[many] { $n } строк
}
finding-by_columns = по его столбцам
finding-by_column_name = по имени столбца
finding-by_folder_name = по имени папки
finding-by_name_and_cells = по имени и ячейкам столбца
finding-by_first_bytes = по первым байтам
finding-times_say_so = так говорят сами времена
finding-format_says_so = так говорит формат
finding-file_says_so = так говорит файл
finding-zone_given = заданный пояс
finding-times_stay = время без пояса остаётся как есть
finding-nothing_shows_end = ничто не говорит, что оно отмечает конец; на кВт это не влияет
finding-unit_in_name = в имени столбца
finding-multiplier_by_name = по имени столбца; если значения уже умножены, задайте "none"
