// Runs a program for wasm32-wasip1 under Node.js. It sees the workspace and nothing else of the machine; of the
// environment, what the project's tests and the harness that runs them read.
//
// cargo calls it as the runner of its tests: `node tests/wasi.mjs PROGRAM ARGUMENT...`

import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
const [program, ...options] = process.argv.slice(2);
const isPassed = (name) => /^(FIREWATCH_|RUST_TEST_|RUST_BACKTRACE$)/.test(name);
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => isPassed(name)),
);
const wasi = new WASI({
  version: "preview1",
  args: [program, ...options],
  env,
  preopens: { [workspace]: workspace },
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
