import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Empty } from "../components/Empty.tsx";
import { Page } from "../components/Page.tsx";

export function NotFound() {
  return (
    <Page title="Not here">
      <Empty title="There is no such page.">
        <Anchor component={Link} to="/">
          Back to the overview
        </Anchor>
      </Empty>
    </Page>
  );
}
