import { ActionIcon, Menu, SegmentedControl, Text, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconKeyboard, IconLogout, IconUserCircle } from "@tabler/icons-react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { useDensity } from "../lib/density";
import { useSession } from "../lib/session";
import type { Density } from "../theme/theme";

/** Who is signed in, how pages look for them, and the way out. */
export function PersonMenu({ onHelp }: { onHelp: () => void }) {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const signOut = useAct({
    run: () => body(api.DELETE("/v1/session")),
    then: () => {
      queries.clear();
      void navigate({ to: "/sign-in", search: {} });
    },
    announce: true,
  });

  return (
    <Menu width={264}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={`Your menu, ${session?.name ?? ""}`}>
          <IconUserCircle size={22} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text span c="var(--mantine-color-text)" fw={600}>{session?.name}</Text>
          <br />
          {session?.email}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label id="scheme-label">Appearance</Menu.Label>
        <SegmentedControl
          fullWidth
          aria-labelledby="scheme-label"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={[{ value: "auto", label: "System" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]}
        />
        <Menu.Label id="density-label">Rows</Menu.Label>
        <SegmentedControl
          fullWidth
          aria-labelledby="density-label"
          value={density}
          onChange={(value) => setDensity(value as Density)}
          data={[{ value: "comfortable", label: "Comfortable" }, { value: "compact", label: "Compact" }]}
        />
        <Menu.Divider mt="xs" />
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} rightSection={<kbd>?</kbd>} onClick={onHelp}>
          Keyboard
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate(undefined)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
