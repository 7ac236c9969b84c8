import { Checkbox, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, TagsInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import type { ContentRules } from "../api/schema";
import { countries, countryName, findCountry } from "../lib/countries";
import { refusedAt } from "../lib/fields";
import { categories, categoryWords, choices, mediaChoices, offered, rulesText } from "./policy/words";

/** What a campaign asks of its content, to read. */
export function ContentRulesView({ rules }: { rules: ContentRules }) {
  const lines = rulesText(rules);
  if (lines.length === 0) return <span className="soft">Nothing in particular</span>;
  return <ul style={{ margin: 0, paddingLeft: 16 }}>{lines.map((line) => <li key={line}>{line}</li>)}</ul>;
}

/** A form that holds rules of content under `content_rules`. */
export interface HoldsRules {
  content_rules: ContentRules;
}

const countryChoices = countries();
// Every country is too much to draw anew with each key that is pressed elsewhere in the form.
const whileOpen = { keepMounted: false };
const ratios = ["9:16", "4:5", "1:1", "16:9"];
const whole = { min: 0, allowDecimal: false, allowNegative: false };

/** What a campaign asks of its content, to write; the errors of the API land under their inputs by path. */
export function ContentRulesEditor<F extends HoldsRules>({ form: wide }: { form: UseFormReturnType<F> }) {
  // The editor touches only `content_rules.*`; the rest of the form's shape does not matter to it.
  const form = wide as unknown as UseFormReturnType<HoldsRules>;
  const { content_rules: rules } = form.values;
  const set = (part: Partial<ContentRules>) => form.setFieldValue("content_rules", { ...rules, ...part });
  const error = (input: keyof ContentRules) => refusedAt(form.errors, `content_rules.${input}`);
  const number = (label: string, input: "max_megabytes" | "min_seconds" | "max_seconds", suffix: string) => (
    <NumberInput label={label} placeholder="Any" suffix={suffix} {...whole} value={rules[input] ?? ""} onChange={(value) => set({ [input]: Number(value) || undefined })} error={error(input)} />
  );
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <MultiSelect
          label="Markets" description="Where the content is shown; their law decides what it must say" placeholder={rules.markets?.length ? undefined : "The creator’s country"} searchable selectFirstOptionOnChange hidePickedOptions comboboxProps={whileOpen}
          clearable clearButtonProps={{ "aria-label": "Clear Markets" }} nothingFoundMessage="No such country"
          filter={findCountry} data={offered(countryChoices, rules.markets ?? [], countryName)} value={rules.markets ?? []} onChange={(markets) => set({ markets })} error={error("markets")}
        />
        <Select
          label="Regulated category" description="What the law is strict about" placeholder="None" clearable clearButtonProps={{ "aria-label": "Clear Regulated category" }}
          data={offered(choices(categories), rules.regulated ? [rules.regulated] : [], categoryWords)} value={rules.regulated ?? null} onChange={(regulated) => set({ regulated: regulated ?? undefined })} error={error("regulated")}
        />
      </SimpleGrid>
      <TagsInput label="Words that must not be in the caption" description="Press Enter after each" value={rules.banned ?? []} onChange={(banned) => set({ banned })} error={error("banned")} />
      <Checkbox.Group label="Files may be" description="Any of them when none is ticked" value={rules.media_types ?? []} onChange={(types) => set({ media_types: types })} error={error("media_types")}>
        <Group mt={6}>{mediaChoices.map(({ value, label }) => <Checkbox key={value} value={value} label={label} />)}</Group>
      </Checkbox.Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {number("Largest file", "max_megabytes", " MB")}
        {number("Shortest video", "min_seconds", " seconds")}
        {number("Longest video", "max_seconds", " seconds")}
      </SimpleGrid>
      <TagsInput label="Formats" description="Width to height; any when none is given" data={ratios} value={rules.aspect_ratios ?? []} onChange={(aspect_ratios) => set({ aspect_ratios })} error={error("aspect_ratios")} />
      <Checkbox
        label="A video must say and show that it is an ad" description="The creator declares that it is both spoken and written in it" checked={rules.spoken ?? false}
        onChange={(event) => set({ spoken: event.currentTarget.checked || undefined })} error={error("spoken")}
      />
    </Stack>
  );
}

/** The rules as they are sent: without what asks for nothing. */
export function cleanRules(rules: ContentRules): ContentRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value))));
}
