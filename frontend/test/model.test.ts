import assert from "node:assert/strict";
import { test } from "node:test";

test("nothing", () => assert.ok(true));
