import { Button, SegmentedControl, Stack, useMantineColorScheme } from "@mantine/core";
import { IconKeyboard, IconLogout, IconMap } from "@tabler/icons-react";

import { useDensity } from "../lib/density";
import { useSession } from "../lib/session";
import { useLetterKeys } from "../lib/shortcuts";
import { useSignOut } from "../lib/signOut";

/** Who is signed in, how pages look for them, and the way out. */
export default function PersonPanel({ onHelp, onTour }: { onHelp: () => void; onTour: () => void }) {
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const [letters, setLetters] = useLetterKeys();
  const signOut = useSignOut();

  return (
    <Stack gap="sm">
      <div>
        <strong>{session?.name}</strong>
        <div className="soft truncate">{session?.email}</div>
      </div>
      <div>
        <div className="soft" id="scheme-label">Appearance</div>
        <SegmentedControl
          fullWidth
          aria-labelledby="scheme-label"
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[{ value: "auto", label: "System" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]}
        />
      </div>
      <div>
        <div className="soft" id="density-label">Rows</div>
        <SegmentedControl
          fullWidth
          aria-labelledby="density-label"
          value={density}
          onChange={(value) => setDensity(value)}
          data={[{ value: "comfortable", label: "Comfortable" }, { value: "compact", label: "Compact" }]}
        />
      </div>
      <div>
        <div className="soft" id="keys-label">Keys of one letter</div>
        <SegmentedControl
          fullWidth
          aria-labelledby="keys-label"
          value={letters ? "on" : "off"}
          onChange={(value) => setLetters(value === "on")}
          data={[{ value: "on", label: "On" }, { value: "off", label: "Off" }]}
        />
      </div>
      <Stack gap={2}>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          justify="flex-start"
          leftSection={<IconKeyboard size={16} aria-hidden />}
          onClick={onHelp}
        >
          Keys of this page
        </Button>
        <Button variant="subtle" color="gray" c="inherit" justify="flex-start" leftSection={<IconMap size={16} aria-hidden />} onClick={onTour}>
          Show me around
        </Button>
        <Button variant="subtle" color="gray" c="inherit" justify="flex-start" leftSection={<IconLogout size={16} aria-hidden />} loading={signOut.isPending} onClick={() => signOut.mutate(undefined)}>
          Sign out
        </Button>
      </Stack>
    </Stack>
  );
}
