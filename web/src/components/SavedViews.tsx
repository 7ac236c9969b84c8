import { ActionIcon, Button, Checkbox, Group, Menu, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { IconBookmark, IconBookmarkPlus, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { viewsQuery } from "../api/queries";
import type { SavedView, SavedViewCreate } from "../api/schema";
import { hasRole, useSession, workRoles } from "../lib/session";
import { ProblemNotice } from "./Notice";

/** Parts of an address that say where in a list somebody is, not what it shows. */
const places = ["cursor", "selected", "day", "batch"];

/** The filters of this list under names: one's own, and those that colleagues share. */
export default function SavedViews() {
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const session = useSession();
  const [opened, setOpened] = useState(false);
  const [saving, setSaving] = useState(false);
  const views = useQuery({ ...viewsQuery, enabled: opened }).data?.items.filter(({ page }) => page === pathname);
  const [leaving, setLeaving] = useState<SavedView>();
  const [renaming, setRenaming] = useState<SavedView>();
  const forget = useAct({
    run: ({ id }: SavedView) => body(api.DELETE("/v1/views/{id}", { params: { path: { id } } })),
    done: "The view was deleted",
    close: () => setLeaving(undefined),
    touches: ["view"],
  });
  const shown = Object.fromEntries(Object.entries(search).filter(([name]) => !places.includes(name)));
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={15} aria-hidden />}>Views</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views?.length === 0 && <Menu.Label>No view of this list is kept yet. Set its filters, then keep them under a name.</Menu.Label>}
          {views?.map((view) => (
            <Group key={view.id} gap={2} wrap="nowrap">
              <Menu.Item style={{ flex: 1 }} onClick={() => void navigate({ to: view.page, search: view.search as never })}>
                {view.name}
                {view.brand_name && <div className="soft">{view.mine ? `Shared with ${view.brand_name}` : `${view.owner.name}, ${view.brand_name}`}</div>}
              </Menu.Item>
              {view.mine && (
                <ActionIcon aria-label={`Rename the view ${view.name}`} onClick={() => { setOpened(false); setRenaming(view); }}>
                  <IconPencil size={15} aria-hidden />
                </ActionIcon>
              )}
              {(view.mine || hasRole(session, ["admin"], view.brand_id)) && (
                <ActionIcon aria-label={`Delete the view ${view.name}`} onClick={() => { setOpened(false); setLeaving(view); }}>
                  <IconTrash size={15} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          ))}
          {views && <Menu.Divider />}
          <Menu.Item leftSection={<IconBookmarkPlus size={15} aria-hidden />} onClick={() => setSaving(true)}>Keep what is shown…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {leaving && (
        <Modal opened onClose={() => setLeaving(undefined)} title={`Delete the view ${leaving.name}?`}>
          <Stack>
            <p style={{ margin: 0 }}>{leaving.brand_name ? `Colleagues of ${leaving.brand_name} lose it too. ` : ""}Nothing that it lists is deleted.</p>
            <ProblemNotice problem={forget.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setLeaving(undefined)}>Keep it</Button>
              <Button color="red" loading={forget.isPending} onClick={() => forget.mutate(leaving)}>Delete view</Button>
            </Group>
          </Stack>
        </Modal>
      )}
      {renaming && <RenameDialog view={renaming} onClose={() => setRenaming(undefined)} />}
      {saving && <SaveDialog page={pathname} search={shown} onClose={() => setSaving(false)} />}
    </>
  );
}

function RenameDialog({ view, onClose }: { view: SavedView; onClose: () => void }) {
  const [name, setName] = useState(view.name);
  const act = useAct({
    run: (to: string) => body(api.PATCH("/v1/views/{id}", { params: { path: { id: view.id } }, body: { name: to } })),
    done: ({ name: kept }) => `It is called ${kept} now`,
    close: onClose,
    touches: ["view"],
  });
  return (
    <Modal opened onClose={onClose} title={`Rename the view ${view.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate(name); }}>
        <Stack>
          {view.brand_name && <p className="soft" style={{ margin: 0 }}>Colleagues of {view.brand_name} see the new name too.</p>}
          <TextInput label="Name" required data-autofocus maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} error={act.error?.byField.name} />
          <ProblemNotice problem={act.error} shownFields={["name"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it</Button>
            <Button type="submit" loading={act.isPending} disabled={name.trim() === ""}>Rename</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function SaveDialog({ page, search, onClose }: { page: string; search: Record<string, unknown>; onClose: () => void }) {
  const session = useSession();
  const brands = (session?.brands ?? []).filter(({ brand_id }) => hasRole(session, workRoles, brand_id));
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [brand, setBrand] = useState(typeof search.brand === "string" ? search.brand : brands[0]?.brand_id);
  const act = useAct({
    run: (view: SavedViewCreate, key) => body(api.POST("/v1/views", { params: { header: { "Idempotency-Key": key } }, body: view })),
    done: ({ name: kept }) => `Kept as ${kept}`,
    close: onClose,
    touches: ["view"],
  });
  return (
    <Modal opened onClose={onClose} title="Keep this view">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ page, search, name, brand_id: shared ? brand : undefined }); }}>
        <Stack>
          <p className="soft" style={{ margin: 0 }}>Its filters, its columns where you chose some, and whether it is a list, a board or a calendar.</p>
          <TextInput label="Name" required data-autofocus maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} error={act.error?.byField.name} />
          {brands.length > 0 && <Checkbox label="Show it to colleagues too" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />}
          {shared && brands.length > 1 && <NativeSelect label="Of" value={brand} onChange={(event) => setBrand(event.currentTarget.value)} data={brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? brand_id }))} error={act.error?.byField.brand_id} />}
          <ProblemNotice problem={act.error} shownFields={["name", "brand_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it</Button>
            <Button type="submit" loading={act.isPending} disabled={name.trim() === ""}>Keep</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
