import { Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Answered } from "./Panel.tsx";

/** A page: its one question, what stands beside it, and its parts. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useDocumentTitle(`${title} · premortem`);
  return (
    <Stack gap="md" maw={1180} mx="auto">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead === undefined ? null : (
            <Text c="dimmed" component="div">
              {lead}
            </Text>
          )}
        </div>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A page that a query decides about: it has its name also while it is asked, and where it is not there. */
export function PageOf<Data>({
  title,
  query,
  children,
}: {
  readonly title: string;
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title}>
      <Answered query={query} lines={10}>
        {children}
      </Answered>
    </Page>
  );
}
