import { NumberInput, Stack, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

/** A form that says when a campaign's content may be out. */
export interface HoldsSlotRules {
  category: string;
  slot_cap: number | string;
  /** Empty for none. */
  embargo_until: string;
}

/** When a campaign's content may be out, and beside whose. */
export function SlotRulesEditor<F extends HoldsSlotRules>({ form: wide }: { form: UseFormReturnType<F> }) {
  // The editor touches only its own fields; the rest of the form's shape does not matter to it.
  const form = wide as unknown as UseFormReturnType<HoldsSlotRules>;
  return (
    <Stack gap="sm">
      <TextInput label="Category" description="What the content is about, such as beauty. Exclusivity blocks a post for another brand in the same category; without one it warns" {...form.getInputProps("category")} />
      <NumberInput label="Posts a day on one platform" suffix=" posts" description="More are a warning; 0 for as many as come" min={0} max={1000} allowDecimal={false} {...form.getInputProps("slot_cap")} />
      <TextInput type="date" label="Embargo" description="The first day on which content may be out; empty for none" {...form.getInputProps("embargo_until")} />
    </Stack>
  );
}
