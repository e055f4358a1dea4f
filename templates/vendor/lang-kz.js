// Names months, days and parts of a chart in Kazakh, for Apache ECharts.
export default {
  time: {
    month: ["Қаңтар", "Ақпан", "Наурыз", "Сәуір", "Мамыр", "Маусым", "Шілде", "Тамыз", "Қыркүйек", "Қазан", "Қараша", "Желтоқсан"],
    monthAbbr: ["Қаң", "Ақп", "Нау", "Сәу", "Мам", "Мау", "Шіл", "Там", "Қыр", "Қаз", "Қар", "Жел"],
    dayOfWeek: ["Жексенбі", "Дүйсенбі", "Сейсенбі", "Сәрсенбі", "Бейсенбі", "Жұма", "Сенбі"],
    dayOfWeekAbbr: ["жс", "дс", "сс", "ср", "бс", "жм", "сб"]
  },
  legend: { selector: { all: "Барлығы", inverse: "Керісінше" } },
  toolbox: {
    brush: {
      title: {
        rect: "Тіктөртбұрышпен белгілеу", polygon: "Еркін белгілеу", lineX: "Көлденең белгілеу",
        lineY: "Тік белгілеу", keep: "Белгілеуді сақтау", clear: "Белгілеуді алып тастау"
      }
    },
    dataView: { title: "Деректер", lang: ["Деректер", "Жабу", "Жаңарту"] },
    dataZoom: { title: { zoom: "Үлкейту", back: "Бастапқы көрініс" } },
    magicType: { title: { line: "Сызық", bar: "Бағандар", stack: "Қабаттап", tiled: "Қатарлап" } },
    restore: { title: "Қалпына келтіру" },
    saveAsImage: { title: "Суретті сақтау", lang: ["Суретті сақтау үшін тінтуірдің оң жақ түймесін басыңыз"] }
  },
  series: {
    typeNames: {
      bar: "Бағанды диаграмма", line: "Сызықты график", scatter: "Нүктелі диаграмма",
      effectScatter: "Толқынды нүктелі диаграмма", tree: "Ағаш", heatmap: "Жылу картасы",
      graph: "Байланыстар графы", custom: "Арнайы диаграмма", chart: "диаграмма"
    }
  },
  aria: {
    general: { withTitle: "Бұл «{title}» диаграммасы", withoutTitle: "Бұл диаграмма" },
    series: {
      single: { prefix: "", withName: ", түрі {seriesType}, атауы {seriesName}.", withoutName: ", түрі {seriesType}." },
      multiple: {
        prefix: ". Ол {seriesCount} қатардан тұрады.",
        withName: " {seriesId}-қатар: түрі {seriesType}, көрсететіні {seriesName}.",
        withoutName: " {seriesId}-қатар: түрі {seriesType}.",
        separator: { middle: "", end: "" }
      }
    },
    data: {
      allData: "Деректер: ", partialData: "Алғашқы {displayCnt} элемент: ",
      withName: "{name} – {value}", withoutName: "{value}", separator: { middle: ", ", end: ". " }
    }
  }
};
