import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { TimelineItem } from "../api/schema";
import { show } from "../test/render";
import { Timeline } from "./Timeline";

const item = (id: string, at: string, more: Partial<TimelineItem> = {}): TimelineItem => ({ id, at, kind: "stage", title: `Step ${id}`, ...more });

it("collapses long silences into one line", async () => {
  await show(<Timeline items={[item("2", "2026-11-20T10:00:00Z"), item("1", "2026-11-02T10:00:00Z")]} />);
  expect(screen.getByText("18 days in which nothing happened")).toBeInTheDocument();
});

it("shuts an HTML mail off from the page", async () => {
  const message = {
    id: "m", direction: "in" as const, channel: "email" as const, state: "handled", author: "Ada", at: "2026-11-20T10:00:00Z",
    subject: "Hello", text: "the words", html: "<script>steal()</script><img src='https://spy.example/x.gif'>",
  };
  await show(<Timeline items={[item("1", message.at, { kind: "message", message })]} />);
  expect(screen.getByText("the words")).toBeInTheDocument();
  screen.getByRole("button", { name: "Show as it was sent" }).click();
  const frame = await screen.findByTitle<HTMLIFrameElement>("Mail as it was sent: Hello");
  expect(frame).toHaveAttribute("sandbox", "");
  expect(frame.srcdoc).toContain("default-src 'none'");
});

it("links only to pages of ours", async () => {
  await show(<Timeline items={[item("1", "2026-11-20T10:00:00Z", { link: "/reviews/7" }), item("2", "2026-11-20T09:00:00Z", { link: "https://spy.example" })]} />);
  expect(screen.getByRole("link", { name: "Step 1" })).toHaveAttribute("href", "/reviews/7");
  expect(screen.queryByRole("link", { name: "Step 2" })).not.toBeInTheDocument();
});
