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
import { nameNonce, styleNonce } from "./app/nonce.ts";
import { makeQueryClient } from "./app/queryClient.ts";
import { router } from "./app/router.tsx";
import { theme, tokens } from "./app/theme.ts";

nameNonce();
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place to be drawn in");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={tokens}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={makeQueryClient()}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
