/** What a person may set of the card. */

import { localize } from "./localize";
import type { Thresholds } from "./model";

export const CARD = "ai-quota-card";
export const LAYOUTS = ["detailed", "compact"] as const;
export const ORDERS = ["provider", "attention"] as const;

export interface CardConfig {
  type: string;
  /** The heading of the card. */
  title?: string;
  layout?: (typeof LAYOUTS)[number];
  /** The accounts to show, by device; all of them when there is none. */
  devices?: string[];
  order?: (typeof ORDERS)[number];
  /** Show only the accounts that need attention, and nothing at all when none does. */
  attention_only?: boolean;
  /** The uses in per cent from which on a quota runs low, and is nearly used up. */
  warning?: number;
  critical?: number;
  show_pace?: boolean;
  show_balances?: boolean;
}

export type Settings = Required<Omit<CardConfig, "type" | "title">>;

export const DEFAULTS: Settings = {
  layout: "detailed",
  devices: [],
  order: "provider",
  attention_only: false,
  warning: 80,
  critical: 95,
  show_pace: true,
  show_balances: true,
};

/** Return the configuration with what it leaves out; throws an Error in words for the person. */
export function settings(config: CardConfig, language: string): Settings {
  const set = { ...DEFAULTS, ...config };
  const text = localize(language);
  const choice = (key: "layout" | "order", choices: readonly string[]) => {
    if (!choices.includes(set[key])) {
      throw new Error(text("invalid_choice", { key, choices: choices.join(", ") }));
    }
  };
  choice("layout", LAYOUTS);
  choice("order", ORDERS);
  if (!Array.isArray(set.devices)) {
    throw new Error(text("invalid_devices"));
  }
  if (!(0 < set.warning && set.warning <= set.critical && set.critical <= 100)) {
    throw new Error(text("invalid_thresholds"));
  }
  return set;
}

export function thresholds({ warning, critical }: Settings): Thresholds {
  return { warning, critical };
}
