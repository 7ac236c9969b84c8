import { Button, Checkbox, Group, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconMail, IconPlus, IconSearchOff, IconUserOff, IconUsers } from "@tabler/icons-react";
import { useMemo, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { firstPage, usePages } from "../../api/pages";
import { arrive, roleRequestsQuery, usersQuery } from "../../api/queries";
import type { BrandRole, Role, RoleRequest, Session, User, UserCreate, UserState } from "../../api/schema";
import { CommandButton } from "../../components/CommandButton";
import { columns, DataTable } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadingLines } from "../../components/Loading";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState, LoadFailed, ProblemNotice } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { hasRole, houseRoles, roleWords, useSession } from "../../lib/session";
import classes from "./settings.module.css";

const states: Record<UserState, string> = { active: "Active", invited: "Invited", disabled: "Disabled" };

const filters = url.search({
  q: url.words,
  role: url.oneOf(Object.keys(roleWords) as [Role, ...Role[]]),
  state: url.oneOf(Object.keys(states) as [UserState, ...UserState[]]),
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const filterOf = ({ brand, q, role, state }: Address) => ({ brand_id: brand, q, role, state });

const listOf = (address: Address) => (cursor?: string) => usersQuery({ ...filterOf(address), cursor });

export const Route = createFileRoute("/_app/settings/people")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: People,
});

type Asked = { kind: "create" } | { kind: "roles" | "disable" | "enable" | "link" | "reset"; user: User };

function People() {
  const session = useSession();
  const address = Route.useSearch();
  const { q, role, state, cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const users = usePages(listOf(address), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const requests = useQuery({ ...roleRequestsQuery, enabled: hasRole(session, ["admin", "auditor", "finance_preparer", "finance_releaser"]) });
  const [asked, setAsked] = useState<Asked | null>(null);
  const admin = hasRole(session, ["admin"]);

  // The buttons of a row stay the same ones, with the focus that they have, when the list is asked anew.
  const cols = useMemo(() => columns<User>([
    {
      id: "name",
      header: "Person",
      cell: (user) => <><strong>{user.name}</strong><div className="soft" style={{ fontSize: 12 }}>{user.email}</div></>,
    },
    {
      id: "roles",
      header: "Roles",
      cell: ({ brands }) => brands.length === 0 ? <span className="soft">None: they see nothing</span> : (
        <>{brands.map(({ brand_id, brand_name, roles }) => <div key={brand_id}><span className="soft">{brand_name ?? brand_id}:</span> {roles.map((role) => roleWords[role]).join(", ")}</div>)}</>
      ),
    },
    { id: "state", header: "State", cell: ({ disabled, invited }) => disabled ? <Chip tone="idle" icon={<IconUserOff size={13} aria-hidden />}>Disabled</Chip> : invited ? <Chip tone="attention" icon={<IconMail size={13} aria-hidden />}>Invited</Chip> : <Chip tone="done" icon={null}>Active</Chip>, phone: "head" },
    {
      id: "factor",
      header: "Authenticator",
      cell: (user) => user.second_factor ? "Set up" : user.disabled || user.invited ? <span className="soft">None</span> : <Chip tone={releases(user) ? "attention" : "idle"} icon={null}>None</Chip>,
    },
    { id: "since", header: "Since", cell: ({ created_at }) => <RelativeTime at={created_at} inList />, phone: "hide" },
    ...(admin ? [{
      id: "do",
      header: "Change",
      cell: (user: User) => {
        const others = elsewhere(session, user.brands);
        if (others.length > 0 && others.length === user.brands.length) return <span className="soft">By an admin of {namesOf(others)}</span>;
        const shared = others.length > 0 ? `${user.name} also works for ${namesOf(others)}, where you are no admin. Ask an admin of all their brands.` : undefined;
        const some = { size: "compact-sm", variant: "subtle", color: "gray" } as const;
        return (
          <Group gap={4}>
            <Button size="compact-sm" variant="default" onClick={() => setAsked({ kind: "roles", user })} aria-label={`Roles of ${user.name}`}>Roles</Button>
            {!user.disabled && user.id !== session?.user_id && (
              <Button {...some} onClick={() => setAsked({ kind: "link", user })} aria-label={user.invited ? `Send the invitation to ${user.name} again` : `Send ${user.name} a link to choose another password`}>
                {user.invited ? "Send again" : "Password link"}
              </Button>
            )}
            {user.second_factor && user.id !== session?.user_id && (
              <CommandButton {...some} reason={shared} onClick={() => setAsked({ kind: "reset", user })} aria-label={`Reset the authenticator of ${user.name}`}>Reset authenticator</CommandButton>
            )}
            {!user.disabled && user.id !== session?.user_id && (
              <CommandButton {...some} reason={shared} onClick={() => setAsked({ kind: "disable", user })} aria-label={`Disable ${user.name}`}>Disable</CommandButton>
            )}
            {user.disabled && (
              <CommandButton {...some} reason={shared} onClick={() => setAsked({ kind: "enable", user })} aria-label={`Enable ${user.name}`}>Enable</CommandButton>
            )}
          </Group>
        );
      },
    }] : []),
  ]), [session, admin]);

  return (
    <Page
      title="People"
      under="Who may do what, for each brand. Finance roles are granted by two people and take effect after a delay."
      actions={(
        <>
          {hasRole(session, houseRoles) && <Downloads path="/v1/users/export" query={filterOf(address)} as={["csv", "xlsx"]} />}
          {admin && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAsked({ kind: "create" })}>Invite a person</Button>}
        </>
      )}
    >
      {(requests.data?.items.length ?? 0) > 0 && <Requests requests={requests.data?.items ?? []} confirms={hasRole(session, ["admin", "finance_preparer", "finance_releaser"])} me={session?.user_id} />}
      <Filters>
        <SearchInput label="Search people" value={q} onChange={(value) => set({ q: value })} />
        <NativeSelect aria-label="Role" value={role ?? ""} onChange={(event) => set({ role: (event.currentTarget.value || undefined) as Role | undefined })} data={[{ value: "", label: "Every role" }, ...choices(roleWords)]} />
        <NativeSelect aria-label="State" value={state ?? ""} onChange={(event) => set({ state: (event.currentTarget.value || undefined) as UserState | undefined })} data={[{ value: "", label: "Every state" }, ...choices(states)]} />
      </Filters>
      <DataTable
        label="People"
        columns={cols}
        rows={users.data?.items}
        more={users.more.hasNextPage}
        sortAgain={users.sortAgain}
        rowId={({ id }) => id}
        error={users.error}
        retry={() => void users.refetch()}
        empty={
          (q ?? role ?? state) ? (
            <EmptyState icon={IconSearchOff} title="Nobody matches" action={<Button variant="default" onClick={() => set({ q: undefined, role: undefined, state: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconUsers} title="Nobody is here yet" action={admin && <Button onClick={() => setAsked({ kind: "create" })}>Invite the first person</Button>}>Whoever is invited chooses a password by a link that is mailed to them.</EmptyState>
          )
        }
      />
      <LoadMore more={users.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
      {asked?.kind === "create" && <CreateDialog onClose={() => setAsked(null)} />}
      {asked?.kind === "roles" && <RolesDialog user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.kind === "reset" && <ResetDialog user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.kind === "link" && <LinkDialog user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.kind === "enable" && <EnableDialog user={asked.user} onClose={() => setAsked(null)} />}
      {asked?.kind === "disable" && <DisableDialog user={asked.user} onClose={() => setAsked(null)} />}
    </Page>
  );
}

const choices = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

function Requests({ requests, confirms, me }: { requests: RoleRequest[]; confirms: boolean; me: string | undefined }) {
  const confirm = useAct({
    run: ({ id }: { id: string }, key) => body(api.POST("/v1/role-requests/{id}/confirm", { params: { path: { id }, header: { "Idempotency-Key": key } } })),
    done: "Confirmed; the role takes effect after its delay",
    touches: ["user"],
    announce: true,
  });
  return (
    <Section title="Finance roles on their way">
      <Stack gap="sm">
        {requests.map((request) => (
          <Group key={request.id} justify="space-between">
            <span>
              <strong>{request.user.name}</strong>: {roleWords[request.role]} at {request.brand_name}, asked for by {request.requested_by.name} <RelativeTime at={request.created_at} />
              {request.effective_at && <> · takes effect <RelativeTime at={request.effective_at} /></>}
            </span>
            {confirms && !request.confirmed_by && (
              <CommandButton
                size="xs"
                reason={request.requested_by.id === me ? "A second person must confirm; you asked for it." : request.user.id === me ? "Nobody confirms a role of their own." : undefined}
                loading={confirm.isPending && confirm.variables.id === request.id}
                onClick={() => confirm.mutate({ id: request.id })}
              >
                Confirm
              </CommandButton>
            )}
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

/** Roles per brand as boxes to tick. A brand whose last box is unticked stays in the value: one that is left out would keep its roles. */
function RolesEditor({ value, onChange, user }: { value: BrandRole[]; onChange: (value: BrandRole[]) => void; user?: User }) {
  const session = useSession();
  const others = elsewhere(session, (user ?? session)?.brands ?? []);
  return (
    <Stack>
      {(session?.brands ?? []).filter(({ brand_id }) => hasRole(session, ["admin"], brand_id)).map(({ brand_id, brand_name }) => {
        const given = value.find((one) => one.brand_id === brand_id)?.roles ?? [];
        const had = user?.brands.some((one) => one.brand_id === brand_id);
        return (
          <Checkbox.Group
            key={brand_id}
            label={brand_name ?? brand_id}
            description={had && given.length === 0 && `Without a role here, ${user?.name} sees nothing of ${brand_name}.`}
            value={given}
            onChange={(roles) => onChange([...value.filter((one) => one.brand_id !== brand_id), { brand_id, roles }])}
          >
            <div className={classes.roles}>
              {(Object.keys(roleWords) as Role[]).map((role) => <Checkbox key={role} value={role} label={roleWords[role]} />)}
            </div>
          </Checkbox.Group>
        );
      })}
      {others.length > 0 && (
        <div className="soft">
          {user && others.map(({ brand_id, brand_name, roles }) => <div key={brand_id}>{brand_name}: {roles.map((role) => roleWords[role]).join(", ")}</div>)}
          Roles at {namesOf(others)} are given and taken by an admin there.
        </div>
      )}
    </Stack>
  );
}

/** Of some brands those at which the viewer is no admin. */
const elsewhere = (session: Session | undefined, brands: BrandRole[]) => brands.filter(({ brand_id }) => !hasRole(session, ["admin"], brand_id));

const namesOf = (brands: BrandRole[]) => brands.map(({ brand_name }) => brand_name).join(", ");

function CreateDialog({ onClose }: { onClose: () => void }) {
  const form = useForm<UserCreate>({ initialValues: { name: "", email: "", brands: [] } });
  const create = useAct({
    run: ({ brands, ...user }: UserCreate, key) => body(api.POST("/v1/users", { params: { header: { "Idempotency-Key": key } }, body: { ...user, brands: brands.filter(({ roles }) => roles.length > 0) } })),
    done: ({ name, email }) => `${name} is invited; a mail goes to ${email}`,
    close: onClose,
    touches: ["user"],
  });
  return (
    <Modal opened onClose={onClose} title="Invite a person" size="lg">
      <form noValidate onSubmit={form.onSubmit((user) => create.mutate(user, { onError: (problem) => form.setErrors(problem.byField) }))}>
        <Stack>
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <TextInput label="E-mail" description="A mail with a link goes here, by which they choose their password. It works for 7 days." type="email" required autoComplete="off" {...form.getInputProps("email")} />
          <RolesEditor value={form.values.brands} onChange={(brands) => form.setFieldValue("brands", brands)} />
          <ProblemNotice problem={create.error} shownFields={["name", "email"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Invite nobody</Button>
            <Button type="submit" loading={create.isPending}>Invite</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The roles of a person at each brand, and the finance roles that were confirmed and wait for their delay: whoever leaves these out takes them away. */
function rolesOf(user: User, requests: RoleRequest[]): BrandRole[] {
  const roles = new Map(user.brands.map(({ brand_id, roles }) => [brand_id, roles]));
  for (const { brand_id, role, confirmed_by } of requests.filter((request) => request.user.id === user.id)) {
    if (confirmed_by) roles.set(brand_id, [...new Set([...(roles.get(brand_id) ?? []), role])]);
  }
  return [...roles].map(([brand_id, roles]) => ({ brand_id, roles }));
}

function RolesDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const requests = useQuery(roleRequestsQuery);
  return (
    <Modal opened onClose={onClose} title={`Roles of ${user.name}`} size="lg">
      {requests.data ? <RolesForm user={user} start={rolesOf(user, requests.data.items)} onClose={onClose} /> : requests.error ? <LoadFailed error={requests.error} retry={() => void requests.refetch()} /> : <LoadingLines />}
    </Modal>
  );
}

function RolesForm({ user, start, onClose }: { user: User; start: BrandRole[]; onClose: () => void }) {
  const [before] = useState(start);
  const [brands, setBrands] = useState(before);
  const roleSet = (list: BrandRole[], id: string) => [...(list.find(({ brand_id }) => brand_id === id)?.roles ?? [])].sort().join();
  const changed = brands.filter(({ brand_id }) => roleSet(brands, brand_id) !== roleSet(before, brand_id));
  const save = useAct({
    run: (edit: { brands: BrandRole[] }) => body(api.PUT("/v1/users/{id}/roles", { params: { path: { id: user.id } }, body: edit })),
    done: "Roles saved; new finance roles wait for a second person",
    close: onClose,
    touches: ["user"],
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate({ brands: changed }); }}>
      <Stack>
        <RolesEditor value={brands} onChange={setBrands} user={user} />
        <ProblemNotice problem={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" loading={save.isPending} disabled={changed.length === 0}>Save roles</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Whether the person cannot do what their role is for without an authenticator. */
function releases({ brands }: User): boolean {
  return brands.some(({ roles }) => roles.includes("finance_releaser"));
}

function ResetDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const reset = useAct({
    run: (_: object, key) => body(api.POST("/v1/users/{id}/second-factor/reset", { params: { path: { id: user.id }, header: { "Idempotency-Key": key } } })),
    done: `${user.name} can set up another authenticator`,
    close: onClose,
    touches: ["user"],
  });
  return (
    <Modal opened onClose={onClose} title={`Reset the authenticator of ${user.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); reset.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>For somebody who lost it, once you are sure that it is them who asks. Their sessions end; their password alone opens until they set up another one. It stays in the audit log, and finance and the admins are told.</p>
          <ProblemNotice problem={reset.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" color="red" loading={reset.isPending}>Reset</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function DisableDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const disable = useAct({
    run: (_: object, key) => body(api.POST("/v1/users/{id}/disable", { params: { path: { id: user.id }, header: { "Idempotency-Key": key } } })),
    done: `${user.name} can no longer sign in`,
    close: onClose,
    touches: ["user"],
  });
  return (
    <Modal opened onClose={onClose} title={`Disable ${user.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); disable.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>Every session and API token of theirs ends at once. What they decided stays in the history. You can enable them again.</p>
          <ProblemNotice problem={disable.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" color="red" loading={disable.isPending}>Disable</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function EnableDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const enable = useAct({
    run: (_: object, key) => body(api.POST("/v1/users/{id}/enable", { params: { path: { id: user.id }, header: { "Idempotency-Key": key } } })),
    done: `${user.name} can sign in again`,
    close: onClose,
    touches: ["user"],
  });
  return (
    <Modal opened onClose={onClose} title={`Enable ${user.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); enable.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>They can sign in again with the password, the authenticator and the roles that they had. API tokens that ended stay ended. Finance roles are asked for anew: a second person must confirm each.</p>
          <ProblemNotice problem={enable.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={enable.isPending} data-autofocus>Enable</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function LinkDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const send = useAct({
    run: (_: object, key) => body(api.POST("/v1/users/{id}/password-link", { params: { path: { id: user.id }, header: { "Idempotency-Key": key } } })),
    done: `A link is on its way to ${user.email}`,
    close: onClose,
    touches: ["user"],
  });
  return (
    <Modal opened onClose={onClose} title={user.invited ? `Send the invitation to ${user.name} again` : `Send ${user.name} a link to choose another password`}>
      <form onSubmit={(event) => { event.preventDefault(); send.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            {user.invited
              ? `Another mail goes to ${user.email}. The link in the one before works no longer; the new one works for 7 days.`
              : `A mail goes to ${user.email}. Their password stays as it is until they use the link, which works for a day. Their sessions end then; their authenticator stays.`}
          </p>
          <ProblemNotice problem={send.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Send nothing</Button>
            <Button type="submit" loading={send.isPending} data-autofocus>{user.invited ? "Send again" : "Send link"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
