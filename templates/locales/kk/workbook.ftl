# Күдікті орындар кітабы (suspects.xlsx).

# Парақ атаулары: 31 таңбадан ұзын емес, : \ / ? * [ ] мен дәйекшесіз.
sheet-suspects = Күдікті орындар
sheet-reasons = Белгілер
sheet-about = Есептеу туралы

# Құжат атауы.
sheet-title = hashwatt: күдікті орындар

# Басқа параққа сілтеменің үстінде көрінеді.
sheet-all_reasons = Барлық белгілер
sheet-back_to_list = Тізімге оралу

# Есептеу туралы парақтың жолдары: сол жақта атауы, оң жақта мәтіні.
about-not_proof = Белгі ғана, дәлел емес
about-weight = Салмағы
about-weight_words = Белгілер парағында: белгінің мүмкіндіктер логарифміне қосатын үлесі. Теріс салмақ майнингке қарсы айтады.
about-run = Есептеу
about-days = { $days }, жергілікті тәулік
about-no_time_zone = көрсетілмеген; тәулік 24 сағ
about-list = Тексеру тізімі
about-list_words = есептегіштің қате болу ықтималдығы { $share } шамасынан аспаса, ол тізімде тұрады
about-smallest_rig = Ең кіші қондырғы
about-tariff = Тариф
about-tariff_words = кВт·сағ үшін { $price }
about-no_tariff = көрсетілмеген
about-tariffs = баптаулардағы бірнеше баға, топ пен мерзім бойынша
about-columns = Күдікті орындар парағының бағандары

# Бағандар: тақырыбы, одан кейін мағынасы.
heading-place = №
meaning-place = Тексеру тізіміндегі орны: алдымен қосулылары, кейін тоқтағандары
heading-rank = Бағасы бойынша орны
meaning-rank = Барлық жолдар ішінде бағасы бойынша орны; 1 — ең күдіктісі
heading-meter_id = Есептегіш
meaning-meter_id = Есептегіш; residual: — теңгерімсіздік, яғни трансформатордың есептегіштерінен артық бергені
heading-score = Бағасы
meaning-score = Күдік бағасы, 0-ден 1-ге дейін; жоғары болған сайын күдіктірек
heading-kind = Неге ұқсайды
meaning-kind = Белгілер неге ұқсайды
heading-summary = Қысқаша
meaning-summary = Белгілер бір сөйлеммен
heading-rig_kw = Қуаты, кВт
meaning-rig_kw = Тегіс жүктеменің қосулы кездегі қуаты, кВт
heading-rig_kw_low = Қуаты кемінде, кВт
meaning-rig_kw_low = Аралығының төменгі шегі, кВт
heading-rig_kw_high = Қуаты ең көбі, кВт
meaning-rig_kw_high = Аралығының жоғарғы шегі, кВт
heading-machines_low = Майнер (ASIC), кемінде
meaning-machines_low = Сонша тұтынатын майнер (ASIC) саны, кемінде
heading-machines_high = Майнер (ASIC), ең көбі
meaning-machines_high = Сонша тұтынатын майнер (ASIC) саны, ең көбі
heading-onset = Басталуы
meaning-onset = Алғашқы күні; бос болса — деректер басталғанға дейін
heading-ended = Аяқталуы
meaning-ended = Жүктемесіз алғашқы күн; бос болса — деректер соңында әлі қосулы
heading-is_on = Қосулы ма
meaning-is_on = Деректер соңында қосулы ма
heading-last_seen_on = Соңғы жұмыс күні
meaning-last_seen_on = Жүктеме көрінген соңғы күн
heading-p_value = Ұқсастарының үлесі
meaning-p_value = Өзін қосқанда, бағасы одан төмен емес ұқсас тұтынушылардың үлесі
heading-chance = Ықтималдығы
meaning-chance = Онда ферма бар не болған ықтималдығы, 0-ден 1-ге дейін, тек деректер бойынша
heading-visit_chance = Сапар үстінен түседі
meaning-visit_chance = Деректерден екі апта кейінгі сапар оның жұмысының үстінен түсу ықтималдығы, 0-ден 1-ге дейін
heading-expected_false = Осы жолға дейінгі қате
meaning-expected_false = Біріншіден осы жолға дейінгі қанша жол қате болады деп күтіледі
heading-energy_kwh_since_onset = Басталғаннан бергі энергия, кВт·сағ
meaning-energy_kwh_since_onset = Осы жүктеменің деректердегі жұмыс сағаттарындағы энергиясы, кВт·сағ
heading-energy_kwh_low = Энергия, кемінде, кВт·сағ
meaning-energy_kwh_low = Бұл энергияның төменгі шегі, кВт·сағ
heading-energy_kwh_high = Энергия, ең көбі, кВт·сағ
meaning-energy_kwh_high = Бұл энергияның жоғарғы шегі, кВт·сағ
heading-money_since_onset = Тариф бойынша
meaning-money_since_onset = Сол энергия баптаулардағы тарифтер бойынша; тариф болмаса бос
heading-best_rival = Басқа түсіндірме
meaning-best_rival = Ең жақсы сәйкес келетін басқа түсіндірме
heading-best_rival_score = Оның сәйкестігі
meaning-best_rival_score = Қаншалықты сәйкес, 0-ден 1-ге дейін
heading-address = Мекенжай
meaning-address = Тізілімнен
heading-parent_id = Трансформатор
meaning-parent_id = Трансформатор, фидер немесе қосалқы станция
heading-activity = Қызметі
meaning-activity = Тізілімнен
heading-premises = Үй-жай
meaning-premises = Тізілімнен
heading-tariff = Тариф тобы
meaning-tariff = Тізілімнен
heading-contracted_kw = Шарттағы қуат, кВт
meaning-contracted_kw = Шарт бойынша рұқсат етілген қуат, кВт
heading-declared_mining_kw = Мәлімделген майнинг, кВт
meaning-declared_mining_kw = Мемлекетке мәлімделген майнинг, кВт
heading-licence = Лицензия
meaning-licence = Мәлімделген ферманың лицензиясы
heading-lat = Ендік
meaning-lat = Ендік, WGS 84, градус
heading-lon = Бойлық
meaning-lon = Бойлық, WGS 84, градус
heading-zone = Аймақ
meaning-zone = Желі аймағы, тізілімнен
heading-case = Іс
meaning-case = Бір трансформатордағы бірге қосылып, бірге өшетін жолдарға ортақ
heading-strongest_reason = Ең күшті белгі
meaning-strongest_reason = Салмағы ең үлкен белгі; барлығы белгілер парағында
heading-indicator = Белгі коды
heading-weight = Салмағы
heading-reason = Белгі
