# Что печатают в терминале `detect` и `explain`.

terminal-read = Прочитано { $read }.
terminal-read_rows = { $rows }: показания { $meters }
terminal-rows = { $n ->
    [one] { $shown } строка
    [few] { $shown } строки
   *[many] { $shown } строк
}
terminal-span = { $n ->
    [one] { $days } ({ $shown } день)
    [few] { $days } ({ $shown } дня)
   *[many] { $days } ({ $shown } дней)
}
terminal-suspects = { $title }; сначала работающие, первые — самые подозрительные:
terminal-no_suspects = Подозрительных мест среди { $among } нет: каждое оказалось бы ложным с вероятностью больше { $share }.
terminal-highest = Не подозрительные места, но самые высокие оценки:
terminal-column-number = №
terminal-column-meter = счётчик
terminal-column-score = оценка
terminal-column-kind = похоже на
terminal-column-rig = мощность, кВт (от-до)
terminal-column-machines = майнеров (ASIC)
terminal-column-since = с какого дня
terminal-column-chance = там ферма
terminal-column-visit = выезд застанет
terminal-none_on = К концу данных не работает ни одно.
terminal-ended = Остановились: выезд что-то найдёт, только если ферма включилась снова.
terminal-before = до { $day }
terminal-before_data = до начала данных
terminal-more = { $n ->
    [one] Ещё { $shown } подозрительное место — в { $file }.
    [few] Ещё { $shown } подозрительных места — в { $file }.
   *[many] Ещё { $shown } подозрительных мест — в { $file }.
}
terminal-written = Записано в { $folder }:
terminal-file-report = графики каждого подозрительного места, для браузера
terminal-file-suspects = подозрительные места с адресом и данными реестра, для электронной таблицы (также .csv, .geojson, .parquet)
terminal-file-scores = все счётчики с местом в списке и признаками
terminal-file-findings = что найдено в данных
terminal-file-run = исходные файлы, настройки, версии, количества
terminal-why = Почему счётчик стоит на своём месте:
terminal-caution = Оценка — это признак, а не доказательство: подтвердить или отклонить подозрение может только выезд.

terminal-findings = Находки по кодам:
terminal-no_findings = Находок нет.
terminal-column-severity = важность
terminal-column-count = число
terminal-column-code = код
terminal-example = например, { $finding }
terminal-left_out = пропущено: { $finding }
terminal-of_meter = счётчик { $meter }

explain-head = { $meter }: оценка подозрения { $score }, № { $rank } из { $all }
explain-kind = похоже на
explain-chance = вероятность
explain-visit = выезд
explain-rig = мощность
explain-machines = майнеров (ASIC)
explain-onset = начало
explain-ended = конец
explain-last_seen = последний день
explain-energy = энергия
explain-peers = похожие
explain-chance_by_data = { $chance }, что там есть или была ферма, по одним данным
explain-visit_finds = { $chance }, что выезд через две недели после конца данных застанет её работающей
explain-reasons = Признаки (вес — логарифм шансов: + за майнинг, - против)
explain-none = нет
explain-rivals = Чем ещё это может быть (каждое само по себе, от 0 до 1)
explain-mining = майнинг
explain-no_days = Дней этого счётчика в расчёте нет.
explain-by_week = Базовая нагрузка по неделям (среднее суточных 5-х процентилей), { $days }
explain-by_month = Базовая нагрузка по месяцам (среднее суточных 5-х процентилей), { $days }
explain-mean_day = Средний день за последние { $days } дней, с 00:00 до 24:00
explain-too_coarse = по столь редким показаниям сказать нельзя
explain-range = от { $low } до { $high } кВт

terminal-files = { $n ->
    [one] { $shown } файл
    [few] { $shown } файла
   *[many] { $shown } файлов
}
terminal-days = { $n ->
    [one] { $shown } день
    [few] { $shown } дня
   *[many] { $shown } дней
}
terminal-points = { $n ->
    [one] { $shown } точка учёта
    [few] { $shown } точки учёта
   *[many] { $shown } точек учёта
}
terminal-transformers = { $n ->
    [one] { $shown } трансформатор
    [few] { $shown } трансформатора
   *[many] { $shown } трансформаторов
}
terminal-rigs = { $n ->
    [one] { $shown } ферма
    [few] { $shown } фермы
   *[many] { $shown } ферм
}
terminal-look_alikes = { $n ->
    [one] { $shown } двойник
    [few] { $shown } двойника
   *[many] { $shown } двойников
}
terminal-tips = { $n ->
    [one] { $shown } сообщение
    [few] { $shown } сообщения
   *[many] { $shown } сообщений
}
terminal-and_more = { $n ->
    [one] и ещё { $shown }
   *[many] и ещё { $shown }
}

terminal-digested = Сведено: { $read }; записано в { $folder }.

terminal-verified = { $folder }: { $holds }, { $files }, все как записаны.
terminal-damaged = { $folder }: { $holds }, { $files }, из них повреждено или пропало { $damaged }:
terminal-left_alone = Записано не hashwatt, не тронуто:
terminal-verify_store = Сводки лежат в хранилище; проверьте и его: hashwatt verify { $store }
terminal-replayed = Повторено: { $files }, байт в байт как записано в { $record }.
holds-run = расчёт hashwatt
holds-store = хранилище суточных сводок
holds-triage = ответы на сообщения
holds-backtest = таблицы проверки
holds-district = модельный район
holds-workspace = незаконченный расчёт hashwatt

terminal-simulated = { $points }, над ними { $transformers }; { $days } с { $first }, по { $minutes } мин, пояс { $zone }, seed { $seed }: { $rows }.
terminal-planted = { $rigs }, { $look_alikes }, { $transformers } с неучтённой нагрузкой, { $tips }; где они, говорит { $file }.
terminal-files_written = Записано:
terminal-to_run = Запустить расчёт:

terminal-triaged = { $tips }: подтверждается { $supported }, не подтверждается { $not_supported }, нельзя судить { $not_judgeable }.
terminal-column-tip = обращение
terminal-column-rank = №
terminal-column-answer = данные
terminal-column-kw = мощность
terminal-column-place = адрес
terminal-triage_written = Записано: { $file }, страница на каждое сообщение в { $folder }
terminal-tip_caution = Сообщение — это утверждение; что говорят о нём данные — признак, а не доказательство.

check-rows = строки
check-meters = счётчики
check-span = период
check-interval = интервал
check-zone = пояс
check-completeness = полнота
check-estimated = расчётные
check-energy = энергия
check-complete = есть { $share } ожидаемых интервалов
check-estimated_share = { $share } интервалов
check-minutes = { $minutes } мин
check-n_meters = { $n ->
    [one] { $shown } счётчик
    [few] { $shown } счётчика
   *[many] { $shown } счётчиков
}
check-no_zone = не задан: время берётся как есть, в каждых сутках 24 часа. Если это местное время, задайте --timezone Область/Город, например --timezone Asia/Almaty
check-consumption = { $median } кВт·ч в месяц у среднего по ряду счётчика, наименьшее { $least }, наибольшее { $most } ({ $meters }). Средний по ряду расходует { $day } кВт·ч в сутки; большинство домов — от 3 до 30. Так и есть?
check-consumption_of_one = { $median } кВт·ч в месяц. Единственный счётчик расходует { $day } кВт·ч в сутки; большинство домов — от 3 до 30. Так и есть?
check-other_units = Единица { $unit } предположена: было бы { $others }.
check-if_they_are = { $kwh } кВт·ч, если это { $unit }
check-worst = Счётчики, о которых больше всего предупреждений, { $shown } из { $all }:
check-column-findings = находок
check-column-codes = коды
check-how = { $n ->
    [0] Как читается { $name }:
    [one] Как читается { $name } (и так же ещё { $shown } файл):
    [few] Как читается { $name } (и так же ещё { $shown } файла):
   *[many] Как читается { $name } (и так же ещё { $shown } файлов):
}
check-certain = известно
check-guessed = предположено
check-accepted = принято, хотя почти столь же вероятно другое чтение
check-stated = задано
check-rows_as_read = строки, как они прочитаны: ячейки как написаны, затем счётчик, местное начало и энергия
check-row = строка { $row }
check-counter_at = показание { $read }
check-no_value = нет значения
check-more_ways = { $n ->
    [one] и ещё { $shown } способ чтения, для других файлов
    [few] и ещё { $shown } способа чтения, для других файлов
   *[many] и ещё { $shown } способов чтения, для других файлов
}
check-mapping = Блок для файла настроек; с ним ничего не предполагается:
check-guess = предположено { $key } = { $value }: { $reason }
check-accept = принято { $key } = { $value }: { $reason }
check-verdict = { $n ->
    [0] Итог: готово
    [one] Итог: готово, { $shown } предположение
    [few] Итог: готово, { $shown } предположения
   *[many] Итог: готово, { $shown } предположений
}{ $skipped ->
    [some] ; что пропущено, говорят находки
   *[none] { "" }
}.
check-not_readable = Итог: не читается. { $cure }.

# The evidence file of a place.
terminal-evidence = Записано в { $file }. Последняя сумма; храните её отдельно:
    { $sum }
terminal-evidence_verified = { $file }: материалы по { $meter } — такие, как созданы: звеньев { $links }, последняя сумма { $sum }.
terminal-evidence_damaged = { $file }: материалы по { $meter } — не такие, как созданы:
