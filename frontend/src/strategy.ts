/** The dashboard that lays itself out, as Home Assistant asks for it. */

import { dashboard, type StrategyConfig, view } from "./layout";
import { localize } from "./localize";
import type { Hass } from "./types";

class DashboardStrategy extends HTMLElement {
  /** What of Home Assistant's registries makes a new layout necessary. */
  static registryDependencies = ["entities", "devices"];

  static async generate(config: StrategyConfig, hass: Hass): Promise<object> {
    return dashboard(config, hass);
  }
}

class ViewStrategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static async generate(config: StrategyConfig, hass: Hass): Promise<object> {
    return view(config, hass);
  }
}

export function registerStrategies(): void {
  if (customElements.get("ll-strategy-dashboard-ai-quota")) {
    return;
  }
  customElements.define("ll-strategy-dashboard-ai-quota", DashboardStrategy);
  customElements.define("ll-strategy-view-ai-quota", ViewStrategy);
  (window.customStrategies ??= []).push({
    type: "ai-quota",
    strategyType: "dashboard",
    name: "AI Quota",
    get description() {
      return localize(document.documentElement.lang)("dashboard_description");
    },
  });
}
