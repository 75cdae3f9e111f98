import assert from "node:assert/strict";
import { test } from "node:test";

import { type CardConfig, DEFAULTS, settings, withoutDefaults } from "../src/config";
import { localize } from "../src/localize";
import de from "../src/translations/de.json";
import en from "../src/translations/en.json";

const names = (text: string) => [...text.matchAll(/{(\w+)}/g)].map(([, name]) => name).sort();

test("German has every text, with the same places to fill", () => {
  assert.deepEqual(Object.keys(de), Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    assert.deepEqual(names(de[key as keyof typeof de]), names(text), key);
  }
});

test("other languages are English", () => {
  assert.equal(localize("de-AT")("sign_in"), "Neu anmelden");
  assert.equal(localize("pt-BR")("sign_in"), "Sign in again");
});

test("a card needs no settings", () => {
  assert.deepEqual(settings({ type: "custom:ai-quota-card" }, "en"), { ...DEFAULTS, type: "custom:ai-quota-card" });
});

test("a setting that is empty is the default", () => {
  const empty = { type: "x", layout: undefined, devices: null, warning: "" } as unknown as CardConfig;
  assert.deepEqual(settings(empty, "en"), { ...DEFAULTS, type: "x" });
});

test("what is saved is what is not the default", () => {
  const set: CardConfig = { type: "x", title: "", layout: "detailed", devices: [], warning: 30, show_pace: true, show_balances: false };
  assert.deepEqual(withoutDefaults(set), { type: "x", warning: 30, show_balances: false });
  assert.deepEqual(withoutDefaults({ ...set, grid_options: { rows: 3 } } as CardConfig), { type: "x", warning: 30, show_balances: false, grid_options: { rows: 3 } });
});

test("settings that cannot be are refused in words", () => {
  const refused = (set: object) => () => settings({ type: "x", ...set }, "en");
  assert.throws(refused({ layout: "huge" }), /"layout" has to be one of: detailed, compact/);
  assert.throws(refused({ order: "none" }), /"order"/);
  assert.throws(refused({ show_pace: "no" }), /"show_pace" has to be true or false/);
  for (const devices of ["one", [1]]) {
    assert.throws(refused({ devices }), /"devices"/);
  }
  for (const set of [{ warning: 96 }, { critical: 101 }, { warning: 0 }, { warning: "a" }, { warning: "30" }]) {
    assert.throws(refused(set), /"warning" and "critical"/);
  }
});
