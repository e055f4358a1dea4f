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
terminal-column-place = №
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
