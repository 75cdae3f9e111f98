/** What a person may set of the card. */

import { localize, type TextKey } from "./localize";
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

/** Return the configuration without what is empty, or the default anyway. */
export function withoutDefaults(config: CardConfig): CardConfig {
  const defaults: Readonly<Record<string, unknown>> = DEFAULTS;
  const isNeeded = ([key, value]: [string, unknown]) =>
    !isEmpty(value) && JSON.stringify(value) !== JSON.stringify(defaults[key]);
  return { ...Object.fromEntries(Object.entries(config).filter(isNeeded)), type: config.type };
}

/** Return the configuration with the defaults of what is empty; throws an Error in words for the person. */
export function settings(config: CardConfig, language: string): Settings & CardConfig {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => !isEmpty(value)));
  const set: Settings & CardConfig = { ...DEFAULTS, ...given, type: config.type };
  const text = localize(language);
  const check = (isRight: boolean, key: TextKey, values: Readonly<Record<string, string>> = {}) => {
    if (!isRight) {
      throw new Error(text(key, values));
    }
  };
  for (const [key, choices] of [["layout", LAYOUTS], ["order", ORDERS]] as const) {
    check((choices as readonly string[]).includes(set[key]), "invalid_choice", { key, choices: choices.join(", ") });
  }
  for (const key of ["attention_only", "show_pace", "show_balances"] as const) {
    check(typeof set[key] === "boolean", "invalid_switch", { key });
  }
  const { critical, devices, warning } = set;
  check(Array.isArray(devices) && devices.every((id) => typeof id === "string"), "invalid_devices");
  const areNumbers = typeof warning === "number" && typeof critical === "number";
  check(areNumbers && 0 < warning && warning <= critical && critical <= 100, "invalid_thresholds");
  return set;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

export function thresholds({ warning, critical }: Settings): Thresholds {
  return { warning, critical };
}
