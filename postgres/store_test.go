package postgres_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// world is a database with two brands and one person for each of the roles at the first brand.
type world struct {
	api, worker *postgres.Store
	one, two    uuid.UUID // brands
	ops, admin  uuid.UUID // at brand one
	other       uuid.UUID // ops at brand two
}

func newWorld(t *testing.T) world {
	t.Helper()
	_, apiURL, workerURL := pgtest.New(t)
	api, worker := open(t, apiURL), open(t, workerURL)
	calendar := rapport.DefaultCalendar("Europe/Berlin")
	made, err := api.Bootstrap(t.Context(), rapport.Bootstrap{
		Brands: []rapport.BootstrapBrand{
			{Name: "One", PostalAddress: "1 Street", MailFromName: "One", MailFrom: "hello@one.example", Calendar: calendar},
			{Name: "Two", PostalAddress: "2 Street", MailFromName: "Two", MailFrom: "hello@two.example", Calendar: calendar},
		},
		Users: []rapport.BootstrapUser{
			{Name: "Olga", Email: "ops@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleOps}}},
			{Name: "Ada", Email: "admin@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleAdmin}}},
			{Name: "Tom", Email: "ops@two.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"Two": {rapport.RoleOps}}},
		},
	})
	require.NoError(t, err)
	return world{api, worker, made.Brands[0], made.Brands[1], made.Users[0], made.Users[1], made.Users[2]}
}

func open(t *testing.T, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func campaignOf(brand, owner uuid.UUID) rapport.Campaign {
	return rapport.Campaign{
		BrandID: brand, Name: "Spring", State: rapport.CampaignRunning, Budget: rapport.Money{Amount: 100_000, Currency: "eur"},
		DefaultFee: rapport.Money{Amount: 10_000, Currency: "eur"}, StartsOn: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		EndsOn: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Owner: rapport.UserRef{ID: owner}, Terms: rapport.DefaultTerms(),
		SequenceID: rapport.DefaultSequenceID, PolicyID: rapport.DefaultPolicyID,
	}
}

func TestScopeIsTheWall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := rapport.WithBrands(t.Context(), w.one), rapport.WithBrands(t.Context(), w.two)
	c, err := w.api.CreateCampaign(one, campaignOf(w.one, w.ops), w.ops)
	require.NoError(t, err)

	_, err = w.api.Campaign(two, c.ID)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
	_, err = w.api.Campaign(t.Context(), c.ID)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "no scope sees nothing")
	_, err = w.api.CreateCampaign(two, campaignOf(w.one, w.ops), w.ops)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "nobody writes into another brand")

	// The second wall stands without the filter of the query.
	require.NoError(t, w.api.InTx(two, func(ctx context.Context, tx pgx.Tx) error {
		var n int
		require.NoError(t, tx.QueryRow(ctx, "select count(*) from campaigns").Scan(&n))
		require.Zero(t, n)
		return nil
	}))
}

func TestJoinedTransactionHasItsOwnScopeAndCommitsWithTheOuterOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := rapport.WithBrands(t.Context(), w.one)
	c, err := w.api.CreateCampaign(one, campaignOf(w.one, w.ops), w.ops)
	require.NoError(t, err)
	boom := rapport.Errorf(rapport.CodeConflict, "boom")
	var made rapport.Creator
	err = w.api.Atomically(rapport.WithBrands(t.Context(), w.two), func(ctx context.Context) error {
		_, err := w.api.Campaign(ctx, c.ID)
		require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
		_, err = w.api.Campaign(rapport.WithBrands(ctx, w.one), c.ID)
		require.NoError(t, err)
		_, err = w.api.Campaign(ctx, c.ID)
		require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "the scope is back")
		made, err = w.api.CreateCreator(ctx, rapport.Creator{Name: "Nina"}, time.Now())
		require.NoError(t, err)
		return boom
	})
	require.ErrorIs(t, err, boom)
	_, err = w.api.Creator(t.Context(), made.ID)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
}

func TestRolesOfTheDatabaseHaveOnlyTheirRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	denied := func(s *postgres.Store, sql string) {
		t.Helper()
		err := s.InTx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		require.ErrorContains(t, err, "permission denied", sql)
	}
	denied(w.worker, "insert into payout_approvals (id) values (gen_random_uuid())")
	denied(w.worker, "insert into step_ups (id) values (gen_random_uuid())")
	denied(w.worker, "select secret from second_factors")
	denied(w.worker, "update payout_tiers set two_releasers_from = 1")
	denied(w.api, "insert into step_ups (id, at) values (gen_random_uuid(), now())")
	denied(w.worker, "select password_hash from users")
	denied(w.worker, "insert into user_roles (role) values ('admin')")
	denied(w.api, "insert into ledger_transactions (id, kind) values (gen_random_uuid(), 'x')")
	denied(w.api, "update audit_log set action = 'x'")
}

func TestUniqueViolationNamesTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := rapport.WithBrands(t.Context(), w.one)
	_, err := w.api.CreateCampaign(ctx, campaignOf(w.one, w.ops), w.ops)
	require.NoError(t, err)
	_, err = w.api.CreateCampaign(ctx, campaignOf(w.one, w.ops), w.ops)
	var e *rapport.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, rapport.CodeConflict, e.Code)
	require.Equal(t, "name", e.Fields[0].Path)
}

func TestDatabaseAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.Close()
	_, err := w.api.Creator(t.Context(), uuid.New())
	require.Equal(t, rapport.CodeUnavailable, rapport.ErrorCode(err))
}

func TestFinanceRoleNeedsTwoPeopleAndADelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := rapport.WithBrands(t.Context(), w.one)
	_, err := w.api.SetRoles(ctx, w.ops, []rapport.BrandRoles{{BrandID: w.one, Roles: []rapport.Role{rapport.RoleOps, rapport.RoleFinancePreparer}}}, w.admin)
	require.NoError(t, err)
	told := func(kind string) (roles []rapport.Role) {
		tasks, _, err := w.api.ListTasks(ctx, rapport.TaskFilter{}, rapport.Page{Limit: 10})
		require.NoError(t, err)
		for _, task := range tasks {
			if task.Kind == kind && *task.Ref == w.ops && task.State == rapport.TaskOpen {
				roles = append(roles, task.OwnerRole)
			}
		}
		return roles
	}
	all := []rapport.Role{rapport.RoleAdmin, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser}
	require.ElementsMatch(t, all, told("finance_role_asked"))
	mailed := func() (mails []rapport.MailDraft) {
		var ids []uuid.UUID
		require.NoError(t, w.worker.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select coalesce(array_agg(m.id order by m.id), '{}') from messages m join outbox o on o.workflow_id = 'message/' || m.id and o.kind = 'start' and o.workflow = 'Message'
				where m.direction = 'internal' and m.brand_id = $1`, w.one).Scan(&ids)
		}))
		for _, id := range ids {
			m, err := w.worker.ManualMail(ctx, id)
			require.NoError(t, err)
			mails = append(mails, m)
		}
		return mails
	}
	first := mailed()
	require.Len(t, first, 1, "of those with such a role there is the admin alone")
	require.Equal(t, []string{"admin@one.example", "Ada", rapport.MailInternal, "One: the role finance preparer was asked for"}, []string{first[0].To, first[0].ToName, first[0].Kind, first[0].Subject})
	require.Contains(t, first[0].Body, "Olga gets the role finance preparer at One")
	require.False(t, first[0].NoAddress)
	waiting, err := w.api.ListRoleRequests(ctx)
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	for _, who := range []uuid.UUID{w.admin, w.ops} {
		_, err = w.api.ConfirmRoleRequest(ctx, waiting[0].ID, who, time.Hour)
		require.Equal(t, rapport.CodeForbidden, rapport.ErrorCode(err))
	}
	_, err = w.api.ConfirmRoleRequest(ctx, waiting[0].ID, w.other, time.Hour)
	require.NoError(t, err)
	u, err := w.api.User(ctx, w.ops)
	require.NoError(t, err)
	require.Equal(t, []rapport.Role{rapport.RoleOps}, u.Brands[0].Roles, "the delay is not over")
	_, err = w.api.ConfirmRoleRequest(ctx, waiting[0].ID, w.other, time.Hour)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
	require.ElementsMatch(t, all, told("finance_role_granted"))
	require.Empty(t, told("finance_role_asked"), "it is confirmed")
	require.Len(t, mailed(), 2)
	require.Contains(t, mailed()[1].Body, "takes effect")
}

func TestBootstrapIsRefusedWhenAnybodyExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.api.Bootstrap(t.Context(), rapport.Bootstrap{})
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
}

func TestOnceRunsADeedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := rapport.IdempotencyKey{Principal: "user/1", Operation: "x", Key: "k", BodySHA256: []byte{1}}
	ran := 0
	act := func(context.Context) (rapport.Answer, error) {
		ran++
		return rapport.Answer{Status: 201, ContentType: "application/json", Body: []byte("{}")}, nil
	}
	first, replayed, err := w.api.Once(t.Context(), key, act)
	require.NoError(t, err)
	require.False(t, replayed)
	again, replayed, err := w.api.Once(t.Context(), key, act)
	require.NoError(t, err)
	require.True(t, replayed)
	require.Equal(t, first, again)
	require.Equal(t, 1, ran)

	other := key
	other.BodySHA256 = []byte{2}
	_, _, err = w.api.Once(t.Context(), other, act)
	require.Equal(t, rapport.CodeKeyReused, rapport.ErrorCode(err))
}

func TestOnceRefusesTheSameKeyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := rapport.IdempotencyKey{Principal: "user/1", Operation: "x", Key: "k", BodySHA256: []byte{1}}
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _, _ = w.api.Once(context.WithoutCancel(t.Context()), key, func(context.Context) (rapport.Answer, error) {
			close(inside)
			<-leave
			return rapport.Answer{Status: 200}, nil
		})
	})
	<-inside
	_, _, err := w.api.Once(t.Context(), key, func(context.Context) (rapport.Answer, error) { return rapport.Answer{}, nil })
	close(leave)
	wg.Wait()
	var e *rapport.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "in_progress", e.Reason)
}

// TestAKeyIsClaimedOnce: of many who claim a key at once one has it, also while it is being given back.
func TestAKeyIsClaimedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 20 {
		key := rapport.IdempotencyKey{Principal: "user/x", Operation: "decideReview", Key: strconv.Itoa(round), BodySHA256: []byte("body")}
		_, _, err := w.api.ClaimKey(t.Context(), key)
		require.NoError(t, err)
		claims := make(chan error, 8)
		for i := range cap(claims) {
			go func() {
				if i == 0 {
					claims <- w.api.ReleaseKey(t.Context(), key)
					return
				}
				_, found, err := w.api.ClaimKey(t.Context(), key)
				if err == nil && found {
					err = errors.New("an answer that nobody gave")
				}
				claims <- err
			}()
		}
		claimed := -1 // the one who gives it back
		for range cap(claims) {
			if err := <-claims; err == nil {
				claimed++
			} else {
				require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
			}
		}
		require.LessOrEqual(t, claimed, 1)
	}
}

func TestClaimedKeyIsReleasedKeptOrAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := rapport.IdempotencyKey{Principal: "user/1", Operation: "x", Key: "k", BodySHA256: []byte{1}}
	_, found, err := w.api.ClaimKey(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
	_, _, err = w.api.ClaimKey(t.Context(), key)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
	require.NoError(t, w.api.ReleaseKey(t.Context(), key))

	_, found, err = w.api.ClaimKey(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, w.api.SaveAnswer(t.Context(), key, rapport.Answer{Status: 202}))
	_, found, err = w.api.ClaimKey(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found, "what was only accepted may be asked again")
	require.NoError(t, w.api.SaveAnswer(t.Context(), key, rapport.Answer{Status: 200, Body: []byte("x")}))
	kept, found, err := w.api.ClaimKey(t.Context(), key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []byte("x"), kept.Body)
}
