// Bundles the front-end module, or, with --tests, its unit tests for node.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";

import { build } from "esbuild";

const OUT = "../custom_components/ai_quota/frontend";

if (argv.includes("--tests")) {
  await build({
    bundle: true,
    entryPoints: ["test/*.test.ts"],
    format: "esm",
    logLevel: "warning",
    outdir: ".tests",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node20",
  });
} else {
  const out = argv[2] ?? OUT;
  await build({
    banner: { js: "/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */" },
    bundle: true,
    charset: "utf8",
    entryPoints: ["src/ai-quota.ts"],
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    minify: true,
    outdir: out,
    target: "es2022",
  });
  // The licence of Lit wants to go with every copy.
  await writeFile(join(out, "LICENSE-lit.txt"), await readFile("node_modules/lit/LICENSE"));
}
