/** The dashboard that lays itself out: all accounts, what needs attention first, and a week of history. */

import { CARD, type CardConfig, settings, thresholds } from "./config";
import { localize } from "./localize";
import { type Account, byUrgency, readAccounts } from "./model";
import type { Hass } from "./types";

/** A view of the dashboard by name, and what the cards of the overview shall look like. */
export interface StrategyConfig extends Omit<CardConfig, "title" | "devices"> {
  view?: "overview" | "details";
}

const DAYS = 7;

export function dashboard(config: StrategyConfig, hass: Hass): object {
  const text = localize(hass.language);
  const views = [
    { title: text("overview"), path: "overview", icon: "mdi:gauge", strategy: { ...config, view: "overview" } },
    { title: text("details"), path: "details", icon: "mdi:chart-line", strategy: { ...config, view: "details" } },
  ];
  return { views: readAccounts(hass).length ? views : views.slice(0, 1) };
}

export function view({ type: _, view: name, ...look }: StrategyConfig, hass: Hass): object {
  const card = { ...look, type: `custom:${CARD}` };
  const set = settings(card, hass.language);
  const accounts = readAccounts(hass);
  const sorted = byUrgency(accounts, thresholds(set), Date.now());
  if (!accounts.length) {
    return { type: "panel", cards: [card] }; // which says what to do
  }
  return name === "details" ? details(accounts, hass) : overview(sorted, card, hass);
}

function overview(accounts: readonly Account[], card: CardConfig, hass: Hass): object {
  const title = localize(hass.language)("attention");
  const attention: CardConfig = { ...card, title, layout: "compact", attention_only: true, order: "attention" };
  const providers = [...new Set(accounts.map((account) => account.provider))];
  const cards = providers.map((provider) => ({
    ...card,
    devices: accounts.filter((account) => account.provider === provider).map((account) => account.deviceId),
  }));
  return {
    type: "sections",
    max_columns: 4,
    dense_section_placement: true,
    sections: [attention, ...cards].map((each) => ({ type: "grid", cards: [each] })),
  };
}

function details(accounts: readonly Account[], hass: Hass): object {
  return {
    type: "sections",
    max_columns: 4,
    sections: accounts.map((account) => ({ type: "grid", cards: [heading(account), history(account, hass), facts(account, hass)].flat() })),
  };
}

function heading(account: Account): object {
  const name = account.ownName ?? [account.provider, account.label].filter(Boolean).join(" · ");
  return {
    type: "heading",
    heading: name,
    tap_action: { action: "navigate", navigation_path: `/config/devices/device/${account.deviceId}` },
  };
}

function history({ windows }: Account, hass: Hass): object[] {
  const entities = windows
    .filter((window) => window.usedShare !== undefined)
    .map((window) => ({ entity: window.entityId, name: window.name }));
  const title = localize(hass.language)("history");
  const graph = { chart_type: "line", days_to_show: DAYS, min_y_axis: 0, period: "hour", stat_types: ["max"] };
  return entities.length ? [{ type: "statistics-graph", title, entities, ...graph }] : [];
}

/** Return the figures without a limit, how the service does, how old all this is, and a button to read it anew. */
function facts({ figures, own }: Account, hass: Hass): object[] {
  const others = ["service_status", "last_success", "refresh"].flatMap((key) => own[key] ?? []);
  const entities = [...figures.map((figure) => figure.entityId), ...others].map((entity) => ({
    entity,
    name: hass.entities[entity]?.name,
  }));
  return entities.length ? [{ type: "entities", entities }] : [];
}

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
