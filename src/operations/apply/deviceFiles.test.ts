import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localTransport } from "../../platform/transport/local.ts";
import { REDACTED } from "../inventory/redact.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { INSTALL, installPart, writeBootFiles } from "./deviceFiles.ts";

const transport = localTransport();
let folder = "";
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "premortem-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes `text` over a file that was read as `before`. */
function write(text: string, before: string | null, path = at("nft.conf")) {
  const snapshot = makeSnapshot("fw", [{ name: path, text: before }]);
  return writeBootFiles(transport, [{ path, text }], snapshot, at("kept"));
}

test("a file is written whole, keeps its mode, and the one before is kept", async () => {
  writeFileSync(at("nft.conf"), "old\n");
  chmodSync(at("nft.conf"), 0o640);
  expect(await write("new\n", "old\n")).toBeNull();
  expect(readFileSync(at("nft.conf"), "utf8")).toBe("new\n");
  expect(statSync(at("nft.conf")).mode & 0o777).toBe(0o640);
  expect(readFileSync(at("kept/0"), "utf8")).toBe("old\n");
  expect(readdirSync(folder).sort()).toEqual(["kept", "nft.conf"]);
});

test("written twice, the one before stays the one before", async () => {
  writeFileSync(at("nft.conf"), "old\n");
  for (let i = 0; i < 2; i++) expect(await write("new\n", "old\n")).toBeNull();
  expect(readFileSync(at("kept/0"), "utf8")).toBe("old\n");
});

test("a file that was not there is made, and an empty one filled", async () => {
  expect(await write("new\n", null)).toBeNull();
  expect(readFileSync(at("nft.conf"), "utf8")).toBe("new\n");
  writeFileSync(at("empty"), "");
  expect(await write("new\n", "", at("empty"))).toBeNull();
});

test("a link stays a link", async () => {
  writeFileSync(at("real"), "old\n");
  symlinkSync("real", at("nft.conf"));
  expect(await write("new\n", "old\n")).toBeNull();
  expect(lstatSync(at("nft.conf")).isSymbolicLink()).toBe(true);
  expect(readFileSync(at("real"), "utf8")).toBe("new\n");
});

test("what somebody else has changed meanwhile stays", async () => {
  writeFileSync(at("nft.conf"), "theirs\n");
  expect(await write("new\n", "old\n")).toMatchObject({
    message: expect.stringMatching(/changed meanwhile/),
  });
  expect(readFileSync(at("nft.conf"), "utf8")).toBe("theirs\n");
});

test("a file with a secret is known by what is left of it", async () => {
  writeFileSync(at("nft.conf"), "password = one\n");
  expect(await write("new\n", `password = ${REDACTED}\n`)).toBeNull();
});

test("a file that is not UTF-8 is told as such, and stays", async () => {
  const bytes = Buffer.from("# f\xfcr Postfix\n", "latin1");
  writeFileSync(at("nft.conf"), bytes);
  expect(await write("new\n", bytes.toString("utf8"))).toMatchObject({
    message: expect.stringMatching(/is not UTF-8/),
  });
  expect(readFileSync(at("nft.conf"))).toEqual(bytes);
});

test("a folder that is not there is told", async () => {
  const found = await write("new\n", null, at("none/nft.conf"));
  expect(found).toMatchObject({ message: expect.stringMatching(/could not be written/) });
});

test("the device's part is put in place, and left alone when it is the same", async () => {
  const part = await installPart(transport, at("state"), "exit 0\n");
  expect(part).toEqual({ script: at("state/premortem-device"), state: at("state") });
  const { ino } = statSync(at("state/premortem-device"));
  await installPart(transport, at("state"), "exit 0\n");
  expect(statSync(at("state/premortem-device")).ino).toBe(ino);
  await installPart(transport, at("state"), "exit 1\n");
  expect(readFileSync(at("state/premortem-device"), "utf8")).toBe("exit 1\n");
  expect(readdirSync(at("state"))).toEqual(["premortem-device"]);
});

test("two servers that put the part in place at a time write no file together", async () => {
  await mkdir(at("state"));
  const digest = createHash("sha256").update("older\n").digest("hex");
  const orphan = spawn("sh", ["-c", INSTALL, "sh", at("state"), digest], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const isOpen = () => readdirSync(at("state")).length > 0;
  await vi.waitUntil(isOpen);
  await installPart(transport, at("state"), "exit 0\n");
  orphan.stdin.end("old");
  await once(orphan, "exit");
  expect(readFileSync(at("state/premortem-device"), "utf8")).toBe("exit 0\n");
  expect(readdirSync(at("state"))).toEqual(["premortem-device"]);
});

test("a folder that cannot be made is told", async () => {
  writeFileSync(at("file"), "");
  expect(await installPart(transport, at("file/state"), "")).toMatchObject({
    message: expect.stringMatching(/cannot be written/),
  });
});
