import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { MailHealth } from "./MailHealth";

const box = {
  brand_id: "b1", brand_name: "Northwind", address: "hello@northwind.example", sent: 20, limit: 20, full_limit: 200, domain_per_hour: 20, waiting: 7,
  warm_up_ends: "2099-03-01T10:00:00Z", free_at: "2099-03-01T10:00:00Z", accepted: 1000, delivered: 960, bounced: 30, complaints: 4, bounce_percent: 3, complaint_percent: 0.4, blocked: 2,
};
const quiet = { ...box, brand_id: "b2", brand_name: "Meadow", sent: 0, accepted: 0, bounced: 0, complaints: 0, bounce_percent: 0, complaint_percent: 0, blocked: 0, waiting: 0, warm_up_ends: undefined, free_at: undefined };
const brand = {
  id: "b1", name: "Northwind", postal_address: "1 Street", mail_from_name: "N", mail_from: "hello@northwind.example", calendar_id: "c", second_pair_threshold: { amount: 0, currency: "usd" }, netting_cap_percent: 50, netting_notice_days: 14, destination_cool_off_days: 3, signing: "provider" as const,
  version: 3, outreach_per_day: 200, domain_per_hour: 20, warm_up_days: 10, first_mail_notice: "Because.",
};
let health: object;
let suppressions: object[];
let role = "admin";
let sent: { method: string; url: string; body: unknown }[] = [];

beforeEach(() => {
  sent = [];
  role = "admin";
  suppressions = [{ id: "s1", email: "ada@creators.example", brand_id: "b1", brand_name: "Northwind", reason: "bounce", at: "2026-03-01T10:00:00Z", creator: { id: "c1", name: "Ada" } }];
  health = {
    mailboxes: [box, quiet], unmatched: 2, unreadable: 1,
    unknown: [{ id: "m1", partnership_id: "p1", direction: "out", channel: "email", state: "unknown", author: "N", subject: "The offer", to: "ada@creators.example", at: "2026-03-01T10:00:00Z" }],
    days: [
      { day: "2026-03-03", sent: 3, sent_at_provider: 3, received: 1, received_at_provider: 2, differs: true, checked_at: "2026-03-04T10:00:00Z" },
      { day: "2026-03-02", sent: 3, sent_at_provider: 3, received: 1, received_at_provider: 1, differs: false, checked_at: "2026-03-04T10:00:00Z" },
    ],
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET") {
      sent.push({ method: request.method, url: pathname, body: await request.json() });
      return request.method === "PATCH" ? answer(brand) : new Response(null, { status: 204 });
    }
    if (pathname === "/v1/mail-health") return answer(health);
    if (pathname === "/v1/suppressions") return answer({ items: suppressions });
    if (pathname === "/v1/brands/b1") return answer(brand);
    return answer({ user_id: "u", name: "Olga", email: "o@x.example", brands: [{ brand_id: "b1", brand_name: "Northwind", roles: [role] }] });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("judges each mailbox by its rates, and says when the next mail may go", async () => {
  await show(<MailHealth brand={undefined} />);
  const first = await screen.findByRole("region", { name: "Northwind" });
  expect(first).toHaveTextContent("20 of 20 mails of sequences in the last day");
  expect(first).toHaveTextContent("3 % (30)too many");
  expect(first).toHaveTextContent("0.4 % (4)far too many");
  expect(within(first).getByRole("link", { name: "2 partnerships" })).toHaveAttribute("href", "/partnerships?brand=b1&blocked=true");
  const second = screen.getByRole("region", { name: "Meadow" });
  expect(second).toHaveTextContent("0 % (0)nothing sent");
  expect(within(second).queryByRole("button")).toBeNull();
  expect(screen.getByRole("link", { name: "2 mails name no conversation" })).toHaveAttribute("href", "/inbox?box=unmatched");
});

it("shows the days that differ from SendGrid's count", async () => {
  await show(<MailHealth brand={undefined} />);
  const days = await screen.findByRole("table", { name: "Mail of each day" });
  const rows = within(days).getAllByRole("row");
  expect(rows[1]).toHaveTextContent("1 (SendGrid: 2)Mail is missing");
  expect(rows[2]).toHaveTextContent("Agrees");
});

it("settles a mail of which nobody knows whether it arrived", async () => {
  await show(<MailHealth brand={undefined} />);
  const mail = await screen.findByRole("listitem", { name: "The offer" });
  await userEvent.click(within(mail).getByRole("button", { name: "It arrived" }));
  await vi.waitFor(() => expect(sent).toEqual([{ method: "POST", url: "/v1/messages/m1/settle", body: { arrived: true } }]));
});

it("lets mail through again for a reason", async () => {
  await show(<MailHealth brand={undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Let mail through to ada@creators.example again" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("button", { name: "Let mail through" })).toBeDisabled();
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Why" }), "She wrote from it");
  await userEvent.click(within(dialog).getByRole("button", { name: "Let mail through" }));
  await vi.waitFor(() => expect(sent).toEqual([{ method: "POST", url: "/v1/suppressions/s1/lift", body: { reason: "She wrote from it" } }]));
});

it("changes the limits without beginning the warm-up anew", async () => {
  await show(<MailHealth brand={undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Change the limits of Northwind" }));
  const field = await screen.findByRole("textbox", { name: "Mails of sequences in a day" });
  await userEvent.clear(field);
  await userEvent.type(field, "150");
  await userEvent.click(screen.getByRole("button", { name: "Save the limits" }));
  await vi.waitFor(() => expect(sent).toEqual([{ method: "PATCH", url: "/v1/brands/b1", body: { outreach_per_day: 150, domain_per_hour: 20, first_mail_notice: "Because." } }]));
});

it("offers a guest nothing to change", async () => {
  role = "guest";
  await show(<MailHealth brand={undefined} />);
  expect(await screen.findByRole("region", { name: "Northwind" })).toBeVisible();
  expect(screen.queryByRole("button", { name: /limits|arrived|mail through/ })).toBeNull();
  expect(screen.queryByRole("table", { name: "Mail of each day" })).toBeNull();
});

it("says so where nothing is there yet", async () => {
  suppressions = [];
  health = { mailboxes: [quiet], unknown: [], days: [], unmatched: 0, unreadable: 0 };
  await show(<MailHealth brand={undefined} />);
  expect(await screen.findByText("No day is counted yet")).toBeVisible();
  expect(await screen.findByText("Every address gets mail")).toBeVisible();
});

it("offers to try again when it could not be loaded", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(answer({ code: "unavailable", title: "Away", detail: "Try again.", status: 503 }, 503)));
  await show(<MailHealth brand={undefined} />);
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
});
