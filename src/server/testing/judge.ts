import { expect } from "vitest";
import { errorBody } from "../contract/common.ts";
import type { Answer } from "./testServer.ts";

/** What every answer is like: no defect, and what goes wrong says where and what to do. */
export function judge({ status, body, headers }: Answer, name: string): void {
  /* Complaints are signed, and have no token; who logs in has none yet. */
  const without = /^POST \/v1\/(?:complaints\/|session\b|set-up\b)/.test(name)
    ? [401, 403, 429]
    : [];
  expect([200, 400, 404, 409, 413, 502, ...without], name).toContain(status);
  expect(headers.get("content-type"), name).toContain("application/json");
  if (status === 200) return;
  const { error } = errorBody.strict().parse(body);
  expect(error.message, name).not.toBe("");
  expect(error.help, name).not.toBe("");
  for (const { path, message } of error.problems ?? []) {
    expect(path, name).toMatch(/^(path|query|body)\b/);
    expect(message, name).not.toBe("");
  }
}
