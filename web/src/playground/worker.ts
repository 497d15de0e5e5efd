/// <reference lib="webworker" />
import { answerDiff } from "../../../src/engine/answer/diff.ts";
import { answerLint } from "../../../src/engine/answer/lint.ts";
import { compareDevices } from "../../../src/engine/diff/index.ts";
import { RuleMemory } from "../../../src/engine/parsers/nft/index.ts";
import { type DeviceResult, readDevice } from "../../../src/engine/parsers/readDevice.ts";
import type { Compared, Question, Read, Told } from "./messages.ts";

/* The engine beside the page: typing never waits for a proof, and a proof can be stopped by ending this. */

const memory = new RuleMemory();

self.onmessage = ({ data }: MessageEvent<Question>) => {
  const { number } = data;
  const compared = compare(data, (work) => tell({ kind: "progress", number, work }));
  tell({ kind: "done", number, compared });
};

function tell(told: Told): void {
  self.postMessage(told);
}

function compare({ before, after }: Question, onProgress: (work: string) => void): Compared {
  const began = performance.now();
  onProgress("reading");
  const first = read("before", before);
  const second = read("after", after);
  const loads = first.refused.length + second.refused.length === 0;
  const diff = loads
    ? answerDiff(compareDevices(first.device, second.device, { onProgress }), {
        before: first.coverage,
        after: second.coverage,
      })
    : null;
  return { tookMs: performance.now() - began, before: said(first), after: said(second), diff };
}

function read(name: string, text: string): DeviceResult {
  return readDevice({ files: new Map([[name, text]]), roots: [name], memory });
}

function said({ diagnostics, coverage, refused }: DeviceResult): Read {
  return { findings: answerLint({ diagnostics, coverage }).findings, loads: refused.length === 0 };
}
