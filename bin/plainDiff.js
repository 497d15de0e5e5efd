// `premortem diff BEFORE AFTER`, which hooks and CI run again and again: its own small bundle, with the code that an
// earlier run has compiled. Both are written by `scripts/build.js`.
const { readFileSync, statSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

const BUNDLE = join(__dirname, "../dist/diff.cjs");
const CACHE = join(__dirname, "../dist/diff.cache");

/**
 * How much code runs before V8 optimizes it, in bytes: 30 times the default. With that, optimizing took half of the
 * processor's time for 1,000 rules, and paid for itself at 100,000 alone.
 */
const PATIENCE = ["--interrupt-budget=2000000"];

/** Bytes of both files from which on what is read outgrows the room for young objects again and again. */
const MUCH = 500_000;

/** That room is as large as it may be at once, and one thread looks after it: an eighth of the time of 100,000 rules. */
const ROOM = ["--semi-space-growth-factor=16", "--no-parallel-scavenge"];

/** Node 20 has this V8; later ones do not know the flags, and say so. */
const HAS_FLAGS = process.versions.v8.startsWith("11.");

/** Characters of the hash that both files begin with: V8 itself compares no more than lengths. */
const HASH = 64;

/** Whether nothing is asked for but the comparison of two files, which may be `-`. */
exports.isPlainDiff = ([command, ...args]) => {
  const files = args.filter((arg) => arg !== "--json");
  const isFile = (arg) => arg === "-" || !arg.startsWith("-");
  return command === "diff" && files.length === 2 && args.length <= 3 && files.every(isFile);
};

/** False: it is not built. */
exports.runDiff = () => {
  const script = compile();
  if (script === null) return false;
  /* Not before: compiled code is taken under the very flags alone under which it was written. */
  if (HAS_FLAGS) setFlags();
  run(script);
  return true;
};

/** What `runDiff` compiles on its way, to be read as `dist/diff.cache` by later runs. */
exports.runDiffForCache = (write) => {
  const script = compile();
  if (script === null) return;
  run(script);
  process.once("exit", () => {
    const hash = readFileSync(BUNDLE, "latin1").slice(0, HASH);
    write(CACHE, Buffer.concat([Buffer.from(hash, "latin1"), script.createCachedData()]));
  });
};

function compile() {
  const text = textOf(BUNDLE);
  if (text === null) return null;
  const cache = textOf(CACHE, null);
  const isOwn = cache !== null && cache.latin1Slice(0, HASH) === text.slice(0, HASH);
  /* Another version of Node refuses it, and compiles as ever. */
  const cachedData = isOwn ? cache.subarray(HASH) : undefined;
  const wrapped = `(function (exports, require, module) {//${text}\n})`;
  return new Script(wrapped, { filename: BUNDLE, cachedData });
}

function setFlags() {
  const files = process.argv.slice(3).filter((arg) => !arg.startsWith("-"));
  const bytes = files.reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  for (const flag of bytes > MUCH ? [...PATIENCE, ...ROOM] : PATIENCE) setFlagsFromString(flag);
}

function run(script) {
  const bundle = { exports: {} };
  script.runInThisContext()(bundle.exports, createRequire(BUNDLE), bundle);
}

function textOf(file, encoding = "latin1") {
  try {
    return readFileSync(file, encoding);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return null;
  }
}
