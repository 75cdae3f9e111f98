import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, settings } from "../src/config";
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

test("settings that cannot be are refused in words", () => {
  const refused = (set: object) => () => settings({ type: "x", ...set }, "en");
  assert.throws(refused({ layout: "huge" }), /"layout" has to be one of: detailed, compact/);
  assert.throws(refused({ order: "none" }), /"order"/);
  assert.throws(refused({ devices: "one" }), /"devices"/);
  for (const set of [{ warning: 96 }, { critical: 101 }, { warning: 0 }, { warning: "a" }]) {
    assert.throws(refused(set), /"warning" and "critical"/);
  }
});
