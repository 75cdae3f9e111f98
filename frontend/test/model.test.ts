import assert from "node:assert/strict";
import { test } from "node:test";

import { byUrgency, isStale, levelOf, paceOf, readAccounts, type UsageWindow, urgency, worstLevel } from "../src/model";
import { GERMAN, House, NOW } from "./house";

const LIMITS = { warning: 80, critical: 95 };

function only<Item>(items: readonly Item[]): Item {
  assert.equal(items.length, 1);
  return items[0] as Item;
}

function readWindow(house: House): UsageWindow {
  return only(only(readAccounts(house.hass())).windows);
}

// Reading

test("an account is what its device and entities say", () => {
  const house = new House()
    .device("a", "Claude", "Claude (ada@example.com)", { model: "Max 20x" })
    .used("a", "session", 42, 3, { duration_minutes: 300 })
    .entity("a", "last_success", "2026-11-20T11:58:00+00:00")
    .entity("a", "sign_in_needed", "on")
    .entity("a", "service_status", "major", { description: "Slow answers" });
  const account = only(readAccounts(house.hass()));
  assert.deepEqual([account.provider, account.label, account.plan], ["Claude", "ada@example.com", "Max 20x"]);
  assert.equal(account.fetchedAt, NOW - 120_000);
  assert.equal(account.needsSignIn, true);
  assert.deepEqual([account.trouble?.level, account.trouble?.description], ["major", "Slow answers"]);
  const window = only(account.windows);
  assert.deepEqual([window.usedShare, window.resetsAt, window.duration], [42, NOW + 10_800_000, 18_000_000]);
});

test("there are no accounts before the registries have been loaded", () => {
  const hass = new House().device("a", "Claude").used("a", "session", 1).hass();
  assert.deepEqual(readAccounts({ ...hass, entities: null }), []);
  assert.deepEqual(readAccounts({ ...hass, devices: null }), []);
});

test("entities of others, of no device, and of devices that are gone do not count", () => {
  const house = new House()
    .device("a", "Claude")
    .entity("a", "window_session_used", "1", { window_id: "session" }, { platform: "other" })
    .used("gone", "session", 1);
  assert.deepEqual(readAccounts(house.hass()), []);
});

test("accounts come by provider and label, or as they are chosen", () => {
  const house = new House();
  for (const [id, name] of [["1", "Codex (b)"], ["2", "Claude"], ["3", "Codex (a)"]] as const) {
    house.device(id, name.split(" ")[0] ?? "", name).used(id, "session", 1);
  }
  const ids = (chosen?: string[]) => readAccounts(house.hass(), chosen).map((account) => account.deviceId);
  assert.deepEqual(ids(), ["2", "3", "1"]);
  assert.deepEqual(ids(["1", "2", "unknown"]), ["1", "2"]);
});

test("an account knows that there are others of its provider, also when these are not chosen", () => {
  const house = new House();
  for (const [id, provider] of [["1", "Codex"], ["2", "Claude"], ["3", "Codex"]] as const) {
    house.device(id, provider).used(id, "session", 1);
  }
  const found = readAccounts(house.hass(), ["1", "2"]).map((account) => account.hasSiblings);
  assert.deepEqual(found, [true, false]);
});

test("a label is what the title says besides the provider", () => {
  const label = (name: string) => only(readAccounts(new House().device("a", "Claude", name).used("a", "x", 1).hass())).label;
  assert.deepEqual(["Claude", "Claude (a (b))", "Claude (a) 2", "Work (a)"].map(label), ["", "a (b)", "a 2", "Work (a)"]);
});

test("what is not known is not zero", () => {
  for (const state of ["unavailable", "unknown", ""]) {
    const window = readWindow(new House().device("a", "Claude").used("a", "session", state));
    assert.deepEqual([window.usedShare, window.resetsAt, window.used, window.duration], Array(4).fill(undefined));
  }
});

test("a window without a use is there with its reset", () => {
  const known = { window_id: "renewal" };
  const house = new House().device("a", "Claude").entity("a", "window_renewal_resets_at", "2026-11-20T13:00:00Z", known);
  const window = readWindow(house);
  assert.deepEqual([window.name, window.usedShare, window.resetsAt], ["Until renewal", undefined, NOW + 3_600_000]);
});

test("a window whose sensor is hidden is left out, and so is one of which only side figures are there", () => {
  const known = { window_id: "weekly" };
  const house = new House()
    .device("a", "Claude")
    .entity("a", "window_session_used", "5", { window_id: "session" }, { hidden: true })
    .entity("a", "window_weekly_burn_rate", "5", known);
  assert.deepEqual(only(readAccounts(house.hass())).windows, []);
});

test("figures are metrics with a value, not when they expire", () => {
  const balance = { metric_id: "balance", metric_kind: "balance", unit_of_measurement: "USD" };
  const house = new House()
    .device("a", "OpenRouter")
    .entity("a", "metric_balance", "12.5", balance, { name: "Balance" })
    .entity("a", "metric_expires_at", "2026-11-20T13:00:00+00:00", balance, { name: "Balance expiry" })
    .entity("a", "metric_spend", "unavailable", { ...balance, metric_kind: "spend" });
  const figure = only(only(readAccounts(house.hass())).figures);
  assert.deepEqual([figure.name, figure.value, figure.unit, figure.kind], ["Balance", 12.5, "USD", "balance"]);
});

// Names

const NAMES = [
  ["window_weekly_used", "Weekly", "Weekly", "Woche"],
  ["window_weekly_scoped_used", "Weekly (Opus)", "Weekly (Opus)", "Woche (Opus)"],
  ["window_extra_usage_used", "Extra usage", "Extra usage", "Zusatznutzung"],
  ["window_weekly_scoped_used", "Weekly (Opus (new))", "Weekly (Opus (new))", "Woche (Opus (new))"],
  ["window_used", "Premium requests", "Premium requests", "Premium requests"],
  ["window_used", "Cloud usage", "Cloud", "Cloud"],
] as const;

for (const [key, name, english, german] of NAMES) {
  test(`${key} is named in the language of the person`, () => {
    const known = { window_id: "w", window_name: name };
    const house = new House().device("a", "A").entity("a", key, "1", known, { name: `${name} usage` });
    assert.equal(readWindow(house).name, english);
    assert.equal(only(only(readAccounts(house.hass(GERMAN))).windows).name, german);
  });
}

test("a name that a person has given to the entity is kept", () => {
  const key = "component.ai_quota.entity.sensor.window_weekly_used.name";
  const known = { window_id: "weekly", window_name: "Weekly" };
  const named = (name: string) =>
    readWindow(new House().text(key, "Weekly usage").device("a", "A").entity("a", "window_weekly_used", "1", known, { name })).name;
  assert.equal(named("My week"), "My week");
  assert.equal(named("Weekly usage"), "Weekly");
});

test("a figure is named in the language of the person as far as there is a translation", () => {
  const known = { metric_id: "balance", metric_kind: "balance" };
  const house = new House()
    .device("a", "A")
    .entity("a", "metric_balance", "5", known, { name: "Balance" })
    .entity("a", "metric", "5", known, { name: "Gems" })
    .text("component.ai_quota.entity.sensor.metric_balance.name", "Guthaben");
  const names = (hass = house.hass()) => only(readAccounts(hass)).figures.map((figure) => figure.name);
  assert.deepEqual(names(), ["Balance", "Gems"]);
  assert.deepEqual(names(house.hass(GERMAN)), ["Guthaben", "Gems"]);
});

// Levels

test("levels begin at their thresholds", () => {
  const shares = [undefined, 0, 79.9, 80, 94.9, 95, 99.9, 100, 130];
  const levels = shares.map((share) => levelOf(share, LIMITS));
  const expected = ["unknown", "ok", "ok", "warning", "warning", "critical", "critical", "exhausted", "exhausted"];
  assert.deepEqual(levels, expected);
});

test("an account is as bad as its worst window", () => {
  const house = new House().device("a", "A").used("a", "session", 85).used("a", "weekly", 10).used("a", "monthly", "unknown");
  const none = new House().device("a", "A").entity("a", "plan", "Pro");
  assert.equal(worstLevel(only(readAccounts(house.hass())), LIMITS), "warning");
  assert.equal(worstLevel(only(readAccounts(none.hass())), LIMITS), "unknown");
});

test("figures are stale after an hour, or when none is there", () => {
  const stale = (house: House) => isStale(only(readAccounts(house.hass())), NOW);
  const fetched = (at: string) => new House().device("a", "A").used("a", "session", 1).entity("a", "last_success", at);
  assert.equal(stale(fetched("2026-11-20T11:00:01Z")), false);
  assert.equal(stale(fetched("2026-11-20T10:59:59Z")), true);
  assert.equal(stale(new House().device("a", "A").used("a", "session", "unavailable")), true);
  assert.equal(stale(new House().device("a", "A").entity("a", "metric", "unavailable", { metric_id: "x" })), true);
  assert.equal(stale(new House().device("a", "A").entity("a", "plan", "Pro")), false);
});

test("what needs attention most comes first, and accounts of one provider stay together", () => {
  const house = new House()
    .device("fine", "A")
    .used("fine", "session", 10)
    .device("low", "B")
    .used("low", "session", 80)
    .device("calm", "C", "C (calm)")
    .used("calm", "session", 1)
    .device("out", "C", "C (out)")
    .used("out", "session", 100)
    .device("locked", "D")
    .used("locked", "session", 1)
    .entity("locked", "sign_in_needed", "on")
    .device("down", "E")
    .used("down", "session", 1)
    .entity("down", "service_status", "critical")
    .device("upkeep", "F")
    .used("upkeep", "session", 1)
    .entity("upkeep", "service_status", "maintenance");
  const sorted = byUrgency(readAccounts(house.hass()), LIMITS);
  assert.deepEqual(
    sorted.map((account) => account.deviceId),
    ["locked", "out", "calm", "down", "low", "fine", "upkeep"],
  );
  const urgent = sorted.filter((account) => urgency(account, LIMITS)).map((account) => account.deviceId);
  assert.deepEqual(urgent, ["locked", "out", "down", "low"]);
});

test("figures that are gone need attention, those that are merely old do not", () => {
  const urge = (share: number | string) => {
    const house = new House().device("a", "A").used("a", "session", share).entity("a", "last_success", "2026-11-19T12:00:00Z");
    return urgency(only(readAccounts(house.hass())), LIMITS);
  };
  assert.deepEqual([10, "unavailable"].map(urge), [0, 1]);
});

// Pace

const SESSION = { duration_minutes: 300 };

function paceAt(share: number, resets: number, more = {}): ReturnType<typeof paceOf> {
  return paceOf(readWindow(new House().device("a", "A").used("a", "session", share, resets, { ...SESSION, ...more })), NOW);
}

test("an even pace is worked out from length and reset", () => {
  const ahead = paceAt(42, 3);
  assert.equal(ahead?.expected, 40);
  assert.equal(ahead?.lasts, false);
  assert.equal(new Date(ahead?.runsOutAt ?? 0).toISOString().slice(0, 19), "2026-11-20T14:45:42");
  assert.deepEqual(paceAt(20, 3), { expected: 40, lasts: true, runsOutAt: undefined });
  assert.deepEqual(paceAt(0, 3), { expected: 40, lasts: true, runsOutAt: undefined });
  assert.deepEqual(paceAt(104, 1), { expected: 80, lasts: false, runsOutAt: undefined });
});

test("there is no pace just after a reset, without a length, or with a reset that cannot be", () => {
  assert.equal(paceAt(1, 4.9), undefined);
  assert.equal(paceAt(2, 6), undefined);
  assert.equal(paceAt(97, -0.1), undefined);
  assert.equal(paceAt(50, 3, { duration_minutes: null }), undefined);
});

test("what the integration says of the pace counts, also that there is none", () => {
  const known = { window_id: "session" };
  const house = (state: string, more = {}) =>
    new House().device("a", "A").used("a", "session", 42, 3, SESSION).entity("a", "window_session_pace", state, { ...known, ...more });
  const told = house("-8", { expected: 50, lasts: false, runs_out_at: "2026-11-20T14:00:00+00:00" });
  assert.deepEqual(paceOf(readWindow(told), NOW), { expected: 50, lasts: false, runsOutAt: NOW + 7_200_000 });
  assert.equal(paceOf(readWindow(house("unknown")), NOW), undefined);
});
