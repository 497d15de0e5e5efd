import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { openReceiver } from "./testing/receiver.ts";
import { webhook } from "./webhook.ts";

const never = new AbortController().signal;
const message = { id: "one", atMs: 0, body: '{"title":"mail – cannot leave"}' };

function secretFile(secret: string): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-webhook-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, secret);
  return file;
}

test("another secret counts at once, and one that is gone is a failure that says so", async () => {
  const receiver = await openReceiver();
  const file = secretFile("one\n");
  const channel = webhook({ url: receiver.url, secretFile: file, clock: () => 1_000 });
  await channel.send(message, never);
  writeFileSync(file, "two");
  await channel.send(message, never);
  rmSync(file);
  expect(await channel.send(message, never)).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining(file),
    isFinal: false,
  });
  const signatures = receiver.received.map(({ headers }) => headers["premortem-signature"]);
  expect(new Set(signatures).size).toBe(2);
  expect(receiver.received[0]?.headers).toMatchObject({
    "premortem-delivery": "one",
    "premortem-timestamp": "1",
    "content-type": "application/json",
  });
});

describeWith(["python3"], "the example of the documentation", () => {
  test("takes what premortem signed, and nothing else", async () => {
    const text = readFileSync("docs/reference/webhook.md", "utf8");
    const [example = ""] = /(?<=```python\n)[^`]*/.exec(text) ?? [];
    const receiver = await openReceiver();
    const file = secretFile("a secret");
    await webhook({ url: receiver.url, secretFile: file, clock: Date.now }).send(message, never);
    const { headers, body } = receiver.received[0] ?? { headers: {}, body: "" };
    const old = { ...headers, "premortem-timestamp": "1" };
    const cases = [
      ["a secret", headers, body],
      ["another", headers, body],
      ["a secret", headers, `${body} `],
      ["a secret", old, body],
    ];
    const program = `import json, sys
${example}
for secret, headers, body in json.load(sys.stdin):
    print(is_from_premortem(secret.encode(), headers, body.encode()))`;
    const said = execFileSync("python3", ["-c", program], {
      input: JSON.stringify(cases),
      encoding: "utf8",
    });
    expect(said.trim().split("\n")).toEqual(["True", "False", "False", "False"]);
  });
});
