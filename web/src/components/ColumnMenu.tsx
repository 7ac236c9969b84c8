import { Button, Checkbox, Menu, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";

/** Which columns of a list are shown. */
export default function ColumnMenu({ columns, onChange, reset }: {
  columns: { id: string; header: string; shown: boolean }[];
  onChange: (id: string, shown: boolean) => void;
  /** Absent while nothing was chosen. */
  reset?: () => void;
}) {
  return (
    <Menu position="bottom-end" withinPortal closeOnItemClick={false}>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconColumns3 size={15} aria-hidden />}>Columns</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={6} p={8}>
          {columns.map(({ id, header, shown }) => (
            <Checkbox key={id} size="xs" label={header} checked={shown} onChange={(event) => onChange(id, event.currentTarget.checked)} />
          ))}
        </Stack>
        {reset && <Menu.Item onClick={reset}>As it was at first</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
