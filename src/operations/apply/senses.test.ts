import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import type { ProbeResult, ProbeState } from "../probe/model.ts";
import { probesOf, recoveryOf } from "./senses.ts";

const FILE = `
devices:
  mail1: { reach: local, addresses: [10.9.2.11] }
zones: {}
monitors:
  names: { kind: dns, from: mail1, to: 10.9.2.1, name: example.org, type: MX }
  more-names: { kind: dns, from: mail1, to: 10.9.2.1, name: example.net, type: MX }
  log: { kind: postfix, on: mail1, log: /var/log/mail.log, configuration: /etc/postfix-out }
`;
const { network, diagnostics } = parseNetwork("n", FILE);

/** Answers of each probe, one after another. */
async function green(answers: Readonly<Record<string, readonly ProbeResult["outcome"][]>>) {
  if (network === null) throw new Error(JSON.stringify(diagnostics));
  const resultOf = (monitor: string, outcome: ProbeResult["outcome"]): ProbeResult => ({
    monitor,
    kind: "dns",
    atMs: 0,
    durationMs: 7,
    outcome,
    stage: "done",
    measured: "MX over udp",
    reason: outcome === "ok" ? null : "no answer",
    isReached: false,
    flows: [],
    vantage: { through: "this machine", user: null, source: null },
  });
  const states = network.monitors.flatMap((monitor): readonly ProbeState[] => {
    const [last] = answers[monitor.id] ?? [];
    if (monitor.kind !== "dns" || last === undefined) return [];
    return [{ monitor, last: resultOf(monitor.id, last), sinceMs: 0 }];
  });
  const probes = probesOf({
    states: () => states,
    run: async (id) => resultOf(id, answers[id]?.[1] ?? "blind"),
  });
  return { probes, found: await probes.green("mail1") };
}

test("green is what was green, and still is", async () => {
  const { found } = await green({ names: ["ok", "ok"], "more-names": ["ok", "failed"] });
  expect(found).toEqual([{ id: "names", flows: [], tookMs: 7 }]);
});

test("what was red is not asked", async () => {
  expect((await green({ names: ["failed", "ok"], "more-names": ["blind", "ok"] })).found).toEqual(
    [],
  );
});

test("a probe that fails says why, and what was measured", async () => {
  const { probes } = await green({ names: ["ok", "failed"] });
  expect(await probes.run("names", new AbortController().signal)).toEqual({
    status: "failed",
    text: "no answer (MX over udp, at done)",
  });
});

test("behind a rollback the queue of each Postfix is tried at once", () => {
  if (network === null) throw new Error(JSON.stringify(diagnostics));
  const command = ["postqueue", "-c", "/etc/postfix-out", "-f"];
  expect(recoveryOf(network)).toEqual({ commands: [{ device: "mail1", command }], probes: [] });
});
