import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { differencesQuery } from "../../api/queries.ts";
import type { Difference } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Answered } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";

/** Each difference that was seen, newest first: what it means, and who made it. */
export function History({ device }: { readonly device: string }) {
  const query = useQuery(differencesQuery(0));
  return (
    <Answered query={query}>
      {(all) => {
        const own = all.filter((one) => one.device === device).toReversed();
        if (own.length === 0) return <Empty title="Nothing has changed since it is watched." />;
        return (
          <Stack gap="md">
            {own.map((one) => (
              <OneDifference key={one.id} one={one} />
            ))}
          </Stack>
        );
      }}
    </Answered>
  );
}

const TONES: Readonly<Record<Difference["meaning"], Tone>> = {
  harmless: "quiet",
  moves: "warn",
  breaks: "bad",
  unclear: "unknown",
};

function OneDifference({ one }: { readonly one: Difference }) {
  const { id, atMs, meaning, broken, repaired, added, removed, by, parts } = one;
  return (
    <article id={`difference-${id}`}>
      <Text size="sm" component="div">
        <Word tone={TONES[meaning]}>{meaning}</Word> <Ago atMs={atMs} /> ·{" "}
        <Prose text={byText(by)} />
      </Text>
      {broken.length === 0 ? null : <Text size="sm">breaks {broken.join(", ")}</Text>}
      {repaired.length === 0 ? null : <Text size="sm">repairs {repaired.join(", ")}</Text>}
      {added.map((rule) => (
        <Text key={`+${rule}`} size="sm" component="div">
          + <Mono>{rule}</Mono>
        </Text>
      ))}
      {removed.map((rule) => (
        <Text key={`-${rule}`} size="sm" component="div">
          − <Mono>{rule}</Mono>
        </Text>
      ))}
      {added.length + removed.length === 0 ? (
        <Text size="sm" c="dimmed">
          in {parts.join(", ")}
        </Text>
      ) : null}
    </article>
  );
}

export function byText(by: Difference["by"]): string {
  switch (by.kind) {
    case "change":
      return `by change ${by.change}${by.isAlone ? " (not four eyes)" : ""}`;
    case "undo":
      return `by the undo of incident ${by.incident}, ${by.login}`;
    case "revert":
      return `taken back by ${by.login}`;
    case "likely": {
      const names = by.logins.map(({ person, login }) => person ?? login);
      return `likely by ${names.join(" or ")}${by.process === null ? "" : ` (${by.process})`}`;
    }
    case "unknown":
      return `by nobody known: ${by.reason}`;
  }
}
