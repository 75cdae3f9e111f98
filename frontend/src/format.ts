/** Numbers and times as the person wants to read them. */

import { isTextKey, type Localize } from "./localize";
import type { Hass, Locale } from "./types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on amounts are written short: 1.2M. */
const LARGE = 100_000;

const NUMBER_LANGUAGES: Readonly<Record<string, string[] | undefined>> = {
  comma_decimal: ["en-US", "en"],
  decimal_comma: ["de", "es", "it"],
  none: ["en-US"],
  quote_decimal: ["de-CH"],
  space_comma: ["fr", "sv", "cs"],
  system: undefined,
};

/** Formats are dear to make, and a card needs the same few again and again. */
const formats = new Map<string, unknown>();

function kept<Format>(key: unknown[], make: () => Format): Format {
  const name = JSON.stringify(key);
  const format = (formats.get(name) as Format | undefined) ?? make();
  formats.set(name, format);
  return format;
}

function numberFormat({ language, number_format: name }: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const languages = name in NUMBER_LANGUAGES ? NUMBER_LANGUAGES[name] : language;
  const all = name === "none" ? { ...options, useGrouping: false } : options;
  return kept(["number", languages, all], () => new Intl.NumberFormat(languages, all));
}

function dateFormat(language: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(["date", language, options], () => new Intl.DateTimeFormat(language, options));
}

/** Return a share (%); one that is not the whole is never rounded up to it. */
export function share(value: number, locale: Locale): string {
  const whole = value > 99 && value < 100 ? 99 : Math.round(value) + 0; // never -0
  return numberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(whole / 100);
}

/** Return an amount with its unit: a currency, or a plural noun. */
export function amount(value: number, unit: string | undefined, locale: Locale, text: Localize): string {
  if (unit && /^[A-Z]{3}$/.test(unit)) {
    return numberFormat(locale, { style: "currency", currency: unit }).format(value);
  }
  const short = Math.abs(value) >= LARGE ? ({ notation: "compact" } as const) : {};
  const digits = Math.abs(value) < 10 ? 2 : 1;
  const figure = numberFormat(locale, { maximumFractionDigits: digits, ...short }).format(value);
  const key = `unit_${unit}`;
  return unit ? `${figure} ${isTextKey(key) ? text(key) : unit}` : figure;
}

/** Return "120 of 300 requests": the unit stands once, behind, unless it is money. */
export function amountOf(used: number, limit: number, unit: string | undefined, locale: Locale, text: Localize): string {
  const isMoney = unit !== undefined && /^[A-Z]{3}$/.test(unit);
  return text("amount_of", {
    used: amount(used, isMoney ? unit : undefined, locale, text),
    limit: amount(limit, unit, locale, text),
  });
}

/** Return a length of time by its two largest units: "2 d 3 h", "14 min"; a `short` one of ten or more by one. */
export function length(ms: number, locale: Locale, text: Localize, short = false): string {
  if (ms < MINUTE) {
    return text("less_than_a_minute");
  }
  const days = Math.floor(ms / DAY);
  const hours = Math.floor((ms % DAY) / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  const parts: [number, string][] = [
    [days, "d"],
    [short && days >= 10 ? 0 : hours, "h"],
    [days || (short && hours >= 10) ? 0 : minutes, "min"],
  ];
  const count = numberFormat(locale, {});
  return parts.flatMap(([value, unit]) => (value ? [`${count.format(value)} ${unit}`] : [])).join(" ");
}

/** Return a length of time in words, for a voice: "2 days, 3 hours". */
export function spokenLength(ms: number, locale: Locale): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor((minutes % 1440) / 60), "hour"],
    [minutes >= 1440 ? 0 : minutes % 60, "minute"],
  ];
  const said = parts.filter(([value]) => value > 0);
  return (said.length ? said : ([[0, "minute"]] as const))
    .map(([value, unit]) => numberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value))
    .join(", ");
}

/** Return a moment: the time when it is today, with the day of the week when that is clear, else with the date. */
export function moment(at: number, now: number, { config, locale }: Pick<Hass, "config" | "locale">): string {
  const zone = locale.time_zone === "server" ? { timeZone: config.time_zone } : {};
  const clock: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", ...hourCycle(locale), ...zone };
  const isToday = dayOf(at, zone) === dayOf(now, zone);
  const day: Intl.DateTimeFormatOptions = isToday
    ? {}
    : at - now < 6 * DAY && at > now
      ? { weekday: "short" }
      : { day: "numeric", month: "short" };
  return dateFormat(locale.language, { ...day, ...clock }).format(at);
}

/** Return whether hours are counted to 12 or 24; that of the system is that of the browser's language. */
function hourCycle({ time_format: format }: Locale): Intl.DateTimeFormatOptions {
  if (format === "language") {
    return {};
  }
  const isOf12 = format === "system" ? dateFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 : format === "12";
  return { hourCycle: isOf12 ? "h12" : "h23" };
}

function dayOf(at: number, zone: Intl.DateTimeFormatOptions): string {
  return dateFormat("en-CA", { dateStyle: "short", ...zone }).format(at);
}
