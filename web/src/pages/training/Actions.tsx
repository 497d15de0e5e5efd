import { Button, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { DrillAction, DrillRun } from "../../api/types.ts";
import { Panel } from "../../components/Panel.tsx";

type Act = (action: DrillAction) => void;

interface Acting {
  readonly run: DrillRun;
  readonly isBusy: boolean;
  readonly act: Act;
}

type Place = Extract<DrillAction, { kind: "look" }>["at"];
type Team = Extract<DrillAction, { kind: "ask" }>["team"];
type Daemon = Extract<DrillAction, { kind: "restart" }>["service"];

const PLACES: readonly (readonly [Place, string])[] = [
  ["complaints", "Complaints"],
  ["traffic", "Traffic"],
  ["log", "Mail log"],
  ["queue", "Mail queue"],
  ["database", "Database"],
  ["balancer", "Load balancer"],
  ["rules", "Firewall rules"],
  ["counters", "Rule counters"],
  ["differences", "What changed"],
];
const TEAMS: readonly Team[] = ["network", "database", "balancer", "provider"];
const DAEMONS: readonly Daemon[] = ["postfix", "dovecot", "postgresql", "haproxy"];

/** All that can be done, with the minutes that it takes: time is what an outage costs. */
export function Actions(acting: Acting) {
  const { run, act, isBusy } = acting;
  const { minutes, probes } = run;
  const button = (label: string, action: DrillAction, key: string) => (
    <Button
      key={label}
      size="compact-sm"
      variant="default"
      disabled={isBusy}
      onClick={() => act(action)}
    >
      {label}
      <Cost minutes={minutes[key]} />
    </Button>
  );
  return (
    <Panel title="What you can do">
      <Stack>
        <Part title="Look">
          {PLACES.map(([at, label]) => button(label, { kind: "look", at }, `look/${at}`))}
        </Part>
        <Part title="Probe">
          {probes.map((probe) => button(probe, { kind: "probe", probe }, "probe"))}
        </Part>
        <Part title="Ask a team">
          {TEAMS.map((team) => button(team, { kind: "ask", team }, `ask/${team}`))}
        </Part>
        <Part title="Say">
          {button("It is an outage", { kind: "declare" }, "declare")}
          <Diagnose {...acting} />
        </Part>
        <Part title="Mend">
          <Undo {...acting} />
          {button("Load the boot file", { kind: "reload" }, "reload")}
          {DAEMONS.map((service) =>
            button(`Restart ${service}`, { kind: "restart", service }, "restart"),
          )}
          {button("Try deferred mail", { kind: "flushQueues" }, "flushQueues")}
          {button("Delete waiting mail", { kind: "purgeQueues" }, "purgeQueues")}
        </Part>
        <Typed {...acting} />
        <Part title="Time">
          {[1, 5, 15].map((wait) => (
            <Button
              key={wait}
              size="compact-sm"
              variant="default"
              disabled={isBusy}
              onClick={() => act({ kind: "wait", minutes: wait })}
            >
              Wait {wait} min
            </Button>
          ))}
          {button("It is over", { kind: "close" }, "close")}
          {button("Give up", { kind: "giveUp" }, "giveUp")}
        </Part>
      </Stack>
    </Panel>
  );
}

function Cost({ minutes }: { readonly minutes: number | undefined }) {
  if (minutes === undefined || minutes === 0) return null;
  return (
    <Text span size="xs" ml={6} c="dimmed">
      {minutes} min
    </Text>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <Group gap={6}>{children}</Group>
    </div>
  );
}

function Diagnose({ run: { suspects }, act, isBusy }: Acting) {
  const [suspect, setSuspect] = useState<string | null>(null);
  return (
    <>
      <Select
        aria-label="The cause is"
        placeholder="The cause is …"
        size="xs"
        w={260}
        value={suspect}
        onChange={setSuspect}
        data={suspects.map(({ id, text }) => ({ value: id, label: text }))}
      />
      <Button
        size="compact-sm"
        variant="default"
        disabled={isBusy || suspect === null}
        onClick={() => suspect !== null && act({ kind: "diagnose", suspect })}
      >
        Say so
      </Button>
    </>
  );
}

function Undo({ run: { differences, minutes }, act, isBusy }: Acting) {
  if (differences.length === 0)
    return (
      <Text size="sm" c="dimmed">
        To undo a difference, look at what changed first.
      </Text>
    );
  return differences.map((difference) => (
    <Button
      key={difference}
      size="compact-sm"
      disabled={isBusy}
      onClick={() => act({ kind: "undo", difference })}
    >
      Undo difference {difference}
      <Cost minutes={minutes["undo"]} />
    </Button>
  ));
}

function Typed({ act, isBusy }: Acting) {
  const [script, setScript] = useState("");
  return (
    <Group gap={6} align="end">
      <Textarea
        label="$ nft …"
        autosize
        w={360}
        maw="100%"
        value={script}
        onChange={({ currentTarget }) => setScript(currentTarget.value)}
      />
      <Button
        size="compact-sm"
        variant="default"
        disabled={isBusy || script.trim() === ""}
        onClick={() => act({ kind: "nft", script })}
      >
        Run
      </Button>
    </Group>
  );
}
