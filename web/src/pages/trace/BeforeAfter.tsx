import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changeQuery, traceQuery } from "../../api/queries.ts";
import type { Change, Trace } from "../../api/types.ts";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";
import { ChangeWord } from "../changes/ChangeWord.tsx";
import { isSameFate } from "./sameFate.ts";
import { TraceView } from "./TraceView.tsx";
import { VERDICT_TONES, VERDICT_WORDS } from "./verdictWords.ts";

/** One packet on the rules that run, and on those that a change makes of them. */
export function BeforeAfter({
  device,
  packet,
  change,
}: {
  readonly device: string;
  readonly packet: string;
  readonly change: number;
}) {
  const now = useQuery(traceQuery(device, packet, null));
  const then = useQuery(traceQuery(device, packet, change));
  const known = useQuery(changeQuery(change));
  const { data: before } = now;
  const { data: after } = then;
  return (
    <>
      <Panel title="Before and after">
        <Stack gap="xs">
          {before === undefined || after === undefined ? null : (
            <Told before={before} after={after} change={change} />
          )}
          <Text size="sm" component="div">
            <Link to="/changes/$id" params={{ id: String(change) }}>
              Change {change}
            </Link>
            {known.data === undefined ? null : <Stands change={known.data} />}
            {" · "}
            <Link to="/trace" search={{ device, packet }}>
              what runs alone
            </Link>
          </Text>
        </Stack>
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {([now, then] as const).map((query) => (
          <Stack key={query === now ? "before" : "after"} gap="md" miw={0}>
            <Answered query={query} lines={6}>
              {(trace) => (
                <TraceView
                  trace={trace}
                  of={query === now ? "What runs" : `With change ${change}`}
                />
              )}
            </Answered>
          </Stack>
        ))}
      </SimpleGrid>
    </>
  );
}

function Told({
  before,
  after,
  change,
}: {
  readonly before: Trace;
  readonly after: Trace;
  readonly change: number;
}) {
  if (isSameFate(before, after))
    return (
      <Text component="div" size="lg" role="status">
        {after.verdict === "undecided" ? (
          <Word tone="unknown">undecided on both sides, in the same ways</Word>
        ) : (
          <Word tone="quiet">the same before and after: {VERDICT_WORDS[after.verdict]}</Word>
        )}
      </Text>
    );
  return (
    <Text component="div" size="lg" role="status">
      <Word tone={VERDICT_TONES[before.verdict]}>{VERDICT_WORDS[before.verdict]} now</Word>
      {", "}
      <Word tone={VERDICT_TONES[after.verdict]}>
        {VERDICT_WORDS[after.verdict]} with change {change}
      </Word>
    </Text>
  );
}

/** What runs may have it already: the two sides are the same then. */
function Stands({ change: { status } }: { readonly change: Change }) {
  return (
    <>
      {" "}
      <ChangeWord status={status} />
      {status === "applied" ? ": what runs has it" : ""}
    </>
  );
}
