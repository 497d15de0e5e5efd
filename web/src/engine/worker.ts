/// <reference lib="webworker" />
import { answerDiff } from "../../../src/engine/answer/diff.ts";
import { answerLint } from "../../../src/engine/answer/lint.ts";
import { compareDevices } from "../../../src/engine/diff/index.ts";
import { RuleMemory } from "../../../src/engine/parsers/nft/index.ts";
import { type DeviceResult, readDevice } from "../../../src/engine/parsers/readDevice.ts";
import type { Answer, Files, Question } from "./messages.ts";
import { rehearse } from "./rehearse.ts";

/* The engine beside the page: typing never waits for a proof. */

/* A key changes one line: the others are not read again. */
const memory = new RuleMemory();
let base: { readonly files: Files; readonly read: DeviceResult } | null = null;
let waiting: Extract<Question, { kind: "edit" }> | null = null;

/** Comparisons from which on they are as quick as any. */
const REHEARSALS = 4;
/** Milliseconds of an answer behind which nothing is rehearsed: a key would wait for it twice. */
const LONG_MS = 1_000;
let isFirst = true;

self.onmessage = ({ data }: MessageEvent<Question>) => {
  if (data.kind === "base") {
    base = { files: data.files, read: read(data.files) };
    return;
  }
  /* Edits that came while one was compared are answered together, by the last. */
  if (waiting === null) setTimeout(answerWaiting);
  waiting = data;
};

function answerWaiting(): void {
  const question = waiting;
  waiting = null;
  if (question === null) return;
  const answer = answered(question);
  self.postMessage(answer);
  /* What a page begins with is answered at once; the next question is a person's key. */
  if (isFirst && answer.tookMs < LONG_MS) setTimeout(rehearseNext, 0, REHEARSALS);
  isFirst = false;
}

/** One after the other, until somebody asks. */
function rehearseNext(left: number): void {
  if (waiting !== null || base === null || left === 0) return;
  rehearse(base.read.device, left / (REHEARSALS + 1));
  /* What is read again is read another way: the first time takes four times as long (180 ms of 5,000 rules). */
  read(base.files.map(([path, text]) => [path, `${text}\n`]));
  setTimeout(rehearseNext, 0, left - 1);
}

function answered({ number, files }: Extract<Question, { kind: "edit" }>): Answer {
  const began = performance.now();
  /* A page begins with what it is compared with. */
  const after = base !== null && isSame(base.files, files) ? base.read : read(files);
  const before = base?.read ?? after;
  const { diagnostics, coverage } = after;
  const { findings } = answerLint({ diagnostics, coverage });
  const diff =
    after.refused.length > 0
      ? null
      : answerDiff(compareDevices(before.device, after.device), {
          before: before.coverage,
          after: coverage,
        });
  return { number, tookMs: performance.now() - began, diff, findings };
}

function isSame(some: Files, others: Files): boolean {
  return (
    some.length === others.length &&
    some.every(([path, text], at) => path === others[at]?.[0] && text === others[at]?.[1])
  );
}

function read(files: Files): DeviceResult {
  return readDevice({ files: new Map(files), roots: files.map(([path]) => path), memory });
}
