//! Lists what callers say, in English, Russian and Kazakh.

/// On a home, in one of the languages; `{}` stands for the place.
pub(super) const HOME_TEXTS: [&str; 9] = [
    "Fans hum day and night at {}, and hot air comes out of the window even in January.",
    "My neighbour at {} brought in metal boxes with fans, the lights flicker since then.",
    "Somebody mines crypto at {}. Nobody lives there but it is never quiet.",
    "По адресу {} круглые сутки гудят вентиляторы, стена тёплая. Похоже, майнят.",
    "Сосед ({}) занёс много ящиков с вентиляторами, с тех пор выбивает автоматы.",
    "{}: в квартире никто не живёт, а шум день и ночь. Проверьте, пожалуйста.",
    "{} мекенжайында күні-түні желдеткіштер гуілдейді, терезеден ыстық ауа шығады.",
    "Көршім ({}) үйіне көп жабдық кіргізді, содан бері жарық жыпылықтайды. Майнинг болуы мүмкін.",
    "{}: пәтерде ешкім тұрмайды, бірақ шу тоқтамайды. Тексеріп көріңіздерші.",
];

/// On a business.
pub(super) const BUSINESS_TEXTS: [&str; 6] = [
    "Containers with fans run at {} round the clock; trucks bring in machines at night.",
    "They say they grow something at {}, but it is racks of computers inside.",
    "На объекте {} стоят контейнеры с майнерами, работают день и ночь.",
    "{}: говорят, цех, а внутри одни компьютеры. Свет у всех садится.",
    "{} орнында майнинг жабдығы тәулік бойы жұмыс істеп тұр.",
    "{}: цех дейді, бірақ ішінде тек компьютерлер тұр.",
];

/// On a tap: a cable without a meter.
pub(super) const TAP_TEXTS: [&str; 3] = [
    "A cable goes from the line near transformer {} into a shed. I do not think it has a meter.",
    "От трансформатора {} кинули кабель в гараж мимо счётчика, внутри гудит.",
    "{} трансформаторынан гаражға есептегішсіз кабель тартылған, ішінде бірдеңе гуілдейді.",
];

/// On a bypass: a cable around a meter.
pub(super) const BYPASS_TEXTS: [&str; 3] = [
    "The owner of {} laughs about bills: an electrician led the cable past the meter for his machines.",
    "По адресу {} провод идёт мимо счётчика, внутри майнеры.",
    "{} мекенжайында сым есептегіштен тыс тартылған, ішінде майнинг жабдығы бар.",
];
