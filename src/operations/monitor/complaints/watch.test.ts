import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../platform/db/database.ts";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import { MONITOR_MIGRATIONS } from "../store.ts";
import { watch } from "../testing/mailHost.ts";

const SECRET = "s3cret";
const NOW_S = 1_800_000_000;

async function helpDesk(known?: Database) {
  const folder = await mkdtemp(join(tmpdir(), "premortem-complaints-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "secret");
  await writeFile(file, `${SECRET}\n`);
  const database = known ?? (await testDatabase(MONITOR_MIGRATIONS)).database;
  let nowMs = NOW_S * 1_000;
  const clock = () => nowMs;
  const watched = await watch([`desk: { kind: complaints, secret-file: ${file} }`], {
    database,
    clock,
  });
  watched.monitors.start();
  return {
    ...watched,
    database,
    file,
    wait: (ms: number) => {
      nowMs += ms;
    },
    /** Signs as a help desk does, unless told otherwise. */
    send: (
      body: string,
      { secret = SECRET, atS = Math.floor(nowMs / 1_000), name = "desk" } = {},
    ) =>
      watched.monitors.complain(name, body, {
        signature: createHmac("sha256", secret).update(`${atS}.${body}`).digest("hex"),
        timestamp: String(atS),
      }),
  };
}

const complaint = (id: string, text = "no mail since two") => JSON.stringify({ id, text });

test("four complaints at once are one symptom, with how many came and what the last says", async () => {
  const { monitors, send, wait } = await helpDesk();
  for (let i = 0; i < 4; i++) {
    expect(monitors.active()).toEqual([]);
    expect(await send(complaint(`c${i}`))).toEqual({ kind: "accepted", isNew: true });
    wait(30_000);
  }
  expect(monitors.active()).toMatchObject([
    {
      id: "desk/surge",
      kind: "complaints",
      device: null,
      flows: [],
      text: "4 complaints within 2 minutes, 1 an hour is usual; the last: “no mail since two”",
    },
  ]);
});

test("what comes twice counts once", async () => {
  const { monitors, send } = await helpDesk();
  for (let i = 0; i < 20; i++)
    expect(await send(complaint("same"))).toEqual({ kind: "accepted", isNew: i === 0 });
  expect(monitors.active()).toEqual([]);
  expect(monitors.states()).toMatchObject([
    { state: "seeing", counts: { complaints: 1, repeated: 19 } },
  ]);
});

test("a restart in the middle of a surge does not begin at nothing", async () => {
  const first = await helpDesk();
  for (let i = 0; i < 3; i++) await first.send(complaint(`c${i}`));
  await first.monitors.stop();
  const second = await helpDesk(first.database);
  expect(await second.send(complaint("c0"))).toEqual({ kind: "accepted", isNew: false });
  await second.send(complaint("c3"));
  expect(second.monitors.active()).toHaveLength(1);
  await second.monitors.stop();
  const third = await helpDesk(first.database);
  expect(await third.until(({ kind }) => kind === "began")).toMatchObject({
    symptom: { id: "desk/surge", text: expect.stringMatching(/ an hour is usual$/) },
  });
});

test("markup and control characters are text", async () => {
  const { monitors, send } = await helpDesk();
  const text = "<script>alert(1)</script>\u0000\u001b[31m\n\u202eevil \ud800";
  for (let i = 0; i < 4; i++)
    expect(await send(complaint(`c${i}`, text))).toMatchObject({ kind: "accepted" });
  expect(monitors.active()[0]?.text).toMatch(
    /“<script>alert\(1\)<\/script>\ufffd \[31m evil \ufffd”$/,
  );
});

describe("a message is not taken", () => {
  const OLD = { atS: NOW_S - 301 };
  const AHEAD = { atS: NOW_S + 301 };
  const good = complaint("a");
  const cases: readonly (readonly [string, string, Readonly<Record<string, unknown>>, string])[] = [
    ["with another secret", good, { secret: "other" }, "unauthorised"],
    ["that is a copy of an old one", good, OLD, "unauthorised"],
    ["from the future", good, AHEAD, "unauthorised"],
    ["for a monitor that is not there", good, { name: "other" }, "unknownMonitor"],
    ["that is no JSON", "{", {}, "badBody"],
    ["without an id", `{"text":"x"}`, {}, "badBody"],
    ["with an empty id", `{"id":"","text":"x"}`, {}, "badBody"],
    ["without a text", `{"id":"x"}`, {}, "badBody"],
    ["that is a list", "[]", {}, "badBody"],
    ["that is too long", complaint("a", "x".repeat(20_000)), {}, "badBody"],
    ["with a text that is too long", complaint("a", "x".repeat(4_001)), {}, "badBody"],
    ["with a time that is none", `{"id":"x","text":"x","atMs":1e300}`, {}, "badBody"],
  ];
  test("of these kinds, and the secret is never in the answer", async () => {
    const { send } = await helpDesk();
    for (const [name, body, options, kind] of cases) {
      const answer = await send(body, options);
      expect(answer.kind, name).toBe(kind);
      expect(JSON.stringify(answer)).not.toContain(SECRET);
    }
  });

  test("with a signature that is none, or of another body", async () => {
    const { monitors } = await helpDesk();
    const timestamp = String(NOW_S);
    for (const signature of ["", "zz", "ab".repeat(32), "ab".repeat(31)])
      expect(await monitors.complain("desk", good, { signature, timestamp })).toMatchObject({
        kind: "unauthorised",
      });
    const signature = createHmac("sha256", SECRET).update(`${NOW_S}.${good}`).digest("hex");
    expect(await monitors.complain("desk", `${good} `, { signature, timestamp })).toMatchObject({
      kind: "unauthorised",
    });
    expect(
      await monitors.complain("desk", good, { signature: `sha256=${signature}`, timestamp }),
    ).toMatchObject({ kind: "accepted" });
  });

  test("that is no UTF-8", async () => {
    const { monitors } = await helpDesk();
    const body = Buffer.concat([
      Buffer.from(`{"id":"x","text":"`),
      Buffer.from([0xff]),
      Buffer.from(`"}`),
    ]);
    const signature = createHmac("sha256", SECRET).update(`${NOW_S}.`).update(body).digest("hex");
    expect(
      await monitors.complain("desk", body, { signature, timestamp: String(NOW_S) }),
    ).toMatchObject({ kind: "badBody" });
  });
});

test("a secret that is gone is blindness, and a message is asked for again", async () => {
  const { send, file, until } = await helpDesk();
  await until(({ kind }) => kind === "seeing");
  await rm(file);
  expect(await send(complaint("a"))).toMatchObject({ kind: "notReady" });
  expect(await until(({ kind }) => kind === "blind")).toMatchObject({ monitor: "desk" });
});
