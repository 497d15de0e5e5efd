import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { z } from "zod";
import { FIREWALL } from "../../simulation/world/plan.ts";
import { handAnswer } from "../contract/simulation.ts";
import { openSimulation } from "../simulation/open.ts";
import { type TestServer, type TestSettings, testServer } from "./testServer.ts";

type Settings = Pick<TestSettings, "playbooks"> & {
  /** Makes another network file of that of the simulation. */
  readonly network?: (text: string) => string;
};

/** A started server on the simulated mail network, whose baseline is adopted; all of it goes with the test. */
export async function simulatedServer({ network = (text) => text, ...settings }: Settings = {}) {
  const data = mkdtempSync(join(tmpdir(), "premortem-simulated-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const faults: unknown[] = [];
  const simulation = openSimulation(data, (fault) => faults.push(fault));
  /* Ended last: whoever is asked something has to be able to answer. */
  onTestFinished(() => {
    simulation.close();
    expect(faults).toEqual([]);
  });
  const text = network(readFileSync(simulation.networkFile, "utf8"));
  const { openTransport } = simulation;
  const server = await testServer({ ...settings, network: text, openTransport, simulation });
  await simulation.adopt(server.service);
  await server.service.start();
  simulation.start(server.service);
  return { server, simulation, network: text };
}

/** Asks in the name of somebody; an answer that is not 200 is a failure of the test. */
export async function asker(server: TestServer, login: string) {
  const token = await server.token(login);
  const ask = async <Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> => {
    const answer = await server.ask(method, path, { token, body });
    expect(answer.status, answer.text).toBe(200);
    return schema.parse(answer.body);
  };
  return {
    token,
    get: <Schema extends z.ZodType>(path: string, schema: Schema) => ask("GET", path, schema),
    post: <Schema extends z.ZodType>(path: string, schema: Schema, body?: unknown) =>
      ask("POST", path, schema, body),
    put: <Schema extends z.ZodType>(path: string, schema: Schema, body: unknown) =>
      ask("PUT", path, schema, body),
    /** What somebody does on the firewall past premortem. */
    byHand: (command: string, person = "netops") =>
      ask("POST", `/v1/simulation/devices/${FIREWALL}/nft`, handAnswer, { login: person, command }),
  };
}
