import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { uuid } from "../../test/threads";
import { Absences } from "./Absences";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("takes back what the house noted, and says that only the creator takes back what they said", async () => {
  const sent: string[] = [];
  const away = { from: "2026-05-20", to: "2026-05-20", note: "" };
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method === "GET") return Promise.resolve(answer({ items: [{ ...away, id: uuid(1), by_creator: true }, { ...away, id: uuid(2), to: "2026-05-21", by_creator: false }] }));
    sent.push(`${request.method} ${new URL(request.url).pathname}`);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  await show(<Absences creatorId={uuid(3)} editable />);
  const said = await screen.findByRole("button", { name: "Take back 20 May 2026" });
  expect(said).toHaveAccessibleDescription("Not possible now: Only the creator takes it back.");
  await userEvent.click(said);
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Take back 20 May 2026 to 21 May 2026" }));
  await waitFor(() => expect(sent).toEqual([`DELETE /v1/absences/${uuid(2)}`]));
});
