# Книга подозрительных мест (suspects.xlsx).

# Названия листов: не длиннее 31 знака, без : \ / ? * [ ] и апострофа.
sheet-suspects = Подозрительные места
sheet-reasons = Признаки
sheet-about = О расчёте

# Название документа.
sheet-title = hashwatt: подозрительные места

# Появляется над ссылкой на другой лист.
sheet-all_reasons = Все признаки
sheet-back_to_list = К списку

# Строки листа о расчёте: слева названия, справа тексты.
about-not_proof = Признаки, а не доказательство
about-weight = Вес
about-weight_words = На листе признаков: сколько признак добавляет к логарифму шансов. Отрицательный вес говорит против майнинга.
about-run = Расчёт
about-days = { $days }, местные сутки
about-no_time_zone = не указан; сутки по 24 ч
about-list = Список на проверку
about-list_words = счётчик в списке, пока вероятность, что он ложный, не больше { $share }
about-smallest_rig = Наименьшая установка
about-tariff = Тариф
about-tariff_words = { $price } за кВт·ч
about-no_tariff = не указан
about-tariffs = несколько цен из настроек, по классам и срокам
about-columns = Столбцы листа подозрительных мест

# Столбцы: заголовок и за ним смысл.
heading-place = №
meaning-place = Место в списке на проверку: сначала работающие, потом остановившиеся
heading-rank = Номер по оценке
meaning-rank = Место по оценке среди всех строк; 1 — самое подозрительное
heading-meter_id = Счётчик
meaning-meter_id = Счётчик; residual: — небаланс, то есть что трансформатор отпускает сверх своих счётчиков
heading-score = Оценка
meaning-score = Оценка подозрения, от 0 до 1; чем выше, тем подозрительнее
heading-kind = Похоже на
meaning-kind = На что похожи признаки
heading-summary = Коротко
meaning-summary = Признаки одним предложением
heading-rig_kw = Мощность, кВт
meaning-rig_kw = Мощность ровной нагрузки, пока она включена, кВт
heading-rig_kw_low = Мощность от, кВт
meaning-rig_kw_low = Нижняя граница её интервала, кВт
heading-rig_kw_high = Мощность до, кВт
meaning-rig_kw_high = Верхняя граница её интервала, кВт
heading-machines_low = Майнеров (ASIC) от
meaning-machines_low = Сколько майнеров (ASIC) столько потребляют, не меньше
heading-machines_high = Майнеров (ASIC) до
meaning-machines_high = Сколько майнеров (ASIC) столько потребляют, не больше
heading-onset = Начало
meaning-onset = Первый день; пусто — до начала данных
heading-ended = Конец
meaning-ended = Первый день без нагрузки; пусто — работает до конца данных
heading-is_on = Работает ли
meaning-is_on = Работает ли в конце данных
heading-last_seen_on = Последний день работы
meaning-last_seen_on = Последний день, когда нагрузка была видна
heading-p_value = Доля похожих не ниже
meaning-p_value = Доля похожих потребителей, включая его самого, с оценкой не ниже
heading-chance = Вероятность
meaning-chance = Вероятность, что там есть или была ферма, от 0 до 1, по одним данным
heading-visit_chance = Выезд её застанет
meaning-visit_chance = Вероятность, что выезд через две недели после конца данных застанет её работающей, от 0 до 1
heading-expected_false = Ложных до этой строки
meaning-expected_false = Сколько строк от первой до этой ожидаются ложными
heading-energy_kwh_since_onset = Энергия с начала, кВт·ч
meaning-energy_kwh_since_onset = Энергия этой нагрузки за часы её работы в данных, кВт·ч
heading-energy_kwh_low = Энергия, не менее, кВт·ч
meaning-energy_kwh_low = Нижняя граница этой энергии, кВт·ч
heading-energy_kwh_high = Энергия, не более, кВт·ч
meaning-energy_kwh_high = Верхняя граница этой энергии, кВт·ч
heading-money_since_onset = По тарифу
meaning-money_since_onset = Эта энергия по тарифам из настроек; без них пусто
heading-best_rival = Другое объяснение
meaning-best_rival = Другое объяснение, которое подходит лучше всех
heading-best_rival_score = Его совпадение
meaning-best_rival_score = Насколько оно подходит, от 0 до 1
heading-address = Адрес
meaning-address = Из реестра
heading-parent_id = Трансформатор
meaning-parent_id = Трансформатор, фидер или подстанция
heading-activity = Деятельность
meaning-activity = Из реестра
heading-premises = Помещение
meaning-premises = Из реестра
heading-tariff = Тарифная группа
meaning-tariff = Из реестра
heading-contracted_kw = Договорная мощность, кВт
meaning-contracted_kw = Сколько разрешено по договору, кВт
heading-declared_mining_kw = Заявленный майнинг, кВт
meaning-declared_mining_kw = Майнинг, заявленный государству, кВт
heading-licence = Лицензия
meaning-licence = Лицензия заявленной фермы
heading-lat = Широта
meaning-lat = Широта, WGS 84, градусы
heading-lon = Долгота
meaning-lon = Долгота, WGS 84, градусы
heading-zone = Зона
meaning-zone = Зона сети, из реестра
heading-case = Дело
meaning-case = Общее у строк, которые вместе начинаются и кончаются под одним трансформатором
heading-strongest_reason = Сильнейший признак
meaning-strongest_reason = Признак с наибольшим весом; на листе признаков — все
heading-indicator = Код признака
heading-weight = Вес
heading-reason = Признак
