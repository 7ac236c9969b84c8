import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

/** All places, from the foot of a phone. */
export default function PhoneMenu({ opened, onClose, children }: { opened: boolean; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer opened={opened} onClose={onClose} title="All places" position="bottom" size="auto">
      {children}
    </Drawer>
  );
}
