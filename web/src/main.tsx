/* First, since it says in which order the layers of styles count. */
import "./app/global.css";
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { sessionQuery } from "./api/queries.ts";
import { nameNonce, styleNonce } from "./app/nonce.ts";
import { makeQueryClient } from "./app/queryClient.ts";
import { makeRouter } from "./app/router.tsx";
import { theme, tokens } from "./app/theme.ts";

/** Milliseconds until something is drawn, whatever is still asked: nobody looks at nothing. */
const NOTHING_MS = 400;

nameNonce();
void draw();

async function draw(): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) throw new Error("the page has no place to be drawn in");
  const client = makeQueryClient();
  const first = { isDrawn: false };
  const router = makeRouter({ client, first });
  const asked = Promise.all([client.prefetchQuery(sessionQuery), router.load()]);
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, NOTHING_MS))]);
  first.isDrawn = true;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={tokens}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <QueryClientProvider client={client}>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
