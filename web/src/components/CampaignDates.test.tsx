import { useForm } from "@mantine/form";
import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { show } from "../test/render";
import { uuid } from "../test/threads";
import { CampaignDatesEditor, type HoldsDates } from "./CampaignDates";
import { TermsEditor, TermsView, usualTerms } from "./Terms";

const launch = { id: uuid(1), name: "Launch", from: "2027-03-10", to: "2027-03-12" };

/** Shows the editors of dates and terms; what they hold is read from what `held` answers. */
async function edit(dates: HoldsDates["dates"]) {
  let held: HoldsDates = { dates, terms: usualTerms };
  function Editor() {
    const form = useForm<HoldsDates>({ initialValues: held });
    held = form.values;
    return (
      <>
        <CampaignDatesEditor form={form} />
        <TermsEditor form={form} currency="usd" dates={form.values.dates} />
        <TermsView terms={form.values.terms} currency="usd" dates={form.values.dates} />
      </>
    );
  }
  await show(<Editor />);
  return () => held;
}

it("lets a piece be for a date, on whose days it is published then, and for none once the date is gone", async () => {
  const form = await edit([launch]);
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "For" }), "Launch");
  expect(form().terms.deliverables[0]).toMatchObject({ campaign_date: launch.id, draft_due_on: "2027-03-03", publish_from: "2027-03-10", publish_until: "2027-03-12" });
  expect(screen.getByText(/for “Launch”/)).toBeVisible();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Dates" }), "counted from the signatures");
  expect(form().terms.deliverables[0]).toMatchObject({ campaign_date: launch.id, draft_due_days: 10 });
  await userEvent.click(screen.getByRole("button", { name: "Remove “Launch”" }));
  expect(form().dates).toEqual([]);
  expect(form().terms.deliverables[0]?.campaign_date).toBeUndefined();
  expect(screen.queryByRole("combobox", { name: "For" })).not.toBeInTheDocument();
});

it("adds dates that never end before they begin, and whose days cannot be emptied", async () => {
  const form = await edit([]);
  const dates = within(screen.getByRole("group", { name: "Dates that content is for" }));
  await userEvent.click(dates.getByRole("button", { name: "Add a date" }));
  await userEvent.type(dates.getByLabelText("Name"), "Sale");
  const type = (label: string, value: string) => fireEvent.change(dates.getByLabelText(label), { target: { value } });
  type("First day", "2027-05-01");
  expect(form().dates[0]).toMatchObject({ name: "Sale", from: "2027-05-01", to: "2027-05-01" });
  type("Last day", "2027-05-03");
  type("First day", "2027-05-02");
  expect(form().dates[0]).toMatchObject({ from: "2027-05-02", to: "2027-05-03" });
  type("Last day", "");
  expect(form().dates[0]).toMatchObject({ to: "2027-05-03" });
  type("First day", "2027-05-09");
  expect(form().dates[0]).toMatchObject({ from: "2027-05-09", to: "2027-05-09" });
});
