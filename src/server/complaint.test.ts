import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { sign } from "../platform/notify/signature.ts";
import { complaintAccepted } from "./contract/complaint.ts";
import { incidents, postmortem } from "./contract/incident.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";

const SECRET = "s3cret";
const HOSTILE = "<script>alert(1)</script> [press](javascript:alert(1)) | **mail** is gone";

async function open() {
  const folder = mkdtempSync(join(tmpdir(), "premortem-complaint-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, `${SECRET}\n`);
  const server = await testServer({
    isStarted: true,
    network: `devices: {}\nzones: {}\nmonitors:\n  desk: { kind: complaints, secret-file: ${file} }\n${PEOPLE}`,
  });
  const complain = (id: string, secret = SECRET) => {
    const raw = JSON.stringify({ id, text: HOSTILE, user: "<b>ana</b>" });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = `sha256=${sign(secret, timestamp, raw)}`;
    const headers = {
      "content-type": "application/json",
      "premortem-timestamp": timestamp,
      "premortem-signature": signature,
    };
    return server.ask("POST", "/v1/complaints/desk", { raw, headers });
  };
  return { server, complain };
}

test("a complaint counts once, and only for who knows the secret", async () => {
  const { complain } = await open();
  expect((await complain("T-1", "guessed")).status).toBe(401);
  expect(complaintAccepted.parse((await complain("T-1")).body)).toEqual({ isNew: true });
  expect(complaintAccepted.parse((await complain("T-1")).body)).toEqual({ isNew: false });
});

test("many at once open an incident, and markup in them means nothing in its postmortem", async () => {
  const { server, complain } = await open();
  for (let ticket = 1; ticket <= 12; ticket++) await complain(`T-${ticket}`);
  const token = await server.token("vera");
  const found = await vi.waitFor(async () => {
    const { body } = await server.ask("GET", "/v1/incidents", { token });
    const [incident] = incidents.parse(body).incidents;
    if (incident === undefined) throw new Error("no incident yet");
    return incident;
  });
  const { body } = await server.ask("GET", `/v1/incidents/${found.id}/postmortem`, { token });
  const { markdown } = postmortem.parse(body);
  expect(markdown).toContain("script");
  expect(markdown).not.toMatch(/<script|<b>|(?<!\\)\[press\]/);
});
