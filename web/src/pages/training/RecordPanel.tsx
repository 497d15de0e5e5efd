import { Anchor, Group, Text } from "@mantine/core";
import type { TrainingEntry, TrainingView } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { listed } from "../../lib/words.ts";
import { CorrectDialog } from "./CorrectDialog.tsx";

/** Entries that the page shows; the table that is taken away has all. */
const SHOWN = 20;

/** What was practised, newest first, as far as the one who looks may see it. */
export function RecordPanel({ training: { record, plan } }: { readonly training: TrainingView }) {
  const titles = new Map(plan.map(({ id, title }) => [id, title]));
  return (
    <Panel
      title="The record"
      aside={
        <Anchor href="/v1/training/record.csv" download size="sm">
          As a table (CSV)
        </Anchor>
      }
    >
      {record.length === 0 ? (
        <Empty title="Nothing is written down yet.">
          A drill that you play to its end is written down by itself.
        </Empty>
      ) : (
        <Rows label="What was practised">
          {record.slice(0, SHOWN).map((entry) => (
            <Row
              key={`${entry.how} ${entry.number} ${entry.lesson}`}
              aside={<Standing entry={entry} />}
            >
              <OneEntry entry={entry} title={titles.get(entry.lesson) ?? entry.lesson} />
            </Row>
          ))}
        </Rows>
      )}
    </Panel>
  );
}

function OneEntry({
  entry: { how, number, logins, atMs, by, note, corrects, why },
  title,
}: {
  readonly entry: TrainingEntry;
  readonly title: string;
}) {
  return (
    <>
      <Text size="sm" component="div">
        <Ago atMs={atMs} />: <bdi>{title}</bdi>,{" "}
        {logins.length === 0 ? "nobody: it was not held" : <bdi>{listed(logins)}</bdi>}
      </Text>
      <Text size="sm" c="dimmed">
        {how === "drill" ? (
          "played"
        ) : (
          <>
            attendance {number}, written down by <bdi>{by}</bdi>
          </>
        )}
        {note === "" ? null : (
          <>
            : <bdi>{note}</bdi>
          </>
        )}
      </Text>
      {corrects === null ? null : (
        <Text size="sm">
          in the place of attendance {corrects}, because: <bdi>{why}</bdi>
        </Text>
      )}
    </>
  );
}

function Standing({ entry }: { readonly entry: TrainingEntry }) {
  const session = useSession();
  const { how, corrects, correctedBy } = entry;
  const isOpen = how === "said" && correctedBy === null && mayOperate(session);
  return (
    <Group gap="xs">
      {correctedBy === null ? null : (
        <Word tone="quiet">does not count: see attendance {correctedBy}</Word>
      )}
      {corrects === null ? null : <Word tone="quiet">correction</Word>}
      {isOpen ? <CorrectDialog entry={entry} /> : null}
    </Group>
  );
}
