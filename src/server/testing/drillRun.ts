import { readDrills } from "../../operations/drill/shelf.ts";
import * as contract from "../contract/drill.ts";
import type { TestServer } from "./testServer.ts";

const DRILL = "origin";

/** Plays the drill of the origin to its end, as its file says it is done right, or gives it up at once. */
export async function drillRun(server: TestServer, login: string, how: "right" | "giveUp") {
  const token = await server.token(login);
  const begun = await server.ask("POST", `/v1/drills/${DRILL}/runs`, { token, body: {} });
  const { id } = contract.run.parse(begun.body);
  const file = readDrills("drills").files.find(({ drill }) => drill.id === DRILL);
  const right = file?.drill.truth.right ?? [];
  for (const body of how === "right" ? right : [{ kind: "giveUp" }]) {
    const answer = await server.ask("POST", `/v1/drill-runs/${id}/actions`, { token, body });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  const told = await server.ask("GET", `/v1/drill-runs/${id}/debrief`, { token });
  return contract.debrief.parse(told.body);
}
