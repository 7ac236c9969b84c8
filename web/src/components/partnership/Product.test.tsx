import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Partnership } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Product } from "./Product";

afterEach(() => {
  vi.unstubAllGlobals();
});

const partnership = {
  summary: { id: uuid(301), brand_id: uuid(1), stage: "active" },
  deliverables: [{ id: uuid(901), title: "Launch video", draft_after: "product_delivered", waits_for_product: true }],
} as unknown as Partnership;

it("keeps the number of a parcel and notes that the product has arrived", async () => {
  const sent = serveReviews({ roles: ["ops"], act: (_, path) => (path.endsWith("/shipments") ? answer({ title: "Taken", status: 409, errors: [{ field: "reference", code: "taken", detail: "Something else has it." }] }, 409) : answer({})) });
  await show(<Product partnership={partnership} />);
  expect(screen.getByText(/It has not arrived yet/)).toBeVisible();
  await userEvent.type(await screen.findByLabelText(/Number on the parcel/), " A1 ");
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  expect(await screen.findByText("Something else has it.")).toBeVisible();
  expect(sent[0]).toMatchObject({ path: `/v1/partnerships/${uuid(301)}/shipments`, body: { reference: "A1" } });
  await userEvent.click(screen.getByRole("button", { name: "It has arrived" }));
  await waitFor(() => expect(sent[1]).toMatchObject({ path: `/v1/partnerships/${uuid(301)}/delivery`, body: { delivered_at: expect.stringMatching(/Z$/) as string } }));
});

it("shows what the carrier said, and nothing where no draft waits for a product", async () => {
  serveReviews({ roles: ["auditor"] });
  const arrived = { ...partnership, product_delivered_at: "2026-03-02T10:00:00Z", shipments: [{ id: uuid(5), reference: "A1", carrier: "DHL", delivered_at: "2026-03-02T09:00:00Z", created_at: "2026-03-01T09:00:00Z" }] };
  const { unmount } = await show(<Product partnership={arrived} />);
  expect(screen.getByText(/The dates are counted from then/)).toBeVisible();
  expect(screen.getByText(/DHL A1/)).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
  unmount();
  await show(<Product partnership={{ ...partnership, deliverables: [] }} />);
  expect(screen.queryByText("Product")).toBeNull();
});
