import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconAddressBook, IconBan, IconHandStop, IconPlus, IconSearchOff, IconUpload } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { firstPage, usePages } from "../../api/pages";
import { arrive, creatorsQuery } from "../../api/queries";
import type { Creator, CreatorCreate } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState, ProblemNotice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Chip, StatusChip } from "../../components/StatusChip";
import { mainAccount } from "../../lib/creator";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";

const filters = url.search({
  q: url.words,
  country: url.words,
  tag: url.words,
  cursor: url.cursor,
});

type Address = url.Read<typeof filters>;

const listOf = ({ q, country, tag }: Address) => (cursor?: string) => creatorsQuery({ q, country, tag, cursor });

export const Route = createFileRoute("/_app/creators/")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Creators,
});

const cols = columns<Creator>([
  { id: "creator", header: "Creator", cell: (creator) => <CreatorName creator={{ id: creator.id, name: creator.name, ...mainAccount(creator) }} link={{ to: "/creators/$id", params: { id: creator.id } }} /> },
  { id: "country", header: "Country", cell: ({ country }) => country ?? "" },
  { id: "followers", header: "Followers", right: true, cell: (creator) => <span className="tabular">{mainAccount(creator).followers?.toLocaleString("en") ?? ""}</span> },
  { id: "contact", header: "Address", cell: ({ contacts }) => contacts[0]?.email ?? <StatusChip noun="verdict" state="no_address" /> },
  { id: "tags", header: "Tags", cell: ({ tags }) => tags.join(", "), phone: "hide" },
  { id: "partnerships", header: "Partnerships", right: true, cell: ({ partnerships_count }) => <span className="tabular">{partnerships_count}</span> },
  {
    id: "state",
    header: "State",
    phone: "head",
    cell: ({ banned, do_not_contact, payee_state }) =>
      banned ? <Chip tone="danger" icon={<IconBan size={13} aria-hidden />}>Banned</Chip> : do_not_contact ? <Chip tone="held" icon={<IconHandStop size={13} aria-hidden />}>Do not contact</Chip> : <StatusChip noun="payee" state={payee_state} />,
  },
]);

function Creators() {
  const address = Route.useSearch();
  const { q, country, tag, cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const list = usePages(listOf(address), cursor);
  const session = useSession();
  const works = hasRole(session, ["ops", "admin"]);
  const [adding, setAdding] = useState(false);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const filtered = Boolean(q ?? country ?? tag);
  const bring = (
    <Button leftSection={<IconUpload size={16} aria-hidden />} renderRoot={(props) => <Link to="/creators/import" {...props} />}>
      Import CSV
    </Button>
  );

  return (
    <Page
      title="Creators"
      under="People who make content, with their accounts and addresses."
      actions={
        <>
          {hasRole(session, houseRoles) && <Downloads path="/v1/creators/export" query={{ q, country, tag }} as={["csv", "xlsx"]} />}
          {works && <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>Add creator</Button>}
          {works && bring}
        </>
      }
    >
      <Filters>
        <SearchInput label="Search creators" value={q} onChange={(value) => set({ q: value })} />
        <TextInput aria-label="Country" placeholder="Country, like DE" w={140} value={country ?? ""} onChange={(event) => set({ country: event.currentTarget.value.toUpperCase() || undefined })} />
        <TextInput aria-label="Tag" placeholder="Tag" w={140} value={tag ?? ""} onChange={(event) => set({ tag: event.currentTarget.value || undefined })} />
      </Filters>
      <DataTable
        label="Creators"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          filtered ? (
            <EmptyState icon={IconSearchOff} title="No creator matches" action={<Button variant="default" onClick={() => set({ q: undefined, country: undefined, tag: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconAddressBook} title="There are no creators yet" action={works && bring}>Bring your list as a CSV file; you see what each row would do before anything is written.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
      {adding && <AddCreator onClose={() => setAdding(false)} />}
    </Page>
  );
}

function AddCreator({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const form = useForm({ initialValues: { name: "", email: "", country: "", platform: "youtube", handle: "" } });
  const add = useAct({
    run: (creator: CreatorCreate, key) => body(api.POST("/v1/creators", { params: { header: { "Idempotency-Key": key } }, body: creator })),
    done: ({ name }) => `${name} was added`,
    then: ({ id }) => void navigate({ to: "/creators/$id", params: { id } }),
    touches: ["creator"],
  });
  return (
    <Modal opened onClose={onClose} title="Add creator">
      <form
        onSubmit={form.onSubmit(({ name, email, country, platform, handle }) =>
          add.mutate(
            {
              name,
              country: country || undefined,
              contacts: email ? [{ role: "creator", email }] : undefined,
              accounts: handle ? [{ platform, handle }] : undefined,
            },
            {
              onError: (problem) => {
                const { "contacts.0.email": email, "accounts.0.handle": handle, ...rest } = problem.byField;
                form.setErrors({ email, handle, ...rest });
              },
            },
          ),
        )}
      >
        <Stack>
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <TextInput label="E-mail" type="email" description="Without an address a task is made to find one" {...form.getInputProps("email")} />
          <Group grow align="flex-start">
            <Select label="Platform" allowDeselect={false} data={["youtube", "instagram", "tiktok", "twitch", "x", "blog", "podcast"]} {...form.getInputProps("platform")} />
            <TextInput label="Handle" placeholder="@name" {...form.getInputProps("handle")} />
          </Group>
          <TextInput label="Country" placeholder="DE" maxLength={2} {...form.getInputProps("country")} />
          <ProblemNotice problem={add.error} shownFields={["name", "country", "contacts.0.email", "accounts.0.handle"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Add nobody</Button>
            <Button type="submit" loading={add.isPending}>Add creator</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
