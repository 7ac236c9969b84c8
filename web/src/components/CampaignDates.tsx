import { ActionIcon, Button, Group, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import type { CampaignDate } from "../api/schema";
import { dayOf } from "../lib/days";
import { dateText } from "../lib/time";
import type { HoldsTerms } from "./Terms";
import classes from "./Terms.module.css";

/** A form that holds the dates of a campaign, beside the terms whose pieces may be for one of them. */
export interface HoldsDates extends HoldsTerms {
  dates: CampaignDate[];
}

/** When a date of a campaign is, in words. */
export const datesText = ({ from, to }: CampaignDate) => (from === to ? dateText(from) : `${dateText(from)} to ${dateText(to)}`);

/** The days that a campaign's content is for. What is taken away is no piece's any more. */
export function CampaignDatesEditor<F extends HoldsDates>({ form: wide }: { form: UseFormReturnType<F> }) {
  // The editor touches only `dates` and which of them pieces are for; the rest of the form's shape does not matter to it.
  const form = wide as unknown as UseFormReturnType<HoldsDates>;
  const { dates, terms } = form.values;
  const remove = (at: number) => {
    form.removeListItem("dates", at);
    form.setFieldValue("terms.deliverables", terms.deliverables.map((piece) => (piece.campaign_date === dates[at]?.id ? { ...piece, campaign_date: undefined } : piece)));
  };
  const day = (at: number, part: "from" | "to") => ({
    ...form.getInputProps(`dates.${at}.${part}`),
    // An emptied day stays what it was, and no date ends before it begins.
    onChange: ({ currentTarget: { value } }: React.ChangeEvent<HTMLInputElement>) => {
      const was = dates[at];
      if (!value || !was) return;
      form.setFieldValue(`dates.${at}`, part === "to" ? { ...was, to: value } : { ...was, from: value, to: was.to < value || was.to === was.from ? value : was.to });
    },
  });
  return (
    <fieldset className={classes.group}>
      <legend>Dates that content is for</legend>
      {dates.map(({ id, name }, at) => (
        <div className={classes.line} key={id}>
          <TextInput label="Name" placeholder="Launch" required withAsterisk={false} {...form.getInputProps(`dates.${at}.name`)} />
          <TextInput type="date" label="First day" {...day(at, "from")} />
          <TextInput type="date" label="Last day" {...day(at, "to")} />
          <ActionIcon className={classes.remove} aria-label={name ? `Remove “${name}”` : `Remove date ${at + 1}`} onClick={() => remove(at)}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Group justify="space-between">
        <span className="soft">A launch, a sale. A piece can be for one of them, and what is to be out beside it is a conflict</span>
        <Button
          variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("dates", { id: crypto.randomUUID(), name: "", from: dayOf(new Date()), to: dayOf(new Date()) })}
        >
          Add a date
        </Button>
      </Group>
    </fieldset>
  );
}
