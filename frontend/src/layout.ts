/** How the dashboard is laid out: all accounts, what needs attention first, and a week of history. */

import { CARD, type CardConfig, settings, thresholds } from "./config";
import { localize } from "./localize";
import { type Account, byUrgency, readAccounts } from "./model";
import type { Hass } from "./types";

/** A view of the dashboard by name, the accounts, and what the cards of the overview shall look like. */
export interface StrategyConfig extends Omit<CardConfig, "title"> {
  view?: "overview" | "details";
}

/** How many columns there are at most. */
const COLUMNS = 4;
const GRAPH = { chart_type: "line", days_to_show: 7, min_y_axis: 0, period: "hour", stat_types: ["max"] };

export function dashboard(config: StrategyConfig, hass: Hass): object {
  const text = localize(hass.language);
  const views = [
    { title: text("overview"), path: "overview", icon: "mdi:gauge", strategy: { ...config, view: "overview" } },
    { title: text("details"), path: "details", icon: "mdi:chart-line", strategy: { ...config, view: "details" } },
  ];
  return { views: readAccounts(hass, config.devices).length ? views : views.slice(0, 1) };
}

export function view({ type: _, view: name, ...look }: StrategyConfig, hass: Hass): object {
  const card = { ...look, type: `custom:${CARD}` };
  const set = settings(card, hass.language);
  const accounts = readAccounts(hass, set.devices);
  if (!accounts.length) {
    return { type: "panel", cards: [card] }; // which says what to do
  }
  return name === "details"
    ? details(accounts, hass)
    : overview(byUrgency(accounts, thresholds(set)), card, hass);
}

function overview(accounts: readonly Account[], card: CardConfig, hass: Hass): object {
  const title = localize(hass.language)("attention");
  const attention: CardConfig = { ...card, title, layout: "compact", attention_only: true, order: "attention" };
  const providers = [...new Set(accounts.map((account) => account.provider))];
  const cards = providers.map((provider) => ({
    ...card,
    devices: accounts.filter((account) => account.provider === provider).map((account) => account.deviceId),
  }));
  const top = { type: "grid", column_span: COLUMNS, cards: [{ ...attention, grid_options: { columns: "full" } }] };
  const others = cards.map((each) => ({ type: "grid", cards: [each] }));
  return { type: "sections", max_columns: COLUMNS, sections: [top, ...others] };
}

function details(accounts: readonly Account[], hass: Hass): object {
  return {
    type: "sections",
    max_columns: COLUMNS,
    sections: accounts.map((account) => ({
      type: "grid",
      cards: [heading(account), ...history(account), ...facts(account, hass)],
    })),
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

function history({ windows }: Account): object[] {
  const entities = windows
    .filter((window) => window.usedShare !== undefined)
    .map((window) => ({ entity: window.entityId, name: window.name }));
  return entities.length ? [{ type: "statistics-graph", entities, ...GRAPH }] : [];
}

/** Return the figures without a limit, how the service does, how old all this is, and a button to read it anew. */
function facts({ figures, own }: Account, hass: Hass): object[] {
  const others = ["service_status", "last_success", "refresh"].flatMap((key) => own[key] ?? []);
  const entities = [...figures.map((figure) => figure.entityId), ...others].map((entity) => ({
    entity,
    name: hass.entities?.[entity]?.name,
  }));
  return entities.length ? [{ type: "entities", entities }] : [];
}
