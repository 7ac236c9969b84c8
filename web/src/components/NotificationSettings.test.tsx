import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { NotificationSettings as Settings } from "../api/schema";
import { openApp } from "../test/app";
import { show } from "../test/render";
import { serveReviews } from "../test/reviews";
import { NotificationSettings } from "./NotificationSettings";

vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.unstubAllGlobals();
});

const settings: Settings = {
  events: [
    { event: "escalated", group: "What waits for you", title: "Something comes to you", urgent: true, fixed: false, app: true, mail: "now" },
    { event: "security", group: "Your account", title: "Somebody changed your roles", urgent: true, fixed: true, app: true, mail: "now" },
  ],
  quiet_from: "20:00", quiet_until: "08:00", urgent_passes: false, digest_at: "08:30", zone: "Europe/Berlin", always_open: false, email: "mara@one.example",
};

it("keeps the choices, and leaves out what cannot be chosen", async () => {
  const sent = serveReviews({ also: { "/v1/notification-settings": settings } });
  await show(<NotificationSettings />);
  await userEvent.click(await screen.findByRole("checkbox", { name: "Something comes to you: in the bell" }));
  await userEvent.click(screen.getByRole("switch", { name: /Let what is urgent through/ }));
  expect(screen.getByRole("checkbox", { name: "Somebody changed your roles: in the bell" })).toBeDisabled();
  expect(screen.getByText(/cannot be turned off/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{
    events: [{ event: "escalated", app: false, mail: "now" }], quiet_from: "20:00", quiet_until: "08:00", urgent_passes: true, digest_at: "08:30",
  }]));
});

it("says so where no hour is quiet", async () => {
  serveReviews({ also: { "/v1/notification-settings": { ...settings, always_open: true } } });
  await show(<NotificationSettings />);
  await screen.findByText(/no hour is quiet/);
});

it("is what the settings open on, with one's own pages before those of the house", async () => {
  serveReviews({ also: { "/v1/notification-settings": settings } });
  const { path } = openApp("/settings");
  expect(await screen.findByRole("heading", { name: "Notifications", level: 1 })).toBeVisible();
  expect(path()).toBe("/settings/notifications");
  const [own, house] = within(screen.getByRole("navigation", { name: "Settings" })).getAllByRole("group");
  expect(own).toHaveAccessibleName("You");
  expect(within(own ?? document.body).getAllByRole("link").map((link) => link.textContent)).toEqual(["Notifications", "Sign-in", "API tokens", "Standing in"]);
  expect(within(house ?? document.body).getByRole("link", { name: "Mail delivery" })).toBeVisible();
});
