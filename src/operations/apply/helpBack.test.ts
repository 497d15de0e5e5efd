import { expect, test } from "vitest";
import type { CheckTime } from "./checkTime.ts";
import type { ProbeOutcome } from "./confirmation.ts";
import { helpBack, helpedText } from "./helpBack.ts";

/** Time that goes on where somebody waits, and nowhere else. */
function paperTime(): CheckTime {
  let nowMs = 0;
  return {
    now: () => nowMs,
    wait: async (ms) => {
      nowMs += ms;
    },
    deadline: () => ({ over: new Promise(() => undefined), end: () => undefined }),
  };
}

const OK: ProbeOutcome = { status: "ok", text: "200 ms" };
const BAD: ProbeOutcome = { status: "failed", text: "dead sessions" };

/** Probes that answer one thing after the other, the last one for good. */
async function helped(
  answers: Readonly<Record<string, readonly ProbeOutcome[]>>,
  closing?: AbortSignal,
) {
  const asked: string[] = [];
  const found = await helpBack(
    {
      recovery: { flush: async () => [{ device: "mail1", problem: null }] },
      probes: {
        run: async (id) => {
          const all = answers[id] ?? [];
          const times = asked.filter((one) => one === id).length;
          asked.push(id);
          return all[Math.min(times, all.length - 1)] ?? BAD;
        },
      },
      time: paperTime(),
    },
    [...Object.keys(answers), ...Object.keys(answers)],
    closing ?? new AbortController().signal,
  );
  return { found, asked };
}

test("a service that needs seconds to come back is asked again, and is well", async () => {
  const { found, asked } = await helped({ imap: [BAD, BAD, OK] });
  expect(found.asked).toEqual([{ probe: "imap", isWell: true, text: "200 ms" }]);
  expect(asked).toEqual(["imap", "imap", "imap"]);
  expect(helpedText(found)).toEqual(["mail1: queue flushed", "imap works again (200 ms)"]);
});

test("one that stays away is given up after ten seconds, with what it said last", async () => {
  const { found, asked } = await helped({ imap: [BAD] });
  expect(asked).toHaveLength(11);
  expect(helpedText(found)).toContain("still waiting for imap: failed: dead sessions");
});

test("one that is well at once is asked once, however often it is named", async () => {
  expect((await helped({ imap: [OK], out: [OK] })).asked).toEqual(["imap", "out"]);
});

test("a server that ends waits for none of them", async () => {
  const { found } = await helped({ imap: [BAD] }, AbortSignal.abort());
  expect(found.asked).toEqual([{ probe: "imap", isWell: false, text: "not waited for" }]);
});
