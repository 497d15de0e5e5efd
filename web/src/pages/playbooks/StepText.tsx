import { List, Text } from "@mantine/core";
import type { PlaybookStep } from "../../api/types.ts";
import { Mono } from "../../components/Code.tsx";
import { PacketLink } from "../../components/PacketLink.tsx";
import { Prose } from "../../components/Prose.tsx";

/** What a step asks for: what a person does, or what premortem does when it is pressed. */
export function StepText({ step }: { readonly step: PlaybookStep }) {
  return (
    <>
      <Text fw={600}>{step.title}</Text>
      {step.text === "" ? null : (
        <Text size="sm">
          <Prose text={step.text} />
        </Text>
      )}
      <Kind step={step} />
      {step.otherwise === "" ? null : (
        <Text size="sm" c="dimmed">
          Otherwise: <Prose text={step.otherwise} />
        </Text>
      )}
    </>
  );
}

function Kind({ step }: { readonly step: PlaybookStep }) {
  switch (step.kind) {
    case "person":
      return (
        <>
          {step.checklist.length === 0 ? null : (
            <List size="sm">
              {step.checklist.map((item) => (
                <List.Item key={item}>
                  <Prose text={item} />
                </List.Item>
              ))}
            </List>
          )}
          {step.minutes === null ? null : <Text size="sm">Within {step.minutes} minutes.</Text>}
        </>
      );
    case "probe":
      return (
        <Text size="sm">
          premortem asks <Mono>{step.probe}</Mono>
        </Text>
      );
    case "trace":
      return (
        <Text size="sm" component="div">
          premortem follows <PacketLink device={step.device} packet={step.packet} /> through{" "}
          {step.device}: {step.expect} is expected
        </Text>
      );
    case "undo":
      return <Text size="sm">premortem proposes the undo; a person presses it.</Text>;
    case "notify":
      return <Text size="sm">premortem tells people ({step.severity}).</Text>;
  }
}
