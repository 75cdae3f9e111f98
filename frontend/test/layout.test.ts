import assert from "node:assert/strict";
import { test } from "node:test";

import { dashboard, view } from "../src/layout";
import { GERMAN, House } from "./house";

interface Section {
  cards: Record<string, unknown>[];
}

const TYPE = "custom:ai-quota";

function home(): House {
  return new House()
    .device("1", "Claude", "Claude (ada)")
    .used("1", "session", 10)
    .device("2", "Codex", "Codex (ada)")
    .used("2", "session", 100)
    .device("3", "Claude", "Claude (work)")
    .used("3", "session", "unavailable")
    .entity("3", "metric_balance", "5", { metric_kind: "balance" }, { name: "Balance" })
    .entity("3", "service_status", "none", {}, { name: "Service status" })
    .entity("3", "refresh", "unknown", {}, { name: "Refresh" });
}

function sections(found: object): Section[] {
  return (found as { sections: Section[] }).sections;
}

test("the dashboard has an overview and details, in the language of the person", () => {
  const { views } = dashboard({ type: TYPE, warning: 60 }, home().hass(GERMAN)) as { views: Record<string, unknown>[] };
  assert.deepEqual(views.map((each) => [each["title"], each["path"]]), [["Übersicht", "overview"], ["Einzelheiten", "details"]]);
  assert.deepEqual(views[0]?.["strategy"], { type: TYPE, warning: 60, view: "overview" });
});

test("without an account there is one view, whose card says what to do", () => {
  const hass = new House().hass();
  const { views } = dashboard({ type: TYPE }, hass) as { views: object[] };
  assert.equal(views.length, 1);
  assert.deepEqual(view({ type: TYPE, view: "overview" }, hass), { type: "panel", cards: [{ type: "custom:ai-quota-card" }] });
});

test("the overview shows what needs attention, then a card for every provider, the most urgent first", () => {
  const [attention, ...others] = sections(view({ type: TYPE, warning: 60 }, home().hass())).map(({ cards }) => cards[0]);
  assert.equal(attention?.["attention_only"], true);
  assert.deepEqual(others.map((card) => card?.["devices"]), [["2"], ["3", "1"]]);
  assert.ok([attention, ...others].every((card) => card?.["type"] === "custom:ai-quota-card" && card["warning"] === 60));
});

test("the details are a section for every account: its history as far as there is one, figures, status, refresh", () => {
  const found = sections(view({ type: TYPE, view: "details" }, home().hass()));
  assert.deepEqual(found.map(({ cards }) => cards[0]?.["heading"]), ["Claude · ada", "Claude · work", "Codex · ada"]);
  assert.deepEqual(found.map(({ cards }) => cards.slice(1).map((card) => card["type"])), [["statistics-graph"], ["entities"], ["statistics-graph"]]);
  const rows = found[1]?.cards[1]?.["entities"] as { name: string }[];
  assert.deepEqual(rows.map((row) => row.name), ["Balance", "Service status", "Refresh"]);
});

test("the dashboard can be of some accounts only", () => {
  const devices = ["3", "2"];
  const [attention, ...others] = sections(view({ type: TYPE, devices }, home().hass())).map(({ cards }) => cards[0]);
  assert.deepEqual(attention?.["devices"], devices);
  assert.deepEqual(others.map((card) => card?.["devices"]), [["2"], ["3"]]);
  assert.equal(sections(view({ type: TYPE, devices, view: "details" }, home().hass())).length, 2);
});

test("settings that cannot be are refused", () => {
  assert.throws(() => view({ type: TYPE, warning: 200 }, home().hass()), /percentages/);
});
