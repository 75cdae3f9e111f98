import assert from "node:assert/strict";
import { test } from "node:test";

import { amount, amountOf, length, moment, share, spokenLength } from "../src/format";
import { localize } from "../src/localize";
import { ENGLISH, GERMAN, NOW } from "./house";

const TEXT = localize("en");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Replace what cannot be typed: spaces that do not break, and the apostrophe. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ").replace("’", "'");

test("a share is whole, and all only when all is used", () => {
  assert.deepEqual([-0.4, 0, 0.4, 42.5, 99.4, 99.9, 100, 130].map((value) => share(value, ENGLISH)), ["0%", "0%", "0%", "43%", "99%", "99%", "100%", "130%"]);
  assert.equal(plain(share(42, GERMAN)), "42 %");
});

test("amounts follow the person's number format", () => {
  const written = (number_format: string) => plain(amount(1234.5, undefined, { ...ENGLISH, number_format }, TEXT));
  assert.deepEqual(
    ["language", "comma_decimal", "decimal_comma", "space_comma", "quote_decimal", "none"].map(written),
    ["1,234.5", "1,234.5", "1.234,5", "1 234,5", "1'234.5", "1234.5"],
  );
});

test("amounts have their unit", () => {
  assert.equal(amount(12.5, "USD", ENGLISH, TEXT), "$12.50");
  assert.equal(plain(amount(12.5, "EUR", GERMAN, localize("de"))), "12,50 €");
  assert.equal(amount(-12.5, "USD", ENGLISH, TEXT), "-$12.50");
  assert.equal(amount(3, "requests", ENGLISH, TEXT), "3 requests");
  assert.equal(amount(0.04, "credits", ENGLISH, TEXT), "0.04 credits");
  assert.equal(amount(3, "requests", GERMAN, localize("de")), "3 Anfragen");
  assert.equal(amount(3, "gems", GERMAN, localize("de")), "3 gems");
  assert.equal(amount(1_234_567, "tokens", ENGLISH, TEXT), "1.2M tokens");
});

test("the unit of two amounts stands once, unless it is money", () => {
  assert.equal(amountOf(120, 300, "requests", ENGLISH, TEXT), "120 of 300 requests");
  assert.equal(amountOf(1, 2, undefined, ENGLISH, TEXT), "1 of 2");
  assert.equal(amountOf(4, 20, "USD", ENGLISH, TEXT), "$4.00 of $20.00");
});

test("lengths have two units", () => {
  const cases: [number, string][] = [
    [-MINUTE, "< 1 min"],
    [59_999, "< 1 min"],
    [MINUTE, "1 min"],
    [2 * HOUR + 14 * MINUTE, "2 h 14 min"],
    [3 * HOUR, "3 h"],
    [2 * DAY + 3 * HOUR + 59 * MINUTE, "2 d 3 h"],
    [400 * DAY, "400 d"],
  ];
  for (const [ms, expected] of cases) {
    assert.equal(length(ms, ENGLISH, TEXT), expected);
  }
});

test("short lengths of ten or more have one unit", () => {
  assert.equal(length(23 * HOUR + 59 * MINUTE, ENGLISH, TEXT, true), "23 h");
  assert.equal(length(9 * HOUR + 59 * MINUTE, ENGLISH, TEXT, true), "9 h 59 min");
  assert.equal(length(27 * DAY + 13 * HOUR, ENGLISH, TEXT, true), "27 d");
});

test("lengths are said in words", () => {
  assert.equal(spokenLength(DAY + 2 * HOUR, ENGLISH), "1 day, 2 hours");
  assert.equal(spokenLength(14 * MINUTE, GERMAN), "14 Minuten");
  assert.equal(spokenLength(1, ENGLISH), "0 minutes");
});

test("a moment says as much of the day as is needed", () => {
  const hass = { config: { language: "en", time_zone: "Europe/Berlin" }, locale: ENGLISH };
  assert.equal(moment(NOW + HOUR, NOW, hass), "14:00");
  assert.equal(moment(NOW + 2 * DAY, NOW, hass), "Sun 13:00");
  assert.equal(moment(NOW + 20 * DAY, NOW, hass), "Dec 10, 13:00");
  assert.equal(plain(moment(NOW + HOUR, NOW, { ...hass, locale: { ...ENGLISH, time_format: "12" } })), "2:00 PM");
  const system = moment(NOW + 2 * DAY, NOW, { ...hass, locale: { ...GERMAN, time_format: "system" } });
  assert.match(system, /^So/); // the language stays, whichever way the system counts hours
  assert.equal(moment(NOW + HOUR, NOW, { ...hass, config: { language: "en", time_zone: "Asia/Tokyo" } }), "22:00");
});
