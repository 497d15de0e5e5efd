import { Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { snapshotQuery } from "../../api/queries.ts";
import type { Device } from "../../api/types.ts";
import { Lines } from "../../components/Code.tsx";
import { Answered } from "../../components/Panel.tsx";
import { runningHash } from "../changes/SourceDiff.tsx";

/** The parts of a snapshot, one at a time: the ruleset first. */
export function Running({ device }: { readonly device: Device }) {
  const hash = runningHash(device);
  if (hash === null) return <Text size="sm">Nothing was read of it yet.</Text>;
  return <Parts device={device.name} hash={hash} />;
}

function Parts({ device, hash }: { readonly device: string; readonly hash: string }) {
  const query = useQuery(snapshotQuery(device, hash));
  const [name, setName] = useState("nft");
  return (
    <Answered query={query}>
      {({ parts }) => (
        <Stack gap="xs">
          <Select
            label="Part"
            allowDeselect={false}
            maw={360}
            value={name}
            onChange={(next) => setName(next ?? "nft")}
            data={parts.map((part) => ({
              value: part.name,
              label: part.text === null ? `${part.name} (not there)` : part.name,
            }))}
          />
          <Lines
            label={name}
            text={shownText(parts.find((part) => part.name === name)?.text ?? null)}
          />
        </Stack>
      )}
    </Answered>
  );
}

/** An empty box would look as if it was still to come. */
function shownText(text: string | null): string {
  if (text === null) return "(not there)";
  return text.trim() === "" ? "(empty: it has none)" : text;
}
