import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useRef } from "react";

/** One correction as it is typed. */
export interface Typed {
  id: number;
  text: string;
}

const most = 20;

/** A list of small corrections, one in a line. */
export function CorrectionFields({ value, onChange, errors, error }: {
  value: Typed[];
  onChange: (value: Typed[]) => void;
  /** What is wrong with a line, by its id. */
  errors: Record<number, string | undefined>;
  error?: string;
}) {
  const more = useRef<HTMLButtonElement>(null);
  const add = () => onChange([...value, { id: Math.max(0, ...value.map(({ id }) => id)) + 1, text: "" }]);
  return (
    <Stack gap="xs" role="group" aria-label="Corrections">
      {value.map(({ id, text }, at) => (
        <Group key={id} gap={4} wrap="nowrap" align="flex-end">
          <TextInput
            flex={1}
            label={`Correction ${at + 1}`}
            required={at === 0}
            autoFocus
            maxLength={1000}
            value={text}
            error={errors[id] ?? (at === 0 ? error : undefined)}
            onChange={(event) => onChange(value.map((one) => (one.id === id ? { id, text: event.currentTarget.value } : one)))}
            onKeyDown={(event) => {
              // Enter goes on to the next line: a list is seldom finished after the first.
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              if (text.trim() !== "" && at === value.length - 1 && value.length < most) add();
            }}
          />
          {value.length > 1 && (
            <ActionIcon
              size={36}
              aria-label={`Remove correction ${at + 1}`}
              onClick={() => {
                onChange(value.filter((one) => one.id !== id));
                more.current?.focus();
              }}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      <div>
        <Button ref={more} variant="default" size="sm" leftSection={<IconPlus size={15} aria-hidden />} disabled={value.length >= most} onClick={add}>Add a correction</Button>
      </div>
    </Stack>
  );
}
