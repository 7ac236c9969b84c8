import { MultiSelect, NativeSelect, Radio, Stack, type OptionsFilter } from "@mantine/core";

import type { PolicyWhen } from "../../api/schema";
import { countries, countryName, findCountry } from "../../lib/countries";
import { refusedAt } from "../../lib/fields";
import { toMinor } from "../../lib/money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import classes from "./Policy.module.css";
import type { Who } from "./who";
import { anyCategory, categories, categoryWords, choices, offered, platforms } from "./words";

/** The conditions as they are typed. */
export interface TypedWhen extends Omit<PolicyWhen, "fee_at_least"> {
  fee: TypedMoney;
}

/** The conditions as they are sent: only those that were given. */
export function whenOf({ fee, campaigns, platforms: on, markets, regulated, paid_usage, first_partnership }: TypedWhen): PolicyWhen {
  const amount = toMinor(fee.amount, fee.currency);
  return {
    ...(campaigns?.length && { campaigns }),
    ...(on?.length && { platforms: on }),
    ...(markets?.length && { markets }),
    ...(amount && { fee_at_least: { amount, currency: fee.currency } }),
    ...(regulated?.length && { regulated }),
    ...(paid_usage !== undefined && { paid_usage }),
    ...(first_partnership !== undefined && { first_partnership }),
  };
}

const countryChoices = countries();
// Every country is too much to draw anew with each key that is pressed elsewhere in the form.
const whileOpen = { keepMounted: false };
const categoryChoices = [{ value: anyCategory, label: "Any regulated category" }, ...choices(categories)];

/** When a policy is chosen: by what the content is, or only by campaigns that name the policy. */
export function WhenFields({ by, value, who, errors, changeBy, change }: {
  by: "content" | "campaign";
  value: TypedWhen;
  who: Who;
  errors: Record<string, string>;
  changeBy: (by: "content" | "campaign") => void;
  change: (value: TypedWhen) => void;
}) {
  const error = (input: string) => refusedAt(errors, `when.${input}`);
  const many = (label: string, chosen: string[] | undefined, data: { value: string; label: string }[], input: keyof TypedWhen, put: (value: string[]) => void, none = "Any", filter?: OptionsFilter) => (
    <MultiSelect
      label={label} placeholder={chosen?.length ? undefined : none} searchable selectFirstOptionOnChange clearable clearButtonProps={{ "aria-label": `Clear ${label}` }} hidePickedOptions comboboxProps={whileOpen} filter={filter}
      value={chosen ?? []} onChange={put} data={data} error={error(input)} nothingFoundMessage="Nothing by that name"
    />
  );
  return (
    <Stack gap="sm">
      <Radio.Group label="When it is chosen" value={by} onChange={(to) => changeBy(to === "content" ? "content" : "campaign")} error={errors.when}>
        <Stack gap={6} mt={4}>
          <Radio value="campaign" label="Only by campaigns that name it" />
          <Radio value="content" label="By what the content is" description="All that you give below must hold; it comes before the policy that the campaign names" />
        </Stack>
      </Radio.Group>
      {by === "content" && (
        <div className={classes.conditions}>
          {many("Campaigns", value.campaigns, offered(who.campaigns, value.campaigns ?? [], () => "A campaign of another time"), "campaigns", (campaigns) => change({ ...value, campaigns }))}
          {many("Platforms", value.platforms, offered(choices(platforms), value.platforms ?? []), "platforms", (on) => change({ ...value, platforms: on }))}
          {many("Markets", value.markets, offered(countryChoices, value.markets ?? [], countryName), "markets", (markets) => change({ ...value, markets }), "Any country", findCountry)}
          {many("Regulated categories", value.regulated, offered(categoryChoices, value.regulated ?? [], categoryWords), "regulated", (chosen) => change({ ...value, regulated: chosen.includes(anyCategory) ? [anyCategory] : chosen }), "Regulated or not")}
          <MoneyInput label="Fee at least" value={value.fee} onChange={(fee) => change({ ...value, fee })} error={error("fee_at_least")} />
          <YesNo label="Paid usage" value={value.paid_usage} either="With or without" yes="With paid usage" no="Without paid usage" onChange={(paid_usage) => change({ ...value, paid_usage })} error={error("paid_usage")} />
          <YesNo label="First partnership" value={value.first_partnership} either="First or later" yes="The first with this creator" no="A later one" onChange={(first_partnership) => change({ ...value, first_partnership })} error={error("first_partnership")} />
        </div>
      )}
    </Stack>
  );
}

function YesNo({ label, value, either, yes, no, onChange, error }: {
  label: string; value: boolean | undefined; either: string; yes: string; no: string; onChange: (value: boolean | undefined) => void; error: string | undefined;
}) {
  return (
    <NativeSelect
      label={label} value={value === undefined ? "" : value ? "yes" : "no"} data={[{ value: "", label: either }, { value: "yes", label: yes }, { value: "no", label: no }]} error={error}
      onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value === "yes")}
    />
  );
}
