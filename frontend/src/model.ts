/** From Home Assistant's states to accounts with their windows: pure functions, no text, no element. */

import { isTextKey, localize } from "./localize";
import type { Device, EntityEntry, EntityState, Hass } from "./types";

export const PLATFORM = "ai_quota";
const HOUR = 3_600_000;
/** How old, in ms, figures may be before that is worth a word. */
const STALE = HOUR;
/** The share from which on a pace means something. */
const MIN_EXPECTED = 3;
/** By how much, in parts of its length, the reset of a window may lie too far ahead. */
const TOLERANCE = 1.02;

export interface Thresholds {
  warning: number;
  critical: number;
}

export const LEVELS = ["unknown", "ok", "warning", "critical", "exhausted"] as const;
export type Level = (typeof LEVELS)[number];

/** How fast a window is being used, in shares (%) of the whole. */
export interface Pace {
  expected: number;
  lasts: boolean;
  runsOutAt: number | undefined;
}

/** Something that has a limit. Times are in ms since 1970, lengths in ms, shares in per cent. */
export interface UsageWindow {
  id: string;
  name: string;
  /** The entity that tells more. */
  entityId: string;
  usedShare: number | undefined;
  used: number | undefined;
  limit: number | undefined;
  remaining: number | undefined;
  unit: string | undefined;
  resetsAt: number | undefined;
  expiresAt: number | undefined;
  duration: number | undefined;
  /** What the integration's own sensor says, null when it says that there is no pace, undefined without it. */
  toldPace: Pace | null | undefined;
}

/** A figure without a limit, such as a balance. */
export interface Figure {
  entityId: string;
  kind: string;
  name: string;
  value: number;
  unit: string | undefined;
}

export const TROUBLES = ["maintenance", "minor", "major", "critical"] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface ServiceTrouble {
  entityId: string;
  level: Trouble;
  description: string | undefined;
}

/** One account at one provider. */
export interface Account {
  deviceId: string;
  provider: string;
  /** What tells the account from others of its provider. */
  label: string;
  /** Whether there are others of its provider. */
  hasSiblings: boolean;
  /** A name that a person has given to the device. */
  ownName: string | undefined;
  plan: string | undefined;
  windows: UsageWindow[];
  figures: Figure[];
  fetchedAt: number | undefined;
  /** Whether none of its figures is known any more. */
  isSilent: boolean;
  needsSignIn: boolean;
  trouble: ServiceTrouble | undefined;
  /** Its entities by translation key, which tells apart those that are the account's own. */
  own: Readonly<Record<string, string>>;
  entityIds: string[];
}

// Reading

/** Return the accounts by provider and name; those of some devices in the order in which these are given. */
export function readAccounts(hass: Hass, deviceIds: readonly string[] = []): Account[] {
  const all = [...entriesByDevice(hass)].flatMap(([deviceId, entries]) => {
    const device = hass.devices?.[deviceId];
    return device ? [{ device, entries, provider: device.manufacturer ?? device.name ?? "" }] : [];
  });
  const isWanted = ({ device }: { device: Device }) => !deviceIds.length || deviceIds.includes(device.id);
  const accounts = all.filter(isWanted).map(({ device, entries, provider }) => {
    const hasSiblings = all.some((other) => other.device !== device && other.provider === provider);
    return { ...readAccount(hass, device, entries, provider), hasSiblings };
  });
  const title = (account: Account) => `${account.provider} ${account.ownName ?? account.label}`;
  const { compare } = new Intl.Collator(hass.language);
  return accounts.sort((a, b) =>
    deviceIds.length
      ? deviceIds.indexOf(a.deviceId) - deviceIds.indexOf(b.deviceId)
      : compare(title(a), title(b)),
  );
}

function entriesByDevice(hass: Hass): Map<string, EntityEntry[]> {
  const found = new Map<string, EntityEntry[]>();
  for (const entry of Object.values(hass.entities ?? {})) {
    if (entry.platform === PLATFORM && entry.device_id) {
      found.set(entry.device_id, [...(found.get(entry.device_id) ?? []), entry]);
    }
  }
  return found;
}

function readAccount(
  hass: Hass,
  device: Device,
  entries: readonly EntityEntry[],
  provider: string,
): Omit<Account, "hasSiblings"> {
  const own = Object.fromEntries(entries.map((entry) => [entry.translation_key ?? "", entry.entity_id]));
  const state = (key: string) => known(hass.states[own[key] ?? ""]);
  return {
    deviceId: device.id,
    provider,
    label: labelOf(device.name ?? "", provider),
    ownName: device.name_by_user ?? undefined,
    plan: device.model ?? undefined,
    windows: readWindows(hass, entries),
    figures: readFigures(hass, entries),
    fetchedAt: moment(state("last_success")?.state),
    isSilent: isSilent(hass, entries),
    needsSignIn: state("sign_in_needed")?.state === "on",
    trouble: readTrouble(state("service_status")),
    own,
    entityIds: entries.map((entry) => entry.entity_id),
  };
}

/** Return what a title such as "Claude (ada@example.com)" or "Claude (ada@example.com) 2" says besides the provider. */
function labelOf(title: string, provider: string): string {
  const rest = title.startsWith(provider) ? title.slice(provider.length).trim() : title;
  return rest.replace(/^\((.*)\)( \d+)?$/, "$1$2");
}

function isSilent(hass: Hass, entries: readonly EntityEntry[]): boolean {
  const states = entries.flatMap((entry) => hass.states[entry.entity_id] ?? []);
  const figures = states.filter(({ attributes }) => "window_id" in attributes || "metric_id" in attributes);
  return figures.length > 0 && !figures.some(known);
}

const WINDOW_KEY =
  /^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/;

function readWindows(hass: Hass, entries: readonly EntityEntry[]): UsageWindow[] {
  const windows = new Map<string, Map<string, EntityEntry>>();
  for (const entry of entries) {
    const id = hass.states[entry.entity_id]?.attributes["window_id"];
    const figure = WINDOW_KEY.exec(entry.translation_key ?? "")?.[2];
    if (typeof id === "string" && figure) {
      windows.set(id, (windows.get(id) ?? new Map()).set(figure, entry));
    }
  }
  return [...windows].flatMap(([id, figures]) => readWindow(hass, id, figures) ?? []);
}

/** Return a window; undefined when it is hidden, or when nothing of it would be worth a row. */
function readWindow(hass: Hass, id: string, figures: ReadonlyMap<string, EntityEntry>): UsageWindow | undefined {
  const main = figures.get("used") ?? figures.get("resets_at") ?? figures.get("expires_at");
  if (!main || main.hidden) {
    return undefined;
  }
  const state = (figure: string) => known(hass.states[figures.get(figure)?.entity_id ?? ""]);
  const used = state("used");
  const details = used?.attributes ?? {};
  const minutes = number(details["duration_minutes"]);
  return {
    id,
    name: windowName(hass, main),
    entityId: main.entity_id,
    usedShare: number(used?.state),
    used: number(details["used"]),
    limit: number(details["limit"]),
    remaining: number(details["remaining"]),
    unit: text(details["unit"]),
    resetsAt: moment(details["resets_at"]) ?? moment(state("resets_at")?.state),
    expiresAt: moment(state("expires_at")?.state),
    duration: minutes && minutes * 60_000,
    toldPace: readPace(hass, figures),
  };
}

function readPace(hass: Hass, figures: ReadonlyMap<string, EntityEntry>): Pace | null | undefined {
  const entry = figures.get("pace");
  if (!entry) {
    return undefined;
  }
  const told = known(hass.states[entry.entity_id])?.attributes ?? {};
  const expected = number(told["expected"]);
  return expected === undefined
    ? null
    : { expected, lasts: told["lasts"] === true, runsOutAt: moment(told["runs_out_at"]) };
}

/** Return a window's name without the word for its use, in the language of the person where it can be translated. */
function windowName(hass: Hass, entry: EntityEntry): string {
  const key = entry.translation_key ?? "";
  const said = text(hass.states[entry.entity_id]?.attributes["window_name"]) ?? entry.name ?? "";
  const name = said.replace(/ usage$/, "");
  const scope = /^[^()]+ \((.+)\)$/.exec(name)?.[1] ?? "";
  const original = hass.localize(entityName(key), { scope, window: name });
  if (entry.name && original && sameLanguage(hass) && entry.name !== original) {
    return entry.name; // given by a person
  }
  const textKey = (WINDOW_KEY.exec(key)?.[1] ?? "").replace(/_scoped$/, "");
  if (!isTextKey(textKey)) {
    return name;
  }
  const translated = localize(hass.language)(textKey);
  return key.includes("_scoped_") ? `${translated} (${scope})` : translated;
}

/** Return a figure's name: as the registry has it, translated where the person speaks another language than the house. */
function figureName(hass: Hass, entry: EntityEntry): string {
  const name = entry.name ?? "";
  const [scope, days] = [/\((.+)\)/, /(\d+)/].map((pattern) => pattern.exec(name)?.[1] ?? "");
  const values = { days, metric: name, scope };
  return (!sameLanguage(hass) && hass.localize(entityName(entry.translation_key ?? ""), values)) || name;
}

function entityName(key: string): string {
  return `component.${PLATFORM}.entity.sensor.${key}.name`;
}

function sameLanguage({ config, language }: Hass): boolean {
  return config.language.split("-")[0] === language.split("-")[0];
}

function readFigures(hass: Hass, entries: readonly EntityEntry[]): Figure[] {
  return entries.flatMap((entry) => {
    const state = known(hass.states[entry.entity_id]);
    const kind = text(state?.attributes["metric_kind"]);
    const value = number(state?.state); // none for when a figure expires
    const unit = text(state?.attributes["unit_of_measurement"]);
    return kind && value !== undefined && !entry.hidden
      ? [{ entityId: entry.entity_id, kind, name: figureName(hass, entry), value, unit }]
      : [];
  });
}

function readTrouble(state: EntityState | undefined): ServiceTrouble | undefined {
  const level = TROUBLES.find((each) => each === state?.state);
  return state && level
    ? { entityId: state.entity_id, level, description: text(state.attributes["description"]) }
    : undefined;
}

function known(state: EntityState | undefined): EntityState | undefined {
  return state && state.state !== "unavailable" && state.state !== "unknown" ? state : undefined;
}

function number(value: unknown): number | undefined {
  const found = typeof value === "string" && value.trim() ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}

function moment(value: unknown): number | undefined {
  return typeof value === "string" ? number(Date.parse(value)) : undefined;
}

// Judging

/** Return how far a share has gone. */
export function levelOf(share: number | undefined, { warning, critical }: Thresholds): Level {
  if (share === undefined) {
    return "unknown";
  }
  return share >= 100 ? "exhausted" : share >= critical ? "critical" : share >= warning ? "warning" : "ok";
}

/** Return the level of the account's window that is used most. */
export function worstLevel(account: Account, thresholds: Thresholds): Level {
  const levels = account.windows.map((window) => LEVELS.indexOf(levelOf(window.usedShare, thresholds)));
  return LEVELS[Math.max(0, ...levels)] ?? "unknown";
}

/** Return whether an account's figures are old, or not known at all. */
export function isStale({ fetchedAt, isSilent }: Account, now: number): boolean {
  return isSilent || (fetchedAt !== undefined && now - fetchedAt > STALE);
}

/**
 * Return how much attention an account needs: 0 is none, and a higher number comes first. Figures that are merely old
 * need none: how often an account is read is for its owner to choose.
 */
export function urgency(account: Account, thresholds: Thresholds): number {
  const level = worstLevel(account, thresholds);
  if (account.needsSignIn) {
    return 6;
  }
  if (level === "exhausted" || level === "critical") {
    return level === "exhausted" ? 5 : 4;
  }
  if (account.trouble && account.trouble.level !== "maintenance") {
    return 3;
  }
  return level === "warning" ? 2 : account.isSilent ? 1 : 0;
}

/** Return the accounts with the most urgent ones first; those of one provider stay together. */
export function byUrgency(accounts: readonly Account[], thresholds: Thresholds): Account[] {
  const most = new Map<string, number>();
  for (const account of accounts) {
    most.set(account.provider, Math.max(most.get(account.provider) ?? 0, urgency(account, thresholds)));
  }
  const order = [...new Set(accounts.map((account) => account.provider))];
  return [...accounts].sort(
    (a, b) =>
      (most.get(b.provider) ?? 0) - (most.get(a.provider) ?? 0) ||
      order.indexOf(a.provider) - order.indexOf(b.provider) ||
      urgency(b, thresholds) - urgency(a, thresholds),
  );
}

/** Return the pace of a window: what the integration says of it, else an even use of the whole length. */
export function paceOf(window: UsageWindow, now: number): Pace | undefined {
  const { duration, resetsAt, toldPace, usedShare } = window;
  if (resetsAt !== undefined && resetsAt <= now) {
    return undefined;
  }
  if (toldPace !== undefined) {
    return toldPace ?? undefined;
  }
  if (!duration || resetsAt === undefined || usedShare === undefined || resetsAt - now > TOLERANCE * duration) {
    return undefined;
  }
  const elapsed = Math.max(0, duration - (resetsAt - now));
  const expected = (100 * elapsed) / duration;
  if (expected < MIN_EXPECTED) {
    return undefined;
  }
  const emptyAt = now + (elapsed * (100 - usedShare)) / usedShare;
  const lasts = usedShare <= 0 || emptyAt >= resetsAt;
  return { expected, lasts, runsOutAt: lasts || usedShare >= 100 ? undefined : emptyAt };
}
