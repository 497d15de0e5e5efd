import { Button, CopyButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import { helpDeskQuery } from "../../api/queries.ts";
import type { HelpDesk } from "../../api/types.ts";
import { Clock, Since } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { useDraft } from "../../lib/useDraft.ts";
import { counted } from "../../lib/words.ts";

/** Is it us, since when, and what do I tell callers? */
export function HelpDeskPage() {
  const query = useQuery(helpDeskQuery);
  return (
    <Page title="Help desk" lead="Is it us, since when, and what to tell callers.">
      <Answered query={query} lines={8}>
        {(found) => (
          <Stack>
            <Answer found={found} />
            <Callers found={found} />
            <Report />
            <Services services={found.services} />
          </Stack>
        )}
      </Answered>
    </Page>
  );
}

const WORDS: Readonly<Record<HelpDesk["verdict"], readonly [Tone, string]>> = {
  yes: ["bad", "yes, it is us"],
  reported: ["warn", "callers say so"],
  over: ["quiet", "it was, and is over"],
  nothingKnown: ["good", "nothing is known to be wrong"],
  notSeen: ["unknown", "not all is seen"],
};

function Answer({
  found: { verdict, answer, sinceMs, endedMs, reports, looks },
}: {
  readonly found: HelpDesk;
}) {
  const [tone, word] = WORDS[verdict];
  return (
    <Panel title="Is it us?" {...(verdict === "yes" ? { tone: "bad" as const } : {})}>
      <Stack gap={6}>
        <Text component="div" size="lg" role="status">
          <Word tone={tone}>{word}</Word>
        </Text>
        <Text>{answer}</Text>
        <Text size="sm" c="dimmed">
          {sinceMs === null ? null : (
            <>
              since <Clock atMs={sinceMs} />
              {endedMs === null ? (
                <>
                  {" "}
                  (<Since atMs={sinceMs} />)
                </>
              ) : (
                <>
                  , over at <Clock atMs={endedMs} />
                </>
              )}{" "}
              ·{" "}
            </>
          )}
          {counted(reports.count, "caller")} since <Clock atMs={reports.sinceMs} /> · {looks.seeing}{" "}
          of {looks.all} that look see
        </Text>
      </Stack>
    </Panel>
  );
}

function Callers({ found: { tellCallers } }: { readonly found: HelpDesk }) {
  return (
    <Panel
      title="Tell callers"
      aside={
        <CopyButton value={tellCallers}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      }
    >
      <Text>“{tellCallers}”</Text>
    </Panel>
  );
}

function Report() {
  const client = useQueryClient();
  const [text, setText, forget] = useDraft("caller");
  const reporting = useMutation({
    mutationFn: (surge: boolean) => post("/v1/help-desk/reports", { text, surge }),
    onSuccess: forget,
    onSettled: () => client.invalidateQueries({ queryKey: ["helpDesk"] }),
  });
  return (
    <Panel title="Somebody called">
      <Stack gap="xs">
        <Textarea
          label="What they say (may be left out)"
          autosize
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Group gap="xs">
          <Button
            loading={reporting.isPending && !reporting.variables}
            onClick={() => reporting.mutate(false)}
          >
            One caller
          </Button>
          <Button
            variant="default"
            loading={reporting.isPending && reporting.variables}
            onClick={() => reporting.mutate(true)}
          >
            Many call: report a surge
          </Button>
          {reporting.isSuccess ? (
            <Text size="sm" role="status">
              Counted.
            </Text>
          ) : null}
        </Group>
        {reporting.error === null ? null : <Fault fault={reporting.error} />}
      </Stack>
    </Panel>
  );
}

const STATES: Readonly<Record<HelpDesk["services"][number]["state"], readonly [Tone, string]>> = {
  operational: ["good", "works"],
  degraded_performance: ["warn", "slow"],
  partial_outage: ["warn", "partly down"],
  major_outage: ["bad", "down"],
  unknown: ["unknown", "not known"],
};

function Services({ services }: Pick<HelpDesk, "services">) {
  if (services.length === 0) return null;
  return (
    <Panel title="What people use">
      <Rows>
        {services.map(({ name, about, state }) => {
          const [tone, word] = STATES[state];
          return (
            <Row key={name} aside={<Word tone={tone}>{word}</Word>}>
              <Text size="sm" fw={600}>
                {name}
              </Text>
              {about === "" ? null : (
                <Text size="sm" c="dimmed">
                  {about}
                </Text>
              )}
            </Row>
          );
        })}
      </Rows>
    </Panel>
  );
}
