import { ADDRESSES, PORTS } from "../../../simulation/world/plan.ts";
import { DRILL_HOSTS, type DRILL_TEAMS } from "../actions.ts";
import type { DrillFlow } from "../model.ts";
import { tellDifferences } from "./differences.ts";
import { OPEN, tryFlow } from "./flows.ts";
import type { Play } from "./play.ts";

/** What another team finds where it can look; none of them sees what the others see. */
export function ask(play: Play, team: (typeof DRILL_TEAMS)[number]): readonly string[] {
  switch (team) {
    case "network":
      return tellDifferences(play.differences.all());
    case "database":
      return databaseSays(play);
    case "balancer":
      return balancerSays(play);
    case "provider":
      return providerSays(play);
  }
}

function databaseSays(play: Play): readonly string[] {
  const arrived = DRILL_HOSTS.map((name) => {
    const result = tryFlow(play.network, flowOf(ADDRESSES[name], ADDRESSES.db1, PORTS.postgresql));
    return result === OPEN
      ? `new connections of ${name} arrive and are answered`
      : `no new connection of ${name} arrives; here nothing turns it away`;
  });
  return ["PostgreSQL runs, with little load and no error of its own", ...arrived];
}

function balancerSays(play: Play): readonly string[] {
  const clients = tryFlow(play.network, flowOf(ADDRESSES.desk1, ADDRESSES.lb1, PORTS.imap));
  const world = tryFlow(play.network, flowOf(ADDRESSES.remote, ADDRESSES.fw1, PORTS.smtp));
  return [
    "HAProxy runs; its checks reach mail1 and mail2, which stand in the same network",
    clients === OPEN ? "connections of users come in" : "no connection of users comes in",
    world === OPEN ? "connections from the internet come in" : "none comes in from the internet",
  ];
}

function providerSays(play: Play): readonly string[] {
  const answers = DRILL_HOSTS.map((name) => {
    const result = tryFlow(play.network, flowOf(ADDRESSES[name], ADDRESSES.remote, PORTS.smtp));
    return result === OPEN
      ? `we see mails of ${name} leave`
      : `of ${name} we see no connection that is finished`;
  });
  return ["no fault of the line is known, and others of our customers send mail", ...answers];
}

function flowOf(from: string, to: string, port: number): DrillFlow {
  return { name: "", protocol: "tcp", from, to, port };
}
