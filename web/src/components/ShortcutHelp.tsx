import { Button, Kbd, Modal, Stack, Switch } from "@mantine/core";

import { useLetterKeys, useShortcutList } from "../lib/shortcuts";
import { tour } from "../lib/tour";

/** What the keys do on the page that is open, taken from what the page bound. */
export default function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const list = useShortcutList();
  const [letters, setLetters] = useLetterKeys();
  return (
    <Modal opened={opened} onClose={onClose} title="Keys of this page" size="md">
      <Stack gap="md">
        <Switch
          label="Keys of one letter, digit or sign"
          description={letters ? "Turn them off if you speak to the computer, or press them by accident. Your menu has the same switch." : "They are off: only arrows, Enter, Escape and ⌘K or Ctrl K do something. Your menu has the same switch."}
          checked={letters}
          onChange={(event) => setLetters(event.currentTarget.checked)}
        />
        {opened && [...list()].reverse().map(({ name, shortcuts }) => (
          <div key={name}>
            <h3 style={{ margin: "0 0 4px" }}>{name}</h3>
            <dl style={{ display: "grid", gridTemplateColumns: "96px 1fr", gap: "4px 12px", margin: 0 }}>
              {shortcuts.map(({ keys, label }) => [
                <dt key={`${keys}-key`}>
                  {keys.split(" ").map((key) => (
                    <Kbd key={key} mr={4}>
                      {names[key] ?? key}
                    </Kbd>
                  ))}
                </dt>,
                <dd key={`${keys}-label`} style={{ margin: 0 }}>
                  {label}
                </dd>,
              ])}
            </dl>
          </div>
        ))}
        <div className="soft">
          <Kbd>⌘K</Kbd> or <Kbd>Ctrl K</Kbd> searches and jumps anywhere, also while you type.
        </div>
        <Button
          variant="default"
          onClick={() => {
            onClose();
            tour.start();
          }}
        >
          Show me around
        </Button>
      </Stack>
    </Modal>
  );
}

const names: Record<string, string> = { ArrowRight: "→", ArrowLeft: "←", ArrowDown: "↓", ArrowUp: "↑", Enter: "⏎" };
