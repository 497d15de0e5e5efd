import { Alert, Button, Code, CopyButton, Group, Text } from "@mantine/core";
import { ApiFault } from "../api/client.ts";
import { Prose } from "./Prose.tsx";

/** What went wrong, what to do about it, and a way to try again, in the place where it went wrong. */
export function Fault({
  fault,
  retry,
}: {
  readonly fault: unknown;
  readonly retry?: (() => void) | undefined;
}) {
  const { title, help, code } = told(fault);
  return (
    <Alert color="red" variant="light" title={<Prose text={title} />} role="alert">
      {help === "" ? null : (
        <Text size="sm">
          <Prose text={help} />
        </Text>
      )}
      <Group gap="xs" mt="xs">
        {retry === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        <CopyButton value={`${code}: ${title}`}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="subtle" onClick={copy}>
              {copied ? "Copied" : "Copy"} <Code ml={6}>{code}</Code>
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}

function told(fault: unknown) {
  if (fault instanceof ApiFault)
    return { title: fault.message, help: fault.help, code: fault.code };
  const title = fault instanceof Error ? fault.message : String(fault);
  return {
    title,
    help: "this is a defect of the page: reload it, and please report it",
    code: "page",
  };
}
