import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ProofAnswer } from "../../../../src/engine/answer/proof.ts";
import { changeFilesQuery, devicesQuery, snapshotQuery } from "../../api/queries.ts";
import type { Change, ChangeFiles, Device } from "../../api/types.ts";
import { Answered } from "../../components/Panel.tsx";
import { TextDiff } from "../../components/TextDiff.tsx";
import { marksOf } from "./marksOf.ts";

/** What changes in the files, beside what lies on the device; lines that break something carry it. */
export function SourceDiff({
  change,
  answer,
}: {
  readonly change: Change;
  readonly answer: ProofAnswer | null;
}) {
  const files = useQuery(changeFilesQuery(change.id, change.contentHash));
  const devices = useQuery(devicesQuery);
  const device = devices.data?.find(({ name }) => name === change.device);
  return (
    <Answered query={files}>
      {(found) => <FileDiffs files={found} device={device} answer={answer} />}
    </Answered>
  );
}

function FileDiffs({
  files: { files },
  device,
  answer,
}: {
  readonly files: ChangeFiles;
  readonly device: Device | undefined;
  readonly answer: ProofAnswer | null;
}) {
  const hash = device === undefined ? null : runningHash(device);
  const snapshot = useQuery({
    ...snapshotQuery(device?.name ?? "", hash ?? ""),
    enabled: hash !== null,
  });
  const before = new Map(snapshot.data?.parts.map(({ name, text }) => [name, text ?? ""]));
  return (
    <Stack>
      {hash === null || snapshot.error !== null ? (
        <Text size="sm">What lies on the device is not known: the whole file is shown as new.</Text>
      ) : null}
      {files.map(({ path, text }) => (
        <TextDiff
          key={`${path} ${snapshot.data?.hash ?? ""}`}
          label={path}
          before={before.get(path) ?? ""}
          after={text}
          marks={marksOf(answer, path)}
        />
      ))}
    </Stack>
  );
}

/** What runs now, else what was approved. */
export function runningHash({ watch, baseline }: Device): string | null {
  return watch.kind === "watching" ? watch.snapshot : (baseline?.hash ?? null);
}
