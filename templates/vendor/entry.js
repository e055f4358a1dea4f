// Names the parts of Apache ECharts that the report and the desk draw with; build.sh bundles them.
export * from "echarts/core";

import { registerLocale, use } from "echarts/core";
import {
  BarChart, CustomChart, EffectScatterChart, GraphChart, HeatmapChart, LineChart, ScatterChart, TreeChart
} from "echarts/charts";
import {
  AriaComponent, DataZoomComponent, DataZoomInsideComponent, DataZoomSliderComponent, GraphicComponent,
  GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TitleComponent,
  ToolboxComponent, TooltipComponent, VisualMapComponent
} from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import langRU from "echarts/lib/i18n/langRU.js";
import langKZ from "./lang-kz.js";

use([
  BarChart, CustomChart, EffectScatterChart, GraphChart, HeatmapChart, LineChart, ScatterChart, TreeChart,
  AriaComponent, DataZoomComponent, DataZoomInsideComponent, DataZoomSliderComponent, GraphicComponent,
  GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TitleComponent,
  ToolboxComponent, TooltipComponent, VisualMapComponent, CanvasRenderer, SVGRenderer
]);
registerLocale("RU", langRU);
registerLocale("KZ", langKZ);
