import { TextInput, type TextInputProps } from "@mantine/core";
import type { Ref } from "react";

/** A code of an authenticator, or a recovery code; password managers know the field by its autocomplete. */
export function CodeInput(props: TextInputProps & { ref?: Ref<HTMLInputElement> }) {
  return <TextInput label="Code" autoComplete="one-time-code" inputMode="text" spellCheck={false} autoCapitalize="none" maxLength={40} required withAsterisk={false} {...props} />;
}
